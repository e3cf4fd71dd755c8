"""Shards in columns: the stretches of input a workspace has been given, a row each, and those that share a unit.

A million files are a table of some hundred bytes a row. `Shard` is one row as an object, made where one is looked at.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, Self, TypedDict, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.pipeline.files.ids import ROW_BITS, RUN_BITS, SHARD_BITS, SLOT_BITS, SLOT_ROW_BITS

SCHEMA = pa.schema(
    {
        "run": pa.int32(),
        "shard": pa.int32(),
        "source": pa.string(),
        "reader": pa.string(),
        "uri": pa.string(),
        "start": pa.int64(),
        "end": pa.int64(),
        "size": pa.int64(),
        "etag": pa.string(),
        "slot": pa.int16(),
    }
)
STRETCH = ("source", "uri", "start", "end", "etag")  # which bytes a shard is, whatever reads them
CONTENT = ("source", "reader", "uri", "start", "end", "size", "etag")  # what it is, apart from its number
ROWS_AT_ONCE = 4096
MOST_SLOTS = (1 << SLOT_BITS) - 1  # slot 0 is that of a file with a number of its own


@dataclass(frozen=True, order=True)
class Shard:
    """A stretch [start, end) of one input file, and the numbers under which its documents live.

    slot: its place among small files that share one shard number; 0 where it has the number to itself.
    """

    run: int
    shard: int
    source: str
    reader: str
    uri: str
    start: int
    end: int
    size: int
    etag: str
    slot: int = 0

    @property
    def number(self) -> int:
        """Run and shard as one number, as in the ids of its documents."""
        return self.run << SHARD_BITS | self.shard

    @property
    def identity(self) -> int:
        """Its number and slot as one number that no other shard of the workspace has."""
        return self.slot << (RUN_BITS + SHARD_BITS) | self.number

    @property
    def first_row(self) -> int:
        """The row number of its first record, as in `ids.doc_ids`."""
        return self.slot << SLOT_ROW_BITS


@dataclass(frozen=True, eq=False)
class Shards(Sequence[Shard]):
    """Rows of SCHEMA, sorted by run, shard and slot."""

    table: pa.Table

    @classmethod
    def of(cls, shards: Iterable[Shard]) -> "Shards":
        """The same shards in columns, sorted; a Shards is given back as it is."""
        if isinstance(shards, Shards):
            return shards
        rows = list(shards)
        columns = {f.name: pa.array([getattr(s, f.name) for s in rows], f.type) for f in SCHEMA}
        return Shards(in_order(pa.table(columns, schema=SCHEMA)))

    def __len__(self) -> int:
        return self.table.num_rows

    @overload
    def __getitem__(self, at: int) -> Shard: ...

    @overload
    def __getitem__(self, at: slice) -> "Shards": ...

    def __getitem__(self, at: int | slice) -> "Shard | Shards":
        if isinstance(at, slice):
            begin, end, step = at.indices(len(self))
            assert step == 1, step
            return Shards(self.table.slice(begin, max(0, end - begin)))
        place = range(len(self))[at]
        return Shard(**self.table.slice(place, 1).to_pylist()[0])

    def __iter__(self) -> Iterator[Shard]:
        for begin in range(0, len(self), ROWS_AT_ONCE):
            yield from (Shard(**row) for row in self.table.slice(begin, ROWS_AT_ONCE).to_pylist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Shards):
            return self.table.equals(other.table)
        return isinstance(other, Sequence) and list(self) == list(other)

    def numbers(self) -> np.ndarray:
        """int64, one a row: run and shard as one number."""
        run, shard = (self.column(n) for n in ("run", "shard"))
        return run.astype(np.int64) << SHARD_BITS | shard

    def identities(self) -> np.ndarray:
        """int64, one a row, see `Shard.identity`."""
        return self.column("slot").astype(np.int64) << (RUN_BITS + SHARD_BITS) | self.numbers()

    def column(self, name: str) -> np.ndarray:
        """A column of numbers."""
        return self.table[name].to_numpy()

    def filter(self, rows: np.ndarray) -> "Shards":
        """The rows where a boolean array is true."""
        return self if rows.all() else Shards(self.table.filter(pa.array(rows)))

    def keys(self, columns: Sequence[str]) -> pa.Array:
        """These columns of each row as one text, equal where all of them are."""
        return keys(self.table, columns)

    def groups(self) -> "list[UnitFiles]":
        """The shards unit by unit: each alone, those that share a number together."""
        if not len(self):
            return []
        numbers = self.numbers()
        begins = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        ends = [*begins[1:].tolist(), len(self)]
        return [UnitFiles(self[begin:end]) for begin, end in zip(begins.tolist(), ends, strict=True)]


class FilesInUnit(TypedDict):
    """What a unit says of the files it reads: of its shard, or of all together with the files themselves, packed."""

    run: int
    shard: int
    source: str
    reader: str
    uri: str
    start: int
    end: int
    size: int
    etag: str
    size_bytes: int
    files: NotRequired[str]


@dataclass(frozen=True)
class UnitFiles:
    """What one ingest unit reads: one shard, or small files of a source that share a shard number, by slot."""

    files: Shards

    @classmethod
    def of(cls, shard: Shard) -> Self:
        """The unit of one shard."""
        return cls(Shards.of([shard]))

    @property
    def first(self) -> Shard:
        """Its first shard; run, number, source and reader are those of all."""
        return self.files[0]

    @property
    def number(self) -> int:
        return int(self.files.numbers()[0])

    @property
    def run(self) -> int:
        return self.files.table["run"][0].as_py()

    @property
    def shard(self) -> int:
        return self.files.table["shard"][0].as_py()

    @property
    def source(self) -> str:
        return self.files.table["source"][0].as_py()

    @property
    def reader(self) -> str:
        return self.files.table["reader"][0].as_py()

    @property
    def uri(self) -> str:
        """The file, or the first one and how many more there are: to show, not to open."""
        first, more = self.files.table["uri"][0].as_py(), len(self.files) - 1
        return f"{first} and {more:,} more" if more else first

    @property
    def size_bytes(self) -> int:
        """Bytes of input, as they are stored."""
        return int((self.files.column("end") - self.files.column("start")).sum())

    @property
    def is_shared(self) -> bool:
        """Whether its ids are divided over slots."""
        return bool(self.files.column("slot")[0])

    def without(self, slots: Iterable[int]) -> "UnitFiles | None":
        """The same files less those in these slots; null where none is left."""
        rows = ~np.isin(self.files.column("slot"), list(slots))
        return UnitFiles(self.files.filter(rows)) if rows.any() else None

    def identity(self) -> Any:
        """What names it, as JSON can hold: its shard, or its files column by column."""
        table = self.files.table
        if not self.is_shared:
            return table.drop_columns("slot").to_pylist()[0]
        return {name: table[name].to_pylist() for name in table.column_names}

    def to_unit(self) -> FilesInUnit:
        """The entries of its work unit."""
        size = self.size_bytes
        (row,) = self.files.table.slice(0, 1).drop_columns("slot").to_pylist()
        first = FilesInUnit(**row, size_bytes=size)
        if self.is_shared:
            first.update(uri=self.uri, start=0, end=size, size=size, etag="", files=self._packed())
        return first

    @classmethod
    def from_unit(cls, unit: Any) -> Self:
        """What `to_unit` was given for."""
        if "files" not in unit:
            shard = Shard(**{name: unit[name] for name in SCHEMA.names if name != "slot"})
            return cls.of(shard)
        with pa.ipc.open_stream(base64.b85decode(unit["files"])) as stream:
            return cls(Shards(stream.read_all()))

    def _packed(self) -> str:
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, SCHEMA, options=options) as out:
            out.write_table(self.files.table.combine_chunks())
        return base64.b85encode(sink.getvalue()).decode()


def keys(table: pa.Table, columns: Sequence[str]) -> pa.Array:
    """These columns of each row as one text, with a character between that no address and no tag has."""
    texts = [table[name].combine_chunks().cast(pa.string()).cast(pa.large_string()) for name in columns]
    joined = pc.binary_join_element_wise(*texts, pa.scalar("\0", pa.large_string()))
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def in_order(table: pa.Table) -> pa.Table:
    """Rows of SCHEMA sorted by run, shard and slot, in one piece."""
    run, shard, slot = (table[name].to_numpy().astype(np.int64) for name in ("run", "shard", "slot"))
    order = np.lexsort((slot, shard, run))
    if np.all(order[1:] > order[:-1]):
        return table.combine_chunks()
    return table.take(pa.array(order)).combine_chunks()


assert SLOT_BITS + SLOT_ROW_BITS == ROW_BITS
