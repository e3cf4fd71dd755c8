"""When a compiled kernel may be used again: while its file, and all of its project that this imports, are unchanged.

Numba notices when a kernel's own file changes, but not when a kernel it calls from another file does: it would go on
with the old one. Little is imported here, since every process with a kernel imports it.
"""

import functools
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = "NUMBA_CACHE_DIR"  # Numba's own variable
_IMPORT = re.compile(r"^(?:from\s+([\w.]+)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+([\w., ]+))", re.MULTILINE)


class Located:
    """Where Numba finds the compiled form of one function: a file whose name holds the digest of what it rests on.

    Numba asks for these methods (`numba.core.caching`, NUMBA_CACHE_LOCATOR_CLASSES). Two versions of a function never
    share a file, so processes of both may run at once.
    """

    def __init__(self, file: Path, line: int) -> None:
        self.file, self.line = file, line
        self.folder = Path(os.environ[FOLDER], place_of(file))  # wherever the project lies: checkouts share kernels

    @classmethod
    def from_function(cls, function: Any, file: str) -> "Located | None":
        """None where there is no file, as for what is typed at a prompt: such kernels are compiled each time."""
        path = Path(file).absolute()  # by the name it is imported under: the package may hold links
        if not path.is_file() or FOLDER not in os.environ:
            return None
        from corpusmill.pipeline.kernels import loading  # Numba, which calls this, is there by now

        loading.prepare()
        found = cls(path, function.__code__.co_firstlineno)
        found.folder.mkdir(parents=True, exist_ok=True)
        return found

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """The folder this function's compiled forms lie in."""
        return str(self.folder)

    def get_source_stamp(self) -> str:
        """What decides how the function is compiled, apart from Numba and the processor."""
        return digest_of(self.file)

    def get_disambiguator(self) -> str:
        """Tells functions of one name, and versions of one function, apart."""
        return f"{self.line}-{digest_of(self.file)[:16]}"


def place_of(file: Path) -> str:
    """The folder of the cache for a source file: its package."""
    return ".".join(file.parent.relative_to(_root(file)).parts or (file.parent.name,))


@functools.cache
def digest_of(file: Path) -> str:
    """sha256 over a source file and all files of its project that it imports, directly or through others."""
    found = hashlib.sha256()
    for path in sorted(rests_on(file), key=_parts):
        found.update(_named_content(path, _root(file)))
    return found.hexdigest()


def _parts(file: Path) -> tuple[str, ...]:
    return file.parts


@functools.cache
def _named_content(file: Path, root: Path) -> bytes:
    return file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0"


def rests_on(file: Path) -> set[Path]:
    """The file and what it imports of its own project, and what that imports, and so on."""
    found, left = {file}, [file]
    while left:
        new = _imported(left.pop()) - found
        found |= new
        left += new
    return found


@functools.cache
def _imported(file: Path) -> frozenset[Path]:
    """Files of the same project that a source file imports by name when it is loaded."""
    root = _root(file)
    return frozenset(path for name in _names(file.read_text()) if (path := _module(root, name)) is not None)


def _names(source: str) -> Iterator[str]:
    """Dotted names a source may import: modules, and what is taken out of them, which may be modules too.

    >>> list(_names("import a.b\\nfrom c import (\\n    d,\\n    e as f,\\n)"))
    ['a.b', 'c', 'c.d', 'c.e']
    """
    for module, taken, modules in _IMPORT.findall(source):
        if module:
            yield module
            for name in taken.strip("()").split(","):
                if name.split():
                    yield f"{module}.{name.split()[0]}"
        else:
            yield from (name.split()[0] for name in modules.split(",") if name.split())


@functools.cache
def _module(root: Path, name: str) -> Path | None:
    """The file of a module, where it is one of this project's."""
    place = os.path.join(root, *name.split("."))
    return next((Path(p) for p in (f"{place}.py", os.path.join(place, "__init__.py")) if os.path.isfile(p)), None)


@functools.cache
def _root(file: Path) -> Path:
    """The folder that the topmost package of a file lies in, else the file's own."""
    folder = file.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder
