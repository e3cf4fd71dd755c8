"""Folders for temporary files: each is removed at the end of its use, and those of killed processes by the next one."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from corpusmill.cluster import scratch

WAITS = """
import sys, time
from corpusmill.cluster import scratch

with scratch.folder("isolated-") as folder:
    (folder / "part.parquet").write_bytes(bytes(1000))
    print(folder.parent, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch._sweep_once.cache_clear()
    return tmp_path


@pytest.fixture
def other(temporary: Path):
    """A process that has a folder."""
    command = [sys.executable, "-c", WAITS]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def folder_of(process: "subprocess.Popen[bytes]") -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().decode().strip())


def killed(process: "subprocess.Popen[bytes]") -> Path:
    """The folder of a process that was killed in the middle of its work."""
    folder = folder_of(process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / "files" / "part.parquet").exists()
    return folder


def test_a_folder_is_removed_at_the_end_of_its_use(temporary):
    def use() -> None:
        with scratch.folder() as folder:
            (folder / "below").mkdir()
            (folder / "below" / "file").write_text("a")
            assert [path.name for path in folder.iterdir()] == ["below"], "it was empty"
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        use()
    assert list(temporary.iterdir()) == []


def test_the_next_process_removes_the_folder_of_a_killed_one(temporary, other):
    left = killed(other)
    with scratch.folder() as folder:
        assert [*temporary.iterdir()] == [folder.parent]
    assert not left.exists()


def test_the_folder_of_a_live_process_stays(temporary, other):
    folder = folder_of(other)
    with scratch.folder() as own:
        assert scratch.sweep() == 0
        assert own.exists()
        assert (folder / "files" / "part.parquet").exists()


def test_the_folder_of_another_machine_stays(temporary, other):
    left = killed(other)
    (left / "owner").write_text("elsewhere\n0000")
    assert scratch.sweep() == 0
    (left / "owner").write_text("")  # its process was ended before it held the lock
    assert scratch.sweep() == 0
    assert left.exists()


def test_a_container_that_is_no_more_leaves_its_folder_to_its_machine(temporary, other):
    left = killed(other)
    (left / "owner").write_text(f"elsewhere\n{scratch._machine()[1]}")
    assert scratch.sweep() == 1
    assert not left.exists()


def test_the_folder_of_another_user_stays(temporary, other, monkeypatch):
    left = killed(other)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert scratch.sweep() == 0
    assert left.exists()


def test_what_others_have_there_stays(temporary):
    (temporary / "corpusmill-0" / "kernels").mkdir(parents=True)
    (temporary / "corpusmill-file").write_text("a")
    (temporary / "corpusmill-link").symlink_to(temporary / "corpusmill-0")
    (temporary / "mine").mkdir()
    (temporary / "mine" / "owner").write_text("\n".join(scratch._machine()))
    before = sorted(temporary.rglob("*"))
    assert scratch.sweep() == 0
    assert sorted(temporary.rglob("*")) == before


def test_a_folder_that_was_half_removed_is_removed(temporary, other):
    left = killed(other)
    (left / "files" / "part.parquet").unlink()
    (left / "files").rmdir()
    assert scratch.sweep() == 1
    assert not left.exists()


def test_folders_beside_an_output_are_removed_too(tmp_path, temporary):
    beside = tmp_path / "out"
    beside.mkdir()
    with scratch.folder(beside=str(beside)) as folder:
        assert folder.parent.parent == beside
        assert folder.parent.name.startswith(".corpusmill-")
        owner = (folder.parent / "owner").read_text()
    left = beside / ".corpusmill-left"
    left.mkdir()
    (left / "owner").write_text(owner)
    scratch._sweep_once.cache_clear()
    with scratch.folder(beside=str(beside)):
        assert not left.exists()
