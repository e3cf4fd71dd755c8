"""The example programs read the same sequences and tokens from a dataset, whatever library they use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers.run import peers_python
from tests.unit.test_reading import written

ROOT = Path(__file__).resolve().parents[2]


def torch_python() -> str:
    """A Python that has torch: CORPUSMILL_TORCH_PYTHON, else the one of .venv-torch, which `make test-full` makes."""
    return os.environ.get("CORPUSMILL_TORCH_PYTHON", str(ROOT / ".venv-torch" / "bin" / "python"))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    parts = [{"name": Path(address).name} for address in written(tmp_path)]
    (tmp_path / "_manifest.json").write_text(json.dumps({"parts": parts}))
    return tmp_path


def said(python: str, program: str, dataset: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "HF_HOME": str(dataset / "hf")}
    done = subprocess.run(
        [python, str(ROOT / "examples" / "read" / program), str(dataset)],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "RAY_USAGE_STATS_ENABLED": "0"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


def needs(python: str, module: str) -> None:
    tried = [python, "-c", f"import {module}"]
    if not os.path.exists(python) or subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip(f"{python} has no {module}")


EXPECTED = "19 sequences, 144 tokens"


@pytest.mark.ray
def test_ray_reads_every_sequence(dataset):
    assert said(sys.executable, "with_ray.py", dataset) == EXPECTED


@pytest.mark.slow
def test_hugging_face_streams_every_sequence(dataset):
    needs(peers_python(), "datasets")
    assert said(peers_python(), "with_datasets.py", dataset) == EXPECTED


@pytest.mark.slow
def test_torch_goes_on_in_the_middle_with_other_workers(dataset):
    needs(torch_python(), "torch")
    assert said(torch_python(), "with_torch.py", dataset) == EXPECTED


@pytest.mark.slow
def test_what_is_tested_of_the_torch_dataset_holds_where_torch_is(tmp_path):
    """The tests of the loader need torch in their own process."""
    needs(torch_python(), "torch, pytest")
    options = ["-q", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull, "--rootdir", str(tmp_path)]
    command = [torch_python(), "-m", "pytest", *options]
    done = subprocess.run(
        [*command, str(ROOT / "tests" / "unit" / "test_reading.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "failed" not in done.stdout
