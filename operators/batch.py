"""A batch of documents: one Arrow table, and what was found in its text, found once."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self, TypeVar, cast, runtime_checkable

import numpy as np
import pyarrow as pa

TEXT = pa.large_string()

Found = TypeVar("Found")


@runtime_checkable
class Sliceable(Protocol):
    """Something found in a batch that can follow its rows when some of them are dropped."""

    def keep(self, mask: np.ndarray) -> Self:
        """The same findings for the rows where the boolean `mask` is true."""
        ...


class Batch:
    """Documents as an Arrow table of single-chunk columns, with a memory of what was found in them.

    Words, lines and their hashes are wanted by many operators: each finds them through `once`, so the first pays and
    the others share. A Rewrite makes a batch that has forgotten them; a Decision slices them with the rows.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        self._found: dict[tuple[object, ...], Any] = {}
        self._before: Before | None = None

    @property
    def num_rows(self) -> int:
        return self.table.num_rows

    def column(self, name: str) -> pa.Array:
        """Column `name` as one array, whatever chunks it came in."""
        chunks = self.table.column(name).chunks
        return chunks[0] if chunks else pa.array([], self.table.schema.field(name).type)

    def once(self, find: Callable[..., Found], *options: object) -> Found:
        """`find(self, *options)`, computed on the first call for this function and these (hashable) options."""
        key = (find, *options)
        if key not in self._found:
            before = self._before.keep(key) if self._before else None
            self._found[key] = find(self, *options) if before is None else before
        return cast(Found, self._found[key])

    def has(self, find: Callable[..., object], *options: object) -> bool:
        """Whether `once` would find this without work, but for slicing."""
        key = (find, *options)
        return key in self._found or (self._before is not None and self._before.has(key))

    def with_columns(self, columns: Mapping[str, pa.Array]) -> "Batch":
        """A batch with columns added or replaced; findings stay, unless `text` itself was replaced."""
        table = self.table
        for name, values in columns.items():
            if name in table.column_names:
                table = table.set_column(table.column_names.index(name), name, values)
            else:
                table = table.append_column(name, values)
        other = Batch(table)
        if "text" not in columns:
            other._found = dict(self._found)
            other._before = self._before
        return other

    def without(self, name: str) -> "Batch":
        """The same batch without a column other than `text`, if it has it; findings stay."""
        if name not in self.table.column_names:
            return self
        other = Batch(self.table.drop_columns([name]))
        other._found, other._before = dict(self._found), self._before
        return other

    def keep(self, mask: np.ndarray) -> "Batch":
        """The rows where the boolean `mask` is true; what is `Sliceable` follows once asked for."""
        if mask.all():
            return self
        other = Batch(self.table.filter(pa.array(mask)))
        other._before = Before(dict(self._found), mask, self._before)
        return other


class Before:
    """What was found before rows were dropped; sliced only when it is asked for, as most of it never is."""

    def __init__(self, found: Mapping[tuple[object, ...], Any], mask: np.ndarray, before: "Before | None") -> None:
        self._found, self._mask, self._before = found, mask, before

    def has(self, key: tuple[object, ...]) -> bool:
        """Whether there is a finding that can be sliced."""
        found = self._found.get(key)
        if found is None and self._before is not None:
            return self._before.has(key)
        return isinstance(found, Sliceable)

    def keep(self, key: tuple[object, ...]) -> Any:
        """The finding for the rows that are left; None if there is none, or it cannot be sliced."""
        found = self._found.get(key)
        if found is None and self._before is not None:
            found = self._before.keep(key)
        return found.keep(self._mask) if isinstance(found, Sliceable) else None
