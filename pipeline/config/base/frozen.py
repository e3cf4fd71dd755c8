"""Mappings and lists of a job file that nobody changes once they are read; else equal to the plain ones."""

from typing import Any, NoReturn


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("a loaded job cannot be changed by code; load the job again, with overrides")


class FrozenMap(dict[str, Any]):
    """A dict that cannot be changed; `|` makes a plain one."""

    __setitem__ = __delitem__ = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]
    clear = pop = popitem = setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMap, (dict(self),)


class FrozenList(list[Any]):
    """A list that cannot be changed; `+` makes a plain one."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse  # pyright: ignore[reportAssignmentType]
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenList, (list(self),)


def frozen(value: Any) -> Any:
    """The same value, no mapping or list in it to be changed.

    >>> frozen({"a": [1, {"b": 2}]}) == {"a": [1, {"b": 2}]}
    True
    """
    if isinstance(value, dict):
        return FrozenMap({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return FrozenList([frozen(inner) for inner in value])
    return value
