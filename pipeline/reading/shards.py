"""Rows of packed shards on any fsspec store, a row group at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TypeAlias, cast

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.errors import InvalidShard
from corpusmill.operators.tokens.schema import SCHEMA_VERSION, columns_of
from corpusmill.pipeline.reading.order import Group, Row

PackedRow: TypeAlias = dict[str, np.ndarray | int]  # by column; `position` too


@dataclass(frozen=True, kw_only=True)
class Shards:
    """Packed shards in order, with their row groups. Made by `shards_at`, which reads footers only."""

    addresses: tuple[str, ...]
    groups: tuple[Group, ...]
    footer: dict[str, str]  # what all shards say of themselves: tokenizer_sha256, eos_id, packing, ...

    @property
    def sequences(self) -> int:
        return sum(group.rows for group in self.groups)

    def columns(self, group: Group, names: Sequence[str]) -> dict[str, "Values"]:
        """The wanted columns of one row group."""
        with fsspec.open(self.addresses[group.shard], "rb") as file:
            table = pq.ParquetFile(cast(IO[bytes], file)).read_row_group(group.group, columns=list(names))
        return {name: Values.of(table.column(name).combine_chunks()) for name in names}


def shards_at(addresses: Sequence[str]) -> Shards:
    """The shards at these addresses, which must agree on tokenizer and packing, else InvalidShard."""
    groups: list[Group] = []
    footer: dict[str, str] | None = None
    for shard, address in enumerate(addresses):
        with fsspec.open(address, "rb") as file:
            parquet = pq.ParquetFile(cast(IO[bytes], file))
            told = {k.decode(): v.decode() for k, v in (parquet.schema_arrow.metadata or {}).items()}
            rows = [parquet.metadata.row_group(k).num_rows for k in range(parquet.num_row_groups)]
        said = {k.removeprefix("corpusmill."): v for k, v in told.items() if k.startswith("corpusmill.")}
        if said.get("schema_version") != str(SCHEMA_VERSION):
            found = said.get("schema_version", "none")
            raise InvalidShard(f"{address}: expected a packed shard of schema version {SCHEMA_VERSION}, found {found}")
        if footer is not None and said != footer:
            differ = sorted(k for k in said.keys() | footer.keys() if said.get(k) != footer.get(k))
            raise InvalidShard(f"{address} differs from {addresses[0]} in {', '.join(differ)}: not one dataset")
        footer = said
        groups += [Group(shard=shard, group=k, rows=n) for k, n in enumerate(rows)]
    if footer is None:
        raise InvalidShard("no shards given")
    return Shards(addresses=tuple(addresses), groups=tuple(groups), footer=footer)


@dataclass(frozen=True)
class Values:
    """A column as numpy arrays. offsets: where each list begins and the last ends; null for a column of numbers."""

    values: np.ndarray
    offsets: np.ndarray | None

    @classmethod
    def of(cls, column: pa.Array) -> "Values":
        """The column without a copy."""
        if not isinstance(column, pa.ListArray):
            return cls(column.to_numpy(zero_copy_only=False), None)
        return cls(column.values.to_numpy(zero_copy_only=False), column.offsets.to_numpy())

    def at(self, row: int) -> np.ndarray | int:
        """One list, a view of the column that must not be written to, or one number."""
        if self.offsets is None:
            return self.values[row].item()
        return self.values[self.offsets[row] : self.offsets[row + 1]]


def read_rows(shards: Shards, rows: Iterator[Row]) -> Iterator[PackedRow]:
    """Each row as `position` and one numpy array (or number) a column. A row group is held until its last row."""
    wanted = columns_of(shards.footer.get("loss")).names
    held: dict[Group, dict[str, Values]] = {}
    for row in rows:
        if row.group not in held:
            held[row.group] = shards.columns(row.group, wanted)
        columns = held.pop(row.group) if row.last else held[row.group]
        yield {"position": row.position, **{name: columns[name].at(row.row) for name in wanted}}
