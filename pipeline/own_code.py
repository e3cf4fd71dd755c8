"""A user's own operators travel with the job: the source of their modules, made importable on the workers."""

import hashlib
import importlib.util
import linecache
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import PurePosixPath
from types import ModuleType

from operators import load
from pipeline.config.spec import JobSpec
from pipeline.own_imports import own_modules

PACKAGE = "__init__.py"


def files_of(spec: JobSpec) -> dict[str, str]:
    """Source text by path, to be laid where a process starts: what the user's own operators and readers are made of.

    That is their modules, and of the folder they lie in whatever they import (`own_imports`). A module that is compiled
    has no text to send; it must be installed on every node.
    """
    return {
        path: importlib.util.decode_source(content) for path, content in _contents(spec).items() if path.endswith(".py")
    }


def prints_of(spec: JobSpec) -> dict[str, str]:
    """sha256 by path of the same files, and of the compiled modules among them: changes when the user's code does."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in _contents(spec).items()}


def _contents(spec: JobSpec) -> dict[str, bytes]:
    names = [s.operator for s in spec.documents if s.operator.split(".")[0] not in load.FAMILIES]
    names += [i.format for i in spec.inputs if "." in i.format]
    found: dict[str, bytes] = {}
    for name, file in own_modules(n.rpartition(".")[0] for n in names).items():
        path = name.replace(".", "/")
        if file is None or file.name == PACKAGE:
            found[f"{path}/{PACKAGE}"] = b"" if file is None else file.read_bytes()
        else:
            found[f"{path}{file.suffix}"] = file.read_bytes()
    return dict(sorted(found.items()))


def install(files: Mapping[str, str]) -> None:
    """Make the modules in these files importable in this process, unless it can import them already."""
    missing = {path: text for path, text in files.items() if not _importable(_name(path))}
    if missing:
        sys.meta_path.append(_Finder(missing))


def _name(path: str) -> str:
    """
    >>> _name("my_ops.py"), _name("my_package/__init__.py"), _name("my_package/lists.py")
    ('my_ops', 'my_package', 'my_package.lists')
    """
    place = PurePosixPath(path)
    return ".".join((place.parent if place.name == PACKAGE else place.with_suffix("")).parts)


def _importable(name: str) -> bool:
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


class _Finder:
    """Finds and loads modules from their source text."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.texts = {_name(path): text for path, text in files.items()}
        self.packages = {_name(path) for path in files if path.endswith(f"/{PACKAGE}")}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name not in self.texts:
            return None
        origin = f"<{name} of the job>"
        return ModuleSpec(name, self, origin=origin, is_package=name in self.packages)  # pyright: ignore

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        text, origin = self.texts[module.__name__], f"<{module.__name__} of the job>"
        linecache.cache[origin] = (len(text), None, text.splitlines(keepends=True), origin)
        exec(compile(text, origin, "exec"), module.__dict__)
