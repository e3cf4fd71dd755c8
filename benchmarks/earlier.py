"""An earlier state of this project, unpacked from its history, to be run beside today's in the same minutes.

It stays where it was unpacked: what its kernels were compiled to is found again by the path of their source.
"""

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from benchmarks.running import ROOT

COMMIT = "419e640"  # of 2026-11-27; its rooms are imported as `operators` and `pipeline`


def unpacked(commit: str = COMMIT) -> Path:
    """The folder with the files of a commit. RuntimeError where the history does not hold it."""
    tree = folder_of(commit) / "tree"
    if tree.is_dir():
        return tree
    found = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        told = found.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"commit {commit} is not in this clone ({told}); fetch all of its history")
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as name:
        whole = Path(name, "tree")
        with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
            archive.extractall(whole, filter="data")
        with contextlib.suppress(OSError):  # another process was first
            whole.rename(tree)
    return tree


def environment(tree: Path, commit: str = COMMIT) -> Mapping[str, str]:
    """Environment of a process that imports from `tree`, its compiled kernels in a folder of their own."""
    return {**os.environ, "PYTHONPATH": str(tree), "CORPUSMILL_CACHE": str(folder_of(commit) / "kernels")}


def folder_of(commit: str) -> Path:
    """Where the files of a commit and its compiled kernels are."""
    return Path(platformdirs.user_cache_dir("corpusmill"), f"earlier-{commit}")
