"""Passes many arrays to kernels as one pointer.

Numba passes an array as seven or more numbers, and a named tuple of arrays as all numbers of all of them: 220 for the
26 arrays that extraction works in, in each function and at each call. They are typed, written as LLVM code and
optimised every time. An object of a class that inherits from `ByReference` is one pointer to a table of addresses and
sizes, and arrays read from it are not counted: they are valid as long as the caller of the outermost kernel holds it.
"""

import dataclasses
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, unbox
from numba.np.arrayobj import populate_array

WORD = ir.IntType(64)
POINTER = ir.IntType(8).as_pointer()


class ByReference:
    """Base of a frozen dataclass of C-contiguous arrays and of other such dataclasses.

    ValueError: an array is not contiguous. Fields are not replaced in place: `dataclasses.replace` makes a new object.
    """

    _address: int
    _numba_type_: "Reference"

    def __post_init__(self) -> None:
        kinds, words = list[tuple[str, types.Type]](), list[int]()
        for name, value in _fields(self):
            if isinstance(value, ByReference):
                kinds.append((name, value._numba_type_))
                words.append(value._address)
                continue
            if not value.flags.c_contiguous:
                raise ValueError(f"{type(self).__name__}.{name}: expected a C-contiguous array, found {value.strides}")
            kinds.append((name, numba.typeof(value)))
            words += [value.ctypes.data, *value.shape]
        table = np.array(words, np.int64)
        made = {"_table": table, "_address": table.ctypes.data, "_numba_type_": Reference(type(self), tuple(kinds))}
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(value for _, value in _fields(self))


def _fields(of: ByReference) -> list[tuple[str, Any]]:
    return [(f.name, getattr(of, f.name)) for f in dataclasses.fields(of)]  # pyright: ignore[reportArgumentType]


class Reference(types.Type):
    """The type of an object of `cls` inside kernels. kinds: name and type of each field."""

    def __init__(self, cls: type[ByReference], kinds: tuple[tuple[str, types.Type], ...]) -> None:
        self.cls, self.kinds = cls, kinds
        place, self.places = 0, dict[str, int]()
        for name, kind in kinds:
            self.places[name] = place
            place += 1 if isinstance(kind, Reference) else 1 + kind.ndim  # pyright: ignore[reportAttributeAccessIssue]
        super().__init__(name=f"{cls.__module__}.{cls.__qualname__}&{kinds}")


register_model(Reference)(models.OpaqueModel)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Reference

    def generic_resolve(self, typ: Reference, attr: str) -> types.Type | None:
        return dict(typ.kinds).get(attr)


@lower_getattr_generic(Reference)
def _field(context: Any, builder: Any, typ: Reference, value: Any, attr: str) -> Any:
    """The field's array, not counted. Its address and sizes never change, so LLVM may read them once and early."""
    kind: Any = dict(typ.kinds)[attr]

    def read(number: int, as_type: Any) -> Any:
        place = builder.gep(builder.bitcast(value, WORD.as_pointer()), [WORD(typ.places[attr] + number)])
        found = builder.load(builder.bitcast(place, as_type.as_pointer()))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    if isinstance(kind, Reference):
        return read(0, POINTER)
    element = context.get_data_type(kind.dtype)
    shape = [read(1 + n, WORD) for n in range(kind.ndim)]
    item_bytes = context.get_abi_sizeof(element)
    strides = [WORD(item_bytes)]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size, flags=["nsw"]))
    array = context.make_array(kind)(context, builder)
    populate_array(array, read(0, element.as_pointer()), shape, strides, item_bytes, meminfo=None)
    return array._getvalue()


@unbox(Reference)
def _pointer(typ: Reference, found: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(found, "_address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=c.pyapi.c_api_error())
