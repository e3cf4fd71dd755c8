"""All errors have one home; a fault of the program is shown with its trace, everything else as a sentence."""

import errno
import inspect
import os
import re
from pathlib import Path

import pytest

from corpusmill import errors
from corpusmill.cluster.filesystems import asking
from corpusmill.errors import (
    AccessDenied,
    CorpusmillError,
    ExitCode,
    FileOperationFailed,
    LeaseHeld,
    MissingObject,
    SpecError,
    StorageError,
)
from corpusmill.pipeline.cli.errors import guarded

ROOT = Path(__file__).resolve().parents[2]
CLASS = re.compile(r"^\s*class (\w+)\(([^)]*)\)", re.MULTILINE)
# One has to be of a class of Ray's, one ends the interpreter as Ctrl-C does.
ELSEWHERE = {"ExecutionCancelled", "Terminated", "FilesApart"}


def bases_of(name: str) -> set[str]:
    found = {name}
    builtin = getattr(__builtins__, name, None) if not isinstance(__builtins__, dict) else __builtins__.get(name)
    if inspect.isclass(builtin):
        found |= {base.__name__ for base in builtin.__mro__}
    ours = getattr(errors, name, None)
    return found | ({base.__name__ for base in ours.__mro__} if inspect.isclass(ours) else set())


def test_no_error_is_declared_outside_the_module_of_errors():
    declared = {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("pipeline", "operators", "cluster")
        for path in (ROOT / folder).rglob("*.py")
        for name, bases in CLASS.findall(path.read_text(encoding="utf-8"))
        if name not in ELSEWHERE
        for base in bases.split(",")
        if "BaseException" in bases_of(base.strip().rpartition(".")[2])
    }
    assert declared == set()


@pytest.mark.parametrize(
    "name", [n for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, Exception)]
)
def test_each_error_has_the_base_one_sentence_and_an_exit_code(name):
    error = getattr(errors, name)
    assert issubclass(error, CorpusmillError)
    assert error.__doc__.strip().endswith(".")
    assert isinstance(error.exit_code, ExitCode)


def raising(error: Exception):
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (SpecError("mix: no such axis"), 2, "corpusmill: mix: no such axis\n"),
        (StorageError("s3://a: no answer"), 3, "corpusmill: s3://a: no answer\n"),
        (LeaseHeld("another run"), 4, "corpusmill: another run\n"),
    ],
)
def test_an_error_ends_as_its_message_and_its_exit_code(capsys, error, code, message):
    with pytest.raises(SystemExit) as ended:
        guarded(raising(error))
    assert (ended.value.code, capsys.readouterr().err) == (code, message)


@pytest.mark.parametrize("error", [KeyError("language"), FileNotFoundError(2, "No such file", "models/x")])
def test_a_fault_of_the_program_is_shown_with_its_trace_and_what_to_do(capsys, monkeypatch, error):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    error.add_note("beside wJalrXUtnFEMI")
    with pytest.raises(SystemExit) as ended:
        guarded(raising(error))
    shown = capsys.readouterr().err
    assert ended.value.code == 1
    assert "Traceback (most recent call last)" in shown
    assert type(error).__name__ in shown
    assert "this is a bug in corpusmill" in shown
    assert "Please report it" in shown
    assert "wJalrXUtnFEMI" not in shown


def test_a_full_disk_is_no_bug(capsys):
    with pytest.raises(SystemExit) as ended:
        guarded(raising(OSError(errno.ENOSPC, "No space left on device", "/data/part.parquet")))
    assert ended.value.code == 3
    assert "No space left on device (/data/part.parquet); what was finished is kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (FileNotFoundError(2, "No such file or directory", "/data/a"), MissingObject),
        (PermissionError(13, "Permission denied", "/data/a"), AccessDenied),
        (OSError(5, "Input/output error", "/data/a"), FileOperationFailed),
    ],
)
def test_what_a_store_raises_is_an_error_of_ours_and_still_one_of_files(raised, becomes):
    with pytest.raises(becomes) as found, asking("/data"):
        raise raised
    assert isinstance(found.value, type(raised) if type(raised) is not OSError else OSError)
    assert (found.value.errno, found.value.filename) == (raised.errno, raised.filename)


def test_a_fault_while_a_disk_is_written_stays_a_fault():
    with pytest.raises(TypeError), asking("/data"):
        raise TypeError("unsupported operand")


def test_output_that_nobody_reads_any_more_ends_the_command_without_a_word(capsys, monkeypatch):
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as output, monkeypatch.context() as piped:
        piped.setattr("sys.stdout", output)
        with pytest.raises(SystemExit) as ended:
            guarded(lambda: print("state    finished", flush=True))
    assert (ended.value.code, capsys.readouterr().err) == (141, "")


def test_a_broken_connection_to_a_store_is_not_taken_for_one(capsys):
    with pytest.raises(SystemExit) as ended:
        guarded(raising(BrokenPipeError(32, "Broken pipe")))
    assert (ended.value.code, "this is a bug" in capsys.readouterr().err) == (1, True)
