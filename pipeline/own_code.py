"""A user's own operators travel with the job: the source of their modules, made importable on the workers."""

import importlib.util
import inspect
import linecache
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType

from operators import load
from pipeline.config.spec import JobSpec


def modules_of(spec: JobSpec) -> dict[str, str]:
    """Source text by module name: the modules of the user's own operators, and what lies in the same packages."""
    own = {s.operator.split(".")[0] for s in spec.documents if s.operator.split(".")[0] not in load.FAMILIES}
    own |= {i.format.split(".")[0] for i in spec.inputs if "." in i.format}
    found = {name: module for name, module in sys.modules.items() if name.split(".")[0] in own}
    return {name: inspect.getsource(module) if module.__file__ else "" for name, module in sorted(found.items())}


def files_of(spec: JobSpec) -> dict[str, str]:
    """The same modules as files, path -> text, to be laid where a process starts."""
    modules = modules_of(spec)
    packages = {name for name in modules if any(other.startswith(f"{name}.") for other in modules)}
    return {
        name.replace(".", "/") + ("/__init__.py" if name in packages else ".py"): text for name, text in modules.items()
    }


def install(modules: Mapping[str, str]) -> None:
    """Make these modules importable in this process, unless it can import them already."""
    missing = {name: text for name, text in modules.items() if not _importable(name)}
    if missing:
        sys.meta_path.append(_Finder(missing))


def _importable(name: str) -> bool:
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


class _Finder:
    """Finds and loads modules from their source text. A module that others lie below is a package."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name not in self.modules:
            return None
        is_package = any(other.startswith(f"{name}.") for other in self.modules)
        return ModuleSpec(name, self, origin=f"<{name} of the job>", is_package=is_package)  # pyright: ignore

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        text, origin = self.modules[module.__name__], f"<{module.__name__} of the job>"
        linecache.cache[origin] = (len(text), None, text.splitlines(keepends=True), origin)
        exec(compile(text, origin, "exec"), module.__dict__)
