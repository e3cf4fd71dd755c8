"""What compiling takes: all kernels of the demo from nothing, against commit 419e640; and how fast baseline code is."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_wet
from benchmarks.ingest_job import write_job
from benchmarks.row import row
from benchmarks.running import HERE, ROOT
from benchmarks.tree import Watched, watch

EARLIER = "419e640"  # the commit before kernels were compiled once
LIMIT_S = 1500.0
DOCUMENTS = {True: 6_000, False: 30_000}
ROUNDS = 3


def rows(quick: bool) -> list[dict[str, Any]]:
    """Baseline code against native; with `quick` off also compiling."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-kernels-") as name:
        folder = Path(name)
        return [*native(folder, quick), *([] if quick else compiling(folder))]


def native(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """The sum of the kernels of FineWeb's ingest, compiled for the baseline and for this very processor, in turn."""
    write_wet(folder / "some.wet", Corpus(DOCUMENTS[quick], seed=41))
    job = write_job(folder, str(folder / "some.wet"), workspace="work-native")
    own = {"NUMBA_CPU_NAME": llvm.get_host_cpu_name(), "NUMBA_CPU_FEATURES": llvm.get_host_cpu_features().flatten()}
    took = {"baseline": list[float](), "native": list[float]()}
    for _ in range(ROUNDS):
        for target, environment in (("baseline", {}), ("native", own)):
            command = [sys.executable, "-m", "benchmarks.ingest_run", "kernels", str(job)]
            said = watch(command, limit_s=LIMIT_S, env=environment).said
            took[target].append(sum(json.loads(said.splitlines()[-1]).values()))
    least = {target: min(seconds) for target, seconds in took.items()}
    return [
        row(
            "ingest kernels, for the baseline against native",
            least["baseline"],
            "CPU-s",
            peer=least["native"],
            at_least=0.97,
        )
    ]


def compiling(folder: Path) -> list[dict[str, Any]]:
    """CPU and wall seconds from an empty cache."""
    demo = shutil.copytree(ROOT / "examples" / "demo", folder / "demo")
    ours = compiled("demo", ROOT, demo, folder / "ours")
    source = folder / "earlier"
    source.mkdir()
    archive = subprocess.run(["git", "archive", EARLIER], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(source)], input=archive, check=True)
    shutil.copy(HERE / "kernels_run.py", source / "benchmarks")
    theirs = compiled("earlier", source, demo, folder / "theirs")
    name = f"kernels of the demo from nothing, against {EARLIER}"
    return [
        row(f"{name}: CPU", ours.cpu_s, "CPU-s", peer=theirs.cpu_s, at_least=3.0),
        row(f"{name}: wall", ours.wall_s, "s", peer=theirs.wall_s, at_least=5.0),
    ]


def compiled(what: str, source: Path, demo: Path, cache: Path) -> Watched:
    """Compile in a checkout, with an empty cache."""
    environment = {"CORPUSMILL_CACHE": str(cache), "PYTHONPATH": str(source)}
    program = f"import runpy, sys; sys.argv = ['run', '{what}', '{demo}']; sys.path.insert(0, '{source}')"
    program += "; runpy.run_module('benchmarks.kernels_run', run_name='__main__')"
    return watch([sys.executable, "-P", "-c", program], limit_s=LIMIT_S, env=environment)


if __name__ == "__main__":
    print(json.dumps(rows(quick="--whole" not in sys.argv), indent=1))
