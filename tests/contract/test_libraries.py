"""What an operator's files import from others decides what it gives: its fingerprint must know the versions."""

import ast
import importlib.metadata
import sys
from pathlib import Path

import pytest

from corpusmill import operators
from corpusmill.operators import load
from corpusmill.pipeline.files.ids import libraries

ROOT = Path(operators.__file__).parents[2]
DISTRIBUTIONS = importlib.metadata.packages_distributions()
# In every fingerprint already (pipeline.files.ids.libraries), and what numba is made of.
EVERYWHERE = {*libraries(), "llvmlite"}


def file_of(module: str) -> Path | None:
    place = ROOT / module.replace(".", "/")
    return next((f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()), None)


def imported(module: str) -> set[str]:
    """Modules that an import anywhere in a module may mean."""
    file = file_of(module)
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())) if file else ():
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def owners(module: str) -> list[str]:
    """The distributions that a module may be of; several share a namespace such as `google`."""
    top, *rest = module.split(".")
    found = DISTRIBUTIONS[top]
    if len(found) == 1 or not rest:
        return [*found]
    folder = f"{top}/{rest[0]}/"
    return [d for d in found if any(str(f).startswith(folder) for f in importlib.metadata.distribution(d).files or ())]


def foreign(module: str) -> set[str]:
    """Distributions, neither of the standard library nor in every fingerprint, that a module rests on."""
    seen: set[str] = set()
    waiting, found = [module], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.startswith("corpusmill.operators."):
            waiting += imported(name)
        elif (top := name.partition(".")[0]) not in sys.stdlib_module_names and top != "corpusmill":
            found |= {distribution.lower() for distribution in owners(name)}
    return found - EVERYWHERE


@pytest.mark.thorough
@pytest.mark.parametrize("name", load.names())
def test_every_library_it_rests_on_is_declared(name):
    assert foreign(f"corpusmill.operators.{name}") <= set(load.find(name).libraries)


def test_imports_are_followed_through_our_own_files():
    assert foreign("corpusmill.operators.signals.url") == {"publicsuffixlist"}
    assert {"fastwarc", "zstandard"} <= foreign("corpusmill.operators.readers.warc")
