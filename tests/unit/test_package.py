"""The package has one import name, few public names, and a wheel that runs in an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

import corpusmill
from corpusmill.errors import JobError

ROOT = Path(__file__).resolve().parents[2]
DISTURBING = "raise RuntimeError('a module of the user, not of the package')\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, unpacked as pip would lay it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    source = folder / "source"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source)], check=True)
    subprocess.run(build, check=True, cwd=source, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.thorough
def test_a_wheel_installs_one_package_with_the_demo_and_all_data(wheel):
    assert [p.name for p in wheel.iterdir() if not p.name.endswith(".dist-info")] == ["corpusmill"]
    for name in ("demo/demo.yaml", "demo/data/crawl-00000.warc.gz", "pipeline/config/starter.yaml"):
        assert (wheel / "corpusmill" / name).is_file(), name
    assert list((wheel / "corpusmill" / "operators").rglob("*.ftz"))


@pytest.mark.thorough
@pytest.mark.parametrize("command", [["--help"], ["init", "job.yaml"], ["plan", "job.yaml"]])
def test_packages_of_the_user_with_the_names_of_our_folders_disturb_no_command(wheel, tmp_path, command):
    for name in ("pipeline", "operators", "cluster"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(DISTURBING)
    (tmp_path / "texts.jsonl").write_text('{"text": "a few words of text"}\n')
    inputs = "inputs: [{source: a, paths: [texts.jsonl]}]\ndocuments: [signals.counts]\n"
    if command[0] == "plan":
        (tmp_path / "job.yaml").write_text(f"name: a\nworkspace: work\noutput: out\n{inputs}")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{wheel}"}
    ran = subprocess.run(
        [sys.executable, "-m", "corpusmill", *command], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def test_importing_the_package_loads_nothing_heavy():
    program = (
        "import sys, corpusmill; print(sorted({'ray', 'numba', 'pyarrow', 'corpusmill.pipeline'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"


LOADED = """
import sys
from corpusmill.pipeline.cli.main import main
main(sys.argv[1:], standalone_mode=False)
print(*sorted({"ray", "numba", "pandas", "pyarrow", "pydantic"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("command", "loaded"),
    [
        ("--help", ""),
        ("plan --help", ""),
        ("status job.yaml", ""),
        ("list job.yaml", ""),
        pytest.param("plan job.yaml", "numba pandas pyarrow pydantic", marks=pytest.mark.thorough),
    ],
)
def test_a_command_loads_what_it_needs_and_no_more(tmp_path, command, loaded):
    (tmp_path / "texts.jsonl").write_text('{"text": "a few words of text"}\n')
    inputs = "inputs: [{source: a, paths: [texts.jsonl]}]\ndocuments: [signals.counts]\n"
    (tmp_path / "job.yaml").write_text(f"name: a\nworkspace: work\noutput: out\n{inputs}")
    program = [sys.executable, "-c", LOADED, *command.split()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.splitlines()) == (0, [loaded])


def test_each_public_name_can_be_imported_and_is_documented():
    for name in corpusmill.__all__:
        if name != "PackedSequences":
            assert getattr(corpusmill, name).__doc__, name
    with pytest.raises(AttributeError, match="'corpusmill' has no attribute 'opendataset'"):
        corpusmill.opendataset  # noqa: B018


def test_steps_are_applied_to_texts_in_memory():
    found = corpusmill.apply(
        ["signals.counts", {"decide.bounds": {"bounds": {"word_count": [3, None]}}}], ["two words", "three whole words"]
    )
    assert found.kept["text"].to_pylist() == ["three whole words"]
    assert found.dropped.select(["text", "step", "reason"]).to_pylist() == [
        {"text": "two words", "step": "decide.bounds", "reason": "word_count<3"}
    ]


def test_pages_are_applied_with_their_own_columns():
    page = b"<html><body><p>" + b"The quick brown fox jumps over the lazy dog. " * 20 + b"</p></body></html>"
    table = pa.table({"content": [page], "url": ["https://example.org/a"], "score": [1]})
    kept = corpusmill.apply(["extract.main_text"], table).kept
    assert kept["text"][0].as_py().startswith("The quick brown fox")
    assert kept["score"].to_pylist() == [1]


def test_a_wrong_step_is_named_with_the_one_it_resembles():
    with pytest.raises(JobError, match=r"no operator 'signals.cuonts'; did you mean 'signals.counts'"):
        corpusmill.apply(["signals.cuonts"], ["text"])
    with pytest.raises(ValueError, match="expected a column 'text' or 'content', found body"):
        corpusmill.apply(["signals.counts"], pa.table({"body": ["text"]}))


def test_a_workspace_without_a_finished_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no run has finished in .* yet: run the job first"):
        corpusmill.open_workspace(str(tmp_path))
