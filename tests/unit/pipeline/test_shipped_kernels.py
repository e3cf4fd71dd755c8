"""Kernels that come with the package are used where everything they depend on is the same, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpusmill.pipeline.kernels import shipped

ROOT = Path(__file__).resolve().parents[3]
KERNEL = """
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def part(x):
    return x * 2


@njit(cache=True, nogil=True)
def kernel(x):
    return part(x) + 1
"""
RUN = """
import sys
from pathlib import Path
from corpusmill.pipeline.kernels import cache, shipped
shipped.folder = lambda: Path(sys.argv[1])
made = cache.choose()
from mine.kernel import kernel
print(kernel(3), sum(kernel.stats.cache_hits.values()))
if sys.argv[2:]:
    keys = frozenset(shipped.key_of(p.relative_to(made).as_posix()) for p in made.glob("*/*.nbi"))
    shipped.write(made, keys, Path(sys.argv[1]), "code")
"""


FIRST_CALL = """
import sys
from pathlib import Path
from corpusmill.pipeline.kernels import cache, shipped
shipped.folder = lambda: Path(sys.argv[1])
made = cache.choose()
from mine.kernel import kernel
before = len(list(made.glob("*/*.nb?")))
kernel(3)
print(before, len(list(made.glob("*/*.nb?"))), "scipy.linalg" in sys.modules)
import numba
import numpy as np
print(numba.njit(lambda a: np.dot(a, a))(np.eye(2))[0, 0], "scipy.linalg" in sys.modules)
"""


class Machine:
    """A project with one kernel, and a folder of compiled ones; each run begins with an empty cache."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.compiled, self.runs = folder, folder / "compiled", 0
        (folder / "mine").mkdir()
        (folder / "mine" / "__init__.py").touch()
        (folder / "mine" / "kernel.py").write_text(KERNEL)

    def run(self, *arguments: str) -> tuple[str, str]:
        """The kernel's value, and how often its compiled form was found."""
        value, hits = self.output(RUN, *arguments)
        return value, hits

    def output(self, program: str, *arguments: str) -> list[str]:
        """What the program prints, word by word."""
        self.runs += 1
        environment = {
            **os.environ,
            "CORPUSMILL_CACHE": str(self.folder / f"cache-{self.runs}"),
            "PYTHONPATH": f"{self.folder}:{ROOT}",
        }
        command = [sys.executable, "-c", program, str(self.compiled), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One on which the kernel was compiled and put into the folder."""
    found = Machine(tmp_path)
    assert found.run("write") == ("7", "0")
    return found


@pytest.mark.thorough
def test_an_empty_cache_takes_kernels_from_the_package(machine):
    assert machine.run() == ("7", "1")
    assert len(list(machine.compiled.glob("*/*.nbc"))) == 1, "the part is inside the kernel that calls it"


@pytest.mark.thorough
def test_a_kernel_is_taken_when_it_is_called_and_scipy_imported_when_a_kernel_needs_it(machine):
    before, after, scipy, product, scipy_then = machine.output(FIRST_CALL)
    assert (before, after, scipy) == ("0", "2", "False")
    assert (product, scipy_then) == ("1.0", "True")


@pytest.mark.thorough
@pytest.mark.parametrize("changed", ["python", "numba", "llvmlite", "target"])
def test_kernels_made_with_something_else_are_not_used(machine, changed):
    manifest = machine.compiled / shipped.MANIFEST
    found = json.loads(manifest.read_text())
    found["made"][changed] += "x"
    manifest.write_text(json.dumps(found))
    assert machine.run() == ("7", "0")


@pytest.mark.thorough
def test_kernels_of_other_code_are_not_used(machine):
    source = machine.folder / "mine" / "kernel.py"
    source.write_text(KERNEL.replace("x * 2", "x * 5"))
    assert machine.run() == ("16", "0")


@pytest.mark.thorough
def test_a_damaged_kernel_is_not_used(machine):
    (path,) = machine.compiled.glob("*/*.nbc")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert machine.run() == ("7", "0")


def test_a_folder_without_a_manifest_has_no_kernels(tmp_path):
    assert shipped.read(tmp_path) == {}
    assert not shipped.are_all("code")
    (tmp_path / shipped.MANIFEST).write_text("{")
    assert shipped.read(tmp_path) == {}
