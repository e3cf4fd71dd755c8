"""Spares Numba work that it repeats while it compiles a kernel. The code that comes out is the same.

For each operator Numba tries all that it may mean, texts, lists and sets included, each time that it stands somewhere:
a third of what compiling takes. Here an answer is kept, with the types it is for. In place only while a kernel is being
compiled, under Numba's lock: other users of Numba in the process see nothing of it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from numba.core import base, target_extension, types
from numba.core.targetconfig import ConfigStack, TargetConfig
from numba.extending import overload
from numba.np import arrayobj


@contextmanager
def shortcuts(part: Callable[..., Any]) -> Iterator[None]:
    """Within the block, what Numba looks up is looked up once, and what its own functions call is compiled as a part.

    part: a decorator with Numba's options, for functions of Numba's own that kernels call.
    """
    from unittest.mock import patch  # slow to import, and most processes compile nothing

    replaced = [
        (types.Function, "get_call_type", _signature),
        (TargetConfig, "__eq__", _same_options),
        (TargetConfig, "__hash__", lambda options: _hash_options(type(options))),
        (base, "_has_loc", _takes_location),
        (base.BaseContext, "get_abi_sizeof", _size_bytes),
        (arrayobj, "raise_with_shape_context", raise_other_size),
    ]
    with ExitStack() as stack:
        for owner, name, value in replaced:
            stack.enter_context(patch.object(owner, name, value))
        stack.enter_context(patch.dict(target_extension.jit_registry, {target_extension.cpu_target: part}))
        yield


_find_signature = types.Function.get_call_type
_signatures = dict[Any, Any]()


def _signature(function: Any, context: Any, args: Any, kws: Any) -> Any:
    """The signature of a call of a built-in function. What is called inherits one option of its caller."""
    options = ConfigStack.top_or_none()
    key = function, context, tuple(args), tuple(kws.items()), options is not None and options.forceinline
    found = _signatures.get(key)
    if found is None:
        found = _signatures[key] = _find_signature(function, context, args, kws)
    return found


_compare_options, _hash = TargetConfig.__eq__, TargetConfig.__hash__


def _same_options(one: Any, other: Any) -> Any:
    """Whether options are the same; mostly the same ones are set, and none has to be looked up among the defaults."""
    return (isinstance(other, TargetConfig) and one._values == other._values) or _compare_options(one, other)


@functools.cache
def _hash_options(kind: type[TargetConfig]) -> int:
    """Numba's hash of options: over their names, not their values."""
    return _hash(kind())


_takes_location = functools.lru_cache(maxsize=10_000)(base._has_loc)
_measure = base.BaseContext.get_abi_sizeof
_sizes = dict[tuple[str, str], int]()  # by target and LLVM type


def _size_bytes(context: Any, ty: Any) -> int:
    key = str(context.target_data), str(ty)
    if key not in _sizes:
        _sizes[key] = _measure(context, ty)
    return _sizes[key]


def raise_other_size(source: Any, place: Any) -> None:
    """Stands for Numba's function that raises when a slice is assigned an array of another size.

    Never runs as Python: in a kernel it is the overload below.
    """
    raise NotImplementedError


@overload(raise_other_size)
def _raise_other_size(source: Any, place: Any) -> Any:
    """Numba's own puts the sizes into the message, for which it compiles what joins texts and prints numbers."""

    def impl(source: Any, place: Any) -> None:
        raise ValueError("cannot assign a slice from an array of another size")

    return impl
