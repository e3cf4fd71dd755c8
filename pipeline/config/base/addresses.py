"""Addresses as a run needs them: variables filled in, relative ones made absolute, none with a secret inside."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File

from corpusmill.cluster import credentials
from corpusmill.errors import InvalidAddress, VariableNotSet
from corpusmill.pipeline.config.base.environment import expanded
from corpusmill.pipeline.config.base.formats import LIST_MARK
from corpusmill.pipeline.config.base.secrets import redacted

SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


WINDOWS = re.compile(r"^(?:[A-Za-z]:(?:[\\/]|$)|\\\\)")  # C:\data, C:/data, \\server\share


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an address in a job file is read against: the folder of the file, and the environment."""

    folder: File
    environment: Mapping[str, str]

    def located(self, address: str) -> str:
        """`address` ready for fsspec. URLs keep their form, relative paths start at the job file's folder.

        Raises InvalidAddress for a variable that is not set and for a secret.
        """
        try:
            full = expanded(address, self.environment)
        except VariableNotSet as e:
            raise InvalidAddress(e.args[0]) from e
        if redacted(full) != full:
            raise InvalidAddress(f"no secret belongs into an address ({redacted(full)}); {remedy(full)}")
        mark = LIST_MARK if full.startswith(LIST_MARK) else ""
        rest = full.removeprefix(mark)
        if not rest.strip():
            raise InvalidAddress("expected an address, found an empty text")
        if WINDOWS.match(rest) and os.name != "nt" and not os.path.lexists(self.folder.absolute() / rest):
            raise InvalidAddress(f"'{rest}' is a path of Windows, and this is another system; {on_this_system(rest)}")
        if SCHEME.match(rest) and not WINDOWS.match(rest):
            return full
        ending = "/" if rest.endswith("/") else ""
        path = os.path.normpath(self.folder.absolute() / File(rest).expanduser())
        return mark + path + ("" if path == "/" else ending)


def on_this_system(path: str) -> str:
    """What to write in place of a path of Windows.

    >>> on_this_system("C:\\\\data\\\\*.jsonl")
    "under WSL that is '/mnt/c/data/*.jsonl', elsewhere name the folder where it is mounted"
    """
    rest = path.replace("\\", "/")
    if rest.startswith("//"):
        return "mount that share, and name the folder where it is mounted"
    place = f"/mnt/{rest[0].lower()}{rest[2:]}"
    return f"under WSL that is {place!r}, elsewhere name the folder where it is mounted"


def remedy(address: str) -> str:
    """How credentials reach the store of `address`, if not through the job file."""
    return credentials.remedy(address.removeprefix(LIST_MARK))
