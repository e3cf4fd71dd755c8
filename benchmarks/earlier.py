"""An earlier state of this project, unpacked from its history, to be run beside today's in the same minutes."""

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from benchmarks.running import ROOT

COMMIT = "419e640"  # of 2026-11-27; its rooms are imported as `operators` and `pipeline`


@contextlib.contextmanager
def unpacked(commit: str = COMMIT) -> Iterator[Path]:
    """A folder with the files of a commit, removed at the end. RuntimeError where the history does not hold it."""
    found = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        told = found.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"commit {commit} is not in this clone ({told}); fetch all of its history")
    with tempfile.TemporaryDirectory(prefix=f"corpusmill-{commit}-") as name:
        with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
            archive.extractall(name, filter="data")
        yield Path(name)


def environment(tree: Path, commit: str = COMMIT) -> Mapping[str, str]:
    """Environment of a process that imports from `tree`, its compiled kernels in a folder of their own."""
    cache = Path(platformdirs.user_cache_dir("corpusmill"), f"earlier-{commit}")
    return {**os.environ, "PYTHONPATH": str(tree), "CORPUSMILL_CACHE": str(cache)}
