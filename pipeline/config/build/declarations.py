"""Whether a class keeps the form of an operator: what it must declare is there, and of the right kind."""

import dataclasses
import importlib.metadata
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from corpusmill.operators.contract import Decision, Extract, Operator, Reader

SHAPE = "a mapping of column names to Arrow types, e.g. {'poem_lines': pa.int32()}"


def complaints(name: str, cls: type[Operator]) -> Iterator[str]:
    """What stands against a class as an operator; its parameters are looked at elsewhere."""
    for declared in _declared(cls):
        value = getattr(cls, declared, None)
        if value is None:
            yield f"{name} does not declare {declared!r}; expected {declared}: ClassVar[Columns] = {SHAPE}"
        elif not _columns(value):
            yield f"{name}: {declared!r} is {value!r:.60}; expected {SHAPE}"
    if not dataclasses.is_dataclass(cls) or "__dataclass_fields__" not in vars(cls):
        yield f"{name} is no dataclass; write @dataclass(frozen=True, kw_only=True) above it"
    if unwritten := sorted(getattr(cls, "__abstractmethods__", ())):
        yield f"{name} does not define {', '.join(unwritten)}; expected one method that does the work"
    yield from _libraries(name, cls)
    if isinstance(hints := annotations(cls), Exception):
        yield f"{name}: an annotation of it cannot be read ({hints}); import or correct the name"


def annotations(cls: type[Any]) -> Mapping[str, object] | Exception:
    """The types of the parameters, or what forbids to read them."""
    try:
        return typing.get_type_hints(cls)
    except Exception as e:  # whatever evaluating an annotation raises
        return e


def _declared(cls: type[Operator]) -> tuple[str, ...]:
    if issubclass(cls, Reader):
        return () if cls.columns_made is not Reader.columns_made else ("makes",)
    if issubclass(cls, Decision):
        return () if "columns_read" in vars(cls) else ("reads",)
    if issubclass(cls, Extract) or "columns_added" in vars(cls):
        return ("reads",)
    return ("reads", "adds")


def _columns(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(column, str) and isinstance(dtype, pa.DataType) for column, dtype in value.items()
    )


def _libraries(name: str, cls: type[Operator]) -> Iterator[str]:
    """`libraries` are in the fingerprint by their version, so each must be installed."""
    if not isinstance(cls.libraries, tuple):
        yield f"{name}: 'libraries' is {cls.libraries!r}; expected a tuple of names of packages, e.g. ('lxml',)"
        return
    for library in cls.libraries:
        try:
            importlib.metadata.version(library)
        except (importlib.metadata.PackageNotFoundError, ValueError, TypeError):
            yield (
                f"{name}: 'libraries' names {library!r}, which is not installed; expected the name that pip knows, "
                "or install it"
            )
