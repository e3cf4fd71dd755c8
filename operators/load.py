"""From a name in a job file to an operator: the name is the module path, nothing is registered.

`signals.language` is the one operator class defined in operators/signals/language.py. A user's own operator is named
`my_package.module.Class` (importable), and is checked and fingerprinted in the same way.
"""

import dataclasses
import difflib
import functools
import hashlib
import importlib
import importlib.metadata
import importlib.resources
import inspect
import json
import pkgutil
from collections.abc import Callable, Mapping

from corpusmill import operators
from corpusmill.errors import UnknownName
from corpusmill.operators.contract import VERBS, Operator, Resource

FAMILIES = {"readers": "Reader", "extract": "Extract", "rewrite": "Rewrite", "signals": "Signal", "decide": "Decision"}


@functools.cache
def names() -> tuple[str, ...]:
    """Every operator that ships, e.g. 'signals.language': each file directly in a family's folder."""
    found = []
    for family in FAMILIES:
        package = importlib.import_module(f"{operators.__name__}.{family}")
        found += [f"{family}.{m.name}" for m in pkgutil.iter_modules(package.__path__) if not m.ispkg]
    return tuple(sorted(found))


def find(name: str) -> type[Operator]:
    """The operator class behind a name: one that ships, or a user's `package.module.Class`.

    UnknownName when there is no such module or class; what a module raises while it is imported goes through.
    """
    family, _, rest = name.partition(".")
    if family in FAMILIES or not rest:
        return _shipped(name)
    module_name, _, class_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as e:
        if not f"{module_name}.".startswith(f"{e.name}."):
            raise  # the module is there; what it imports is not
        raise UnknownName(f"no operator {name!r}: {e}{_near(name, names())}") from e
    try:
        found = getattr(module, class_name)
    except AttributeError as e:
        raise UnknownName(f"no operator {name!r}: {e}{_near(name, names())}") from e
    if not (inspect.isclass(found) and issubclass(found, VERBS)):
        raise UnknownName(f"{name!r} is not an operator: derive it from one of {[v.__name__ for v in VERBS]}")
    return found


@functools.cache
def _shipped(name: str) -> type[Operator]:
    if name not in names():
        raise UnknownName(f"no operator {name!r}{_near(name, names())}")
    module = importlib.import_module(f"{operators.__name__}.{name}")
    here = [
        c
        for _, c in inspect.getmembers(module, inspect.isclass)
        if c.__module__ == module.__name__ and issubclass(c, VERBS)
    ]
    if len(here) != 1:
        raise TypeError(f"operators/{name.replace('.', '/')}.py must define exactly one operator, has {here}")
    return here[0]


def build(name: str, params: Mapping[str, object]) -> Operator:
    """An operator with its parameters set. Lists become tuples, mappings stay, file addresses become resources."""
    cls = find(name)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for key in params:
        if key not in fields:
            raise UnknownName(f"{name} has no parameter {key!r}{_near(key, tuple(fields))}")
    missing = [n for n, f in fields.items() if n not in params and not _has_default(f)]
    if missing:
        raise ValueError(f"{name} needs {', '.join(repr(n) for n in missing)}")
    values = {key: _as_field(fields[key], value) for key, value in params.items()}
    return cls(**values)  # pyright: ignore[reportArgumentType]


def equip(op: Operator, opened: Callable[[str], bytes]) -> Operator:
    """A copy of `op` whose resources hold their bytes; `opened` reads an address."""
    filled = {n: dataclasses.replace(r, content=opened(r.address)) for n, r in resources(op).items()}
    return dataclasses.replace(op, **filled) if filled else op


def shipped(address: str) -> bytes:
    """The bytes behind `shipped:folder/file`, a file that lies in this package; other schemes are the pipeline's."""
    scheme, _, path = address.partition(":")
    if scheme != "shipped":
        raise ValueError(f"{address!r} does not ship with this package")
    return importlib.resources.files(operators).joinpath(path).read_bytes()


def resources(op: Operator) -> dict[str, Resource]:
    """The files an operator needs, by the parameter that names them."""
    values = {f.name: getattr(op, f.name) for f in dataclasses.fields(op)}
    return {name: value for name, value in values.items() if isinstance(value, Resource)}


def fingerprint(name: str, op: Operator, digests: Mapping[str, str]) -> dict[str, object]:
    """All that decides what an operator gives: name, version, parameters, files by sha256, libraries by version.

    digests: sha256 (hex) of each resource address. A user's own operator adds the sha256 of its source.
    """
    params = {f.name: getattr(op, f.name) for f in dataclasses.fields(op)}
    told = {n: {"sha256": digests[v.address]} if isinstance(v, Resource) else v for n, v in params.items()}
    print_ = {
        "name": name,
        "version": op.version,
        "params": json.loads(json.dumps(told, sort_keys=True)),
        "libraries": {library: importlib.metadata.version(library) for library in op.libraries},
    }
    if not type(op).__module__.startswith(f"{operators.__name__}."):
        source = inspect.getsource(inspect.getmodule(type(op)) or type(op))
        print_["source"] = hashlib.sha256(source.encode()).hexdigest()
    return print_


def _has_default(field: dataclasses.Field[object]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _as_field(field: dataclasses.Field[object], value: object) -> object:
    if isinstance(value, str) and (field.type is Resource or "Resource" in str(field.type)):
        return Resource(value)
    return tuple(value) if isinstance(value, list) else value


def _near(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(names)}"
