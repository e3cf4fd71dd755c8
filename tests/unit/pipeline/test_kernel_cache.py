"""A compiled kernel is used again only while all that it was compiled from is what it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpusmill.pipeline.kernels import cache as kernel_cache
from corpusmill.pipeline.kernels import locator as kernel_locator

ROOT = Path(__file__).resolve().parents[3]
KERNEL = """
from numba import njit
from mine.called import doubled


@njit(cache=True)
def kernel(x):
    return doubled(x)
"""
CALLED = """
from numba import njit
from mine.numbers import FACTOR


@njit(cache=True)
def doubled(x):
    return x * FACTOR
"""
RUN = """
from corpusmill.pipeline.kernels import cache as kernel_cache
kernel_cache.choose()
from mine.kernel import kernel
value = kernel(3)
print(value, sum(kernel.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, source in {"__init__": "", "kernel": KERNEL, "called": CALLED, "numbers": "FACTOR = 2\n"}.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def run(package: Path, cache: Path | None = None) -> list[str]:
    """The kernel's value in a new process, and how often its compiled form was found. cache: beside the package."""
    environment = {
        **os.environ,
        "CORPUSMILL_CACHE": str(cache or package.parent / "cache"),
        "PYTHONPATH": f"{package.parent}:{ROOT}",
    }
    command = [sys.executable, "-c", RUN]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.thorough
def test_a_kernel_is_compiled_anew_when_a_number_changes_two_files_away(package):
    assert run(package) == ["6", "0"]
    assert run(package) == ["6", "1"]
    (package / "numbers.py").write_text("FACTOR = 5\n")
    assert run(package) == ["15", "0"]


@pytest.mark.thorough
def test_a_copy_of_the_project_elsewhere_uses_the_same_kernels(package):
    assert run(package) == ["6", "0"]
    copy = package.parent / "elsewhere" / "mine"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert run(copy, cache=package.parent / "cache") == ["6", "1"]


def test_a_file_that_no_kernel_imports_changes_nothing(package):
    before = kernel_locator.digest_of(package / "kernel.py")
    (package / "other.py").write_text("FACTOR = 7\n")
    kernel_locator.digest_of.cache_clear()
    assert kernel_locator.digest_of(package / "kernel.py") == before


def test_kernels_rest_on_operators_alone():
    """Else a change of what runs them would compile them all again."""
    found = {path.relative_to(ROOT).parts[0] for path in _all_files()}
    assert found == {"corpusmill"}


def test_a_kernel_rests_on_what_it_imports_by_any_way(package):
    (package / "kernel.py").write_text("import mine.numbers\nfrom mine import (\n    called,\n)\n")
    names = {path.name for path in kernel_locator.rests_on(package / "kernel.py")}
    assert names == {"__init__.py", "kernel.py", "called.py", "numbers.py"}


def test_old_kernels_go_and_with_them_the_word_that_all_are_there(tmp_path):
    folder = tmp_path / "family"
    folder.mkdir()
    old, new, ready = folder / "old.nbc", folder / "new.nbc", tmp_path / "ready-1"
    for path in (old, new, ready):
        path.touch()
    kernel_cache.sweep(tmp_path)
    assert old.exists()
    assert ready.exists()
    os.utime(old, (0, 0))
    kernel_cache.sweep(tmp_path)
    assert [p.exists() for p in (old, new, ready)] == [False, True, False]


def _all_files() -> set[Path]:
    files = (p for p in (ROOT / "corpusmill" / "operators").rglob("*.py") if b"njit" in p.read_bytes())
    return {path for file in files for path in kernel_locator.rests_on(file)}


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nowhere"])
def test_without_a_home_that_can_be_written_to_kernels_lie_in_the_temp_folder_and_one_line_says_so(tmp_path, home):
    environment = {k: v for k, v in os.environ.items() if k not in ("CORPUSMILL_CACHE", "XDG_CACHE_HOME")}
    environment |= {"HOME": home, "TMPDIR": str(tmp_path)}
    code = "from corpusmill.pipeline.kernels import cache; print(cache.choose()); print(cache.choose())"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(tmp_path / f"corpusmill-{os.getuid()}" / "kernels")] * 2
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be written to: compiled kernels are kept in" in done.stderr
    assert "CORPUSMILL_CACHE" in done.stderr


def test_a_temp_folder_of_another_user_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("CORPUSMILL_CACHE", "/dev/null")
    monkeypatch.setattr(kernel_cache.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: 12345)
    assert kernel_cache._temporary(Path("/dev/null")).parent.name != "corpusmill-12345"


def test_without_any_folder_the_command_ends_with_one_line(tmp_path):
    environment = {**os.environ, "CORPUSMILL_CACHE": "/dev/null", "TMPDIR": "/proc"}
    code = (
        "import tempfile; tempfile.gettempdir = lambda: '/proc'; tempfile.tempdir = '/proc'\n"
        "from corpusmill.pipeline.cli.main import main; main(['init', 'x.yaml'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "no folder for compiled kernels" in done.stderr
