"""Which modules a user's own operator is made of: its own, and of the folder it lies in whatever it imports."""

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

OURS = ("corpusmill", "__main__")
INSTALLED = ("site-packages", "dist-packages")


def own_modules(operators: Iterable[str]) -> dict[str, Path | None]:
    """File by module name, for the modules `operators` and those they rest on; null: a package without `__init__`.

    A module belongs to them when its file lies in the folder that theirs are imported from, and it is either loaded or
    named by an import anywhere in one of them, also one that is only reached later. An operator that is installed
    brings the modules of its own package. What else is installed has a version, and is each node's own affair.
    """
    names = sorted(set(operators))
    if not names:
        return {}
    for name in names:
        importlib.import_module(name)
    folders = {folder for name in names if (folder := _folder(name)) is not None}
    packages = {name.partition(".")[0] for name in names}
    found: dict[str, Path | None] = {}
    waiting = [*names, *sys.modules]
    while waiting:
        name = waiting.pop()
        file = None if name in found else _own_file(name, folders, packages)
        if file is not None:
            found[name] = file
            waiting += [*_above(name), *_imported(name, file)]
    return found | {above: None for name in found for above in _above(name) if above not in found}


def _above(name: str) -> list[str]:
    """
    >>> _above("a.b.c")
    ['a', 'a.b']
    """
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _folder(name: str) -> Path | None:
    """The folder that a loaded module is imported from; null when it was not loaded from a file."""
    file = _loaded_from(name)
    if file is None:
        return None
    return file.parents[name.count(".") + (file.name == "__init__.py")]


def _loaded_from(name: str) -> Path | None:
    path = getattr(sys.modules.get(name), "__file__", None)
    return Path(path).absolute() if isinstance(path, str) else None


def _own_file(name: str, folders: Iterable[Path], packages: Iterable[str]) -> Path | None:
    """The file of a module of the user's own; null when there is none of that name."""
    first = name.partition(".")[0]
    if first in OURS:
        return None
    if name in sys.modules:
        file = _loaded_from(name)
        return file if file is not None and any(_inside(file, f, first in packages) for f in folders) else None
    if first in sys.stdlib_module_names:
        return None
    places = [folder / name.replace(".", "/") for folder in folders]
    files = [file for place in places for file in (place / "__init__.py", place.with_name(f"{place.name}.py"))]
    return next((f for f in files if f.is_file() and any(_inside(f, at, first in packages) for at in folders)), None)


def _inside(file: Path, folder: Path, own_package: bool) -> bool:
    """Whether a file lies in a folder; in one of installed packages, whether it is of the operator's own."""
    return file.is_relative_to(folder) and (own_package or not set(INSTALLED) & set(file.parts))


def _imported(name: str, file: Path) -> Iterator[str]:
    """Every name that an import in a module may mean, with the packages it lies in."""
    if file.suffix != ".py":
        return
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError:  # not loaded yet, and whoever imports it will be told
        return
    for node in ast.walk(tree):
        for found in _named(node, package):
            yield from (*_above(found), found)


def _named(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    base = ".".join([*parts, *([node.module] if node.module else [])])
    return [base, *(f"{base}.{alias.name}" for alias in node.names)] if base else [a.name for a in node.names]
