"""Finds kernels that were compiled before and came with the package, and copies each to the cache at its first use.

They lie in `corpusmill/compiled/`, written by `corpusmill kernels build`, which a wheel and what `submit` sends carry.
`manifest.json` says for which Python, Numba, llvmlite and target they are: with any other, all are passed over. Each
file has its sha256 there, and a name with the digest of the sources. Kernels are read from here and from the cache
alone, never from a store of data. They are copied because Numba writes what it compiles next to what it reads, and the
package may be read-only or shared.

Nothing but the standard library is imported here, since every process with a kernel imports it.
"""

import functools
import hashlib
import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from corpusmill.pipeline.kernels.target import target

MANIFEST = "manifest.json"
INDEX = ".nbi"  # ends Numba's file that names the others of a function


@dataclass(frozen=True, kw_only=True)
class Made:
    """What compiled code depends on, apart from its source."""

    python: str
    numba: str
    llvmlite: str
    target: str


def made_here() -> Made:
    """What this process would compile with."""
    versions = {name: metadata.version(name) for name in ("numba", "llvmlite")}
    return Made(python=sys.implementation.cache_tag, target=target(), **versions)


def folder() -> Path:
    """Where compiled kernels lie in the package, if it has any."""
    return Path(__file__).absolute().parents[2] / "compiled"


@functools.cache
def are_all(code: str) -> bool:
    """Whether the package brings every kernel along, compiled from the code that has this digest."""
    return bool(files()) and json.loads((folder() / MANIFEST).read_text(encoding="utf-8")).get("code") == code


@functools.cache
def files() -> Mapping[str, Mapping[str, str]]:
    """By function (`key_of`) the names of its files and their sha256; none where they are for something else."""
    return read(folder())


def read(at: Path) -> Mapping[str, Mapping[str, str]]:
    """The same of a folder that `write` filled. A folder without a manifest, or with another's, has none."""
    try:
        found = json.loads((at / MANIFEST).read_text(encoding="utf-8"))
        return found["files"] if found["made"] == asdict(made_here()) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def key_of(name: str) -> str:
    """Names the function, in one state of its sources, whose file of Numba's cache this is: what stands before the
    version of Python.

    >>> key_of("operators.text/utf8.code_at-7-1f2e.py311.nbi")
    'operators.text/utf8.code_at-7-1f2e'
    """
    return name.rpartition(f".{sys.implementation.cache_tag.replace('cpython-', 'py')}")[0]


def copy(of: str, cache: Path) -> None:
    """Copy a function's files to the cache, unless they are there. A damaged file is passed over, and its function."""
    names = files().get(of, {})
    if not names or all((cache / name).exists() for name in names if name.endswith(INDEX)):
        return
    contents = dict[str, bytes]()
    for name, digest in names.items():
        try:
            contents[name] = (folder() / name).read_bytes()
        except OSError:
            return
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            return
    for name in sorted(contents, key=lambda n: n.endswith(INDEX)):  # the index last: what it names is there
        _put(cache / name, contents[name])


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    under_way = path.with_name(f"{path.name}.tmp.{uuid.uuid4().hex[:16]}")
    under_way.write_bytes(content)
    os.replace(under_way, path)


def write(cache: Path, keys: frozenset[str], at: Path, code: str) -> int:
    """Copy the compiled files of these functions from a cache into a folder, with a manifest; how many functions.

    code: the digest of all sources of kernels.
    """
    found = dict[str, dict[str, str]]()
    for path in sorted(cache.glob("*/*.nb[ic]")):
        name = path.relative_to(cache).as_posix()
        if (of := key_of(name)) in keys:
            content = path.read_bytes()
            _put(at / name, content)
            found.setdefault(of, {})[name] = hashlib.sha256(content).hexdigest()
    manifest = {"made": asdict(made_here()), "code": code, "files": found}
    _put(at / MANIFEST, (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode())
    return len(found)
