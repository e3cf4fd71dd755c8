"""A user's own operators travel with the job: the source of their modules, made importable on the workers."""

import hashlib
import importlib.util
import linecache
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import PurePosixPath
from types import ModuleType

from corpusmill.errors import ModuleMismatch
from corpusmill.operators import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.steps.user_imports import own_modules

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
    """Make the modules in these files importable in this process, unless it can import them already.

    ModuleMismatch when what it can import is not what is in the file: documents would carry the fingerprint of code
    that they were not made with.
    """
    missing: dict[str, str] = {}
    for path, text in files.items():
        spec = _found(_name(path))
        if spec is None:
            missing[path] = text
        elif (there := _source(spec)) != text:
            raise ModuleMismatch(_place_in_words(spec, there, text))
    if missing:
        sys.meta_path.append(_Finder(missing))


def _place_in_words(spec: ModuleSpec, there: str | None, sent: str) -> str:
    has = "no source" if there is None else f"sha256 {_sha256(there)}"
    where = spec.origin or ", ".join(spec.submodule_search_locations or ()) or "in memory"
    return (
        f"module {spec.name!r} of the job is another one on this node: found {where} ({has}), sent was sha256 "
        f"{_sha256(sent)}; remove that one, make it the same on every node, or give yours another name"
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _name(path: str) -> str:
    """
    >>> _name("my_ops.py"), _name("my_package/__init__.py"), _name("my_package/lists.py")
    ('my_ops', 'my_package', 'my_package.lists')
    """
    place = PurePosixPath(path)
    return ".".join((place.parent if place.name == PACKAGE else place.with_suffix("")).parts)


def _found(name: str) -> ModuleSpec | None:
    """Where this process would import a module from, or has; None when there is none of that name."""
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError:  # of the package it lies in
        return None
    except ValueError:  # it is loaded, and nobody knows from where
        return ModuleSpec(name, None)


def _source(spec: ModuleSpec) -> str | None:
    """The text of a module; empty for a package without `__init__`, None for one that is compiled, or gone."""
    if spec.loader is None and spec.submodule_search_locations is not None:
        return ""
    try:
        return spec.loader.get_source(spec.name)  # pyright: ignore  # of every loader of files
    except (AttributeError, ImportError):
        return None


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

    def get_source(self, name: str) -> str:
        return self.texts[name]

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        text, origin = self.texts[module.__name__], f"<{module.__name__} of the job>"
        linecache.cache[origin] = (len(text), None, text.splitlines(keepends=True), origin)
        exec(compile(text, origin, "exec"), module.__dict__)
