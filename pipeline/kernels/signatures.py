"""Writes the types of a kernel's arguments as JSON, and reads them back as Numba's types.

A number is its name (`int64`); an array its item type and dimensions (`uint8:1`), `r` after it where it is read-only
and `A` where its layout is any; a literal `=5`; a tuple a list that begins with `tuple`, or with the class of a named
tuple or of an object passed by reference.
"""

import importlib
import re
from typing import Any

from numba.core import types

from corpusmill.operators.text.by_reference import Reference

ARRAY = re.compile(r"(\w+):(\d)(r?)([CFA]?)")
TUPLE = "tuple"


def written(kind: types.Type) -> Any:
    """A type as JSON. TypeError: a type that no kernel takes yet.

    >>> written(types.Array(types.uint8, 1, "C", readonly=True)), written(types.IntegerLiteral(5))
    ('uint8:1r', '=5')
    """
    if isinstance(kind, Reference):
        return [class_name(kind.cls), *(written(k) for _, k in kind.kinds)]
    if isinstance(kind, types.BaseTuple):
        parts = [written(k) for k in kind.types]  # pyright: ignore[reportAttributeAccessIssue]  every tuple has them
        cls = getattr(kind, "instance_class", None)
        return [TUPLE if cls is None else class_name(cls), *parts]
    if isinstance(kind, types.Array):
        layout = "" if kind.layout == "C" else kind.layout
        return f"{kind.dtype}:{kind.ndim}{'' if kind.mutable else 'r'}{layout}"
    if isinstance(kind, types.IntegerLiteral | types.BooleanLiteral):
        return f"={kind.literal_value}"
    if isinstance(kind, types.Number | types.Boolean):
        return str(kind)
    raise TypeError(f"{kind!r} has no written form: add one to {__name__}")


def read(text: Any) -> Any:
    """The type that `written` wrote. ValueError, ImportError, AttributeError: it was of other code.

    >>> read("float32:2"), read(["tuple", "int64", "=True"])
    (Array(float32, 2, 'C', False, aligned=True), Tuple((int64, Literal[bool](True))))
    """
    if isinstance(text, list):
        parts = [read(part) for part in text[1:]]
        if text[0] == TUPLE:
            return types.BaseTuple.from_types(parts)
        cls = class_of(text[0])
        if hasattr(cls, "_fields"):
            return types.BaseTuple.from_types(parts, cls)
        return Reference(cls, tuple(zip(cls.__dataclass_fields__, parts, strict=True)))
    if text.startswith("="):
        value = text[1:]
        return types.literal(value == "True" if value in ("True", "False") else int(value))
    if found := ARRAY.fullmatch(text):
        dtype, dimensions, read_only, layout = found.groups()
        return types.Array(number(dtype), int(dimensions), layout or "C", readonly=bool(read_only))
    return number(text)


def number(name: str) -> types.Type:
    """The type of a number or truth value by the name Numba prints."""
    return getattr(types, "boolean" if name == "bool" else name)


def class_name(cls: type) -> str:
    """Where a class is: `module:Class`."""
    return f"{cls.__module__}:{cls.__qualname__}"


def class_of(name: str) -> Any:
    """The class, or the kernel, of that name. ImportError, AttributeError: there is none any more."""
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found
