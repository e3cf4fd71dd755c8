"""Writes the files that a user names on the command line."""

from pathlib import Path

from corpusmill.errors import InputError


def write(path: Path, content: bytes) -> None:
    """Write a file. InputError where that is not possible."""
    try:
        path.write_bytes(content)
    except OSError as e:
        raise InputError([f"cannot write {path}: {e.strerror}; name a file in another folder"]) from e
