"""Files that operators need, opened once a process."""

import functools
import hashlib
import socket
from collections.abc import Iterable, Mapping
from typing import cast

from corpusmill.cluster.filesystems import asking, filesystem
from corpusmill.errors import MissingFile
from corpusmill.operators import load
from corpusmill.operators.contract import Operator
from corpusmill.pipeline.files.mapped import mapped


@functools.lru_cache(maxsize=64)
def opened(address: str) -> bytes:
    """`read`, once a process."""
    return read(address)


def read(address: str) -> bytes:
    """The bytes at `shipped:...` or at any fsspec address, of a large model mapped. MissingFile names the address."""
    try:
        if address.startswith("shipped:"):
            return load.shipped(address)
        with asking(address):
            fs = filesystem(address)
            path = str(fs._strip_protocol(address))
            shared = mapped(fs, path)
            if shared is not None:
                return cast(bytes, shared)  # all that fastText's reader does with bytes it does with this
            return bytes(fs.cat_file(address))  # pyright: ignore[reportArgumentType]
    except FileNotFoundError as e:
        raise MissingFile(f"cannot read {address!r}: there is no such file; correct the name") from e
    except PermissionError as e:
        told = "no permission to read it; check the credentials or the file's mode"
        raise MissingFile(f"cannot read {address!r}: {told}") from e
    except IsADirectoryError as e:
        raise MissingFile(f"cannot read {address!r}: it is a folder; name the file in it") from e
    except OSError as e:
        raise MissingFile(f"cannot read {address!r}: {e}") from e


@functools.lru_cache(maxsize=64)
def sha256(address: str) -> str:
    """Hex digest of the file at an address."""
    return hashlib.sha256(opened(address)).hexdigest()


def digests(operators: Iterable[Operator]) -> dict[str, str]:
    """sha256 of every file these operators need, by address."""
    return {r.address: sha256(r.address) for op in operators for r in load.resources(op).values()}


def require(expected: Mapping[str, str]) -> None:
    """Raise MissingFile unless each address holds here what it held where the run was started.

    expected: sha256 by address. What was read is kept, so a file that changes later does no harm.
    """
    for address, told in expected.items():
        if sha256(address) != told:
            raise MissingFile(f"{address!r} is another file on {socket.gethostname()}, or changed since the run began")
