"""Finds documents of the last finished run by number, address or id in their source, without reading other texts.

A number names its shard, so one unit is read, and of that the row groups whose statistics hold the number. An address
of a kept document is looked up in the sorted keys of each unit: two small reads a unit. Documents that were dropped
have no keys: the column of their addresses is read, as that of ids is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.keys import url_keys
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.takedown import PAGE_DIGITS, address_keys, at_addresses
from corpusmill.pipeline.exchange.key_range import KEY_BITS, KeyRange
from corpusmill.pipeline.exchange.reading import read_part
from corpusmill.pipeline.files.ids import ROW_BITS
from corpusmill.pipeline.stages.ingest.parts import units
from corpusmill.pipeline.workspace import inventory, sweep
from corpusmill.pipeline.workspace.inventory import Shard

READERS = 8  # units looked at at once; a guess
TABLES = ("documents", "dropped")
HEX_OF_64_BITS = 16
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of the last run: its row of `documents/` or `dropped/`, and where that lies."""

    doc_id: int
    unit: str  # of ingest
    table: str  # one of TABLES
    row: pa.Table  # one row
    shard: Shard | None

    def value(self, column: str) -> Any:
        """The value of a column; null where the document has none, or the table has no such column."""
        return self.row[column][0].as_py() if column in self.row.column_names else None


@dataclass(frozen=True)
class LastRun:
    """What the last finished run of a workspace rests on. spec: of its job."""

    spec: JobSpec
    workspace: Store
    shown: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def units(self) -> list[str]:
        """Names of its ingest units."""
        return sorted(sweep.remembered(self.workspace, "ingested"))

    @cached_property
    def shards(self) -> dict[int, Shard]:
        """Every shard of the workspace, by number."""
        return {shard.number: shard for shard in inventory.read(self.workspace)}

    @cached_property
    def duplicates(self) -> dict[str, str]:
        """The table of duplicates of each ingest unit."""
        return {name.split("/")[1]: name for name in sweep.remembered(self.workspace, "duplicates")}

    def by_number(self, doc_id: int) -> Document | None:
        """The document with this number; None where the last run neither kept nor dropped it."""
        unit = self.unit_of(doc_id)
        return None if unit is None else self._in_unit(unit, doc_id)

    def unit_of(self, doc_id: int) -> str | None:
        """The ingest unit of a document's shard; None where the last run had no such shard."""
        shard = self.shards.get(doc_id >> ROW_BITS)
        if shard is None:
            return None
        if self.spec.sample.limit is None and any(i.source == shard.source for i in self.spec.inputs):
            name = str(units(self.spec, [shard])[0]["name"])
            if name in set(self.units):
                return name
        return _first(self.units, lambda unit: unit if holds_shard(self.workspace, unit, shard.number) else None)

    def by_address(self, url: str) -> list[Document]:
        """Every document of this address, however it is spelt, kept ones first; dropped ones scan their addresses."""
        (key,) = address_keys([url])
        if key is None:
            return []
        kept = [(unit, "documents", i) for unit, ids in _each(self.units, lambda u: self._kept(u, key)) for i in ids]
        gone = [
            (unit, "dropped", i) for unit, ids in _each(self.units, lambda u: self._dropped_rows(u, key)) for i in ids
        ]
        return self._rows((*kept, *gone))

    def by_source_id(self, name: str) -> list[Document]:
        """Every document whose source calls it so, kept ones first; the column of these ids is read of all units."""
        found = []
        for table in TABLES:
            answers = _each(self.units, lambda unit, table=table: self._called(unit, table, name))
            found += [(unit, table, doc_id) for unit, ids in answers for doc_id in ids]
        return self._rows(found)

    def _called(self, unit: str, table: str, name: str) -> list[int]:
        with self.workspace.open(f"{table}/{unit}.parquet") as file:
            parquet = pq.ParquetFile(file)
            if "source_id" not in parquet.schema_arrow.names:
                return []
            found = parquet.read(["doc_id", "source_id"], use_threads=False)
        same = pc.fill_null(pc.equal(found["source_id"], name), False)
        return found["doc_id"].filter(same).to_pylist()

    def _rows(self, places: Iterable[tuple[str, str, int]]) -> list[Document]:
        found = (self._row(unit, table, doc_id) for unit, table, doc_id in places)
        return [document for document in found if document is not None]

    def _kept(self, unit: str, key: str) -> list[int]:
        low = int.from_bytes(bytes.fromhex(key[:HEX_OF_64_BITS]), "little")
        table = read_part(self.workspace, f"keys/{unit}.url.arrow", KeyRange(KEY_BITS, low))
        return sorted(int(table["doc_id"][row].as_py()) for row in at_addresses(table, [key]))

    def _dropped_rows(self, unit: str, key: str) -> list[int]:
        with self.workspace.open(f"dropped/{unit}.parquet") as file:
            table = pq.ParquetFile(file).read(["doc_id", "url"], use_threads=False)
        page = url_keys(table["url"].combine_chunks().cast(pa.large_string())).page
        same = pc.fill_null(pc.equal(page, pa.scalar(bytes.fromhex(key[:PAGE_DIGITS]), page.type)), False)
        return table["doc_id"].filter(same).to_pylist()

    def _in_unit(self, unit: str, doc_id: int) -> Document | None:
        return next((found for table in TABLES if (found := self._row(unit, table, doc_id)) is not None), None)

    def _row(self, unit: str, table: str, doc_id: int) -> Document | None:
        row = row_of(self.workspace, f"{table}/{unit}.parquet", doc_id)
        shard = self.shards.get(doc_id >> ROW_BITS)
        return None if row is None else Document(doc_id=doc_id, unit=unit, table=table, row=row, shard=shard)


def row_of(store: Store, name: str, doc_id: int) -> pa.Table | None:
    """The row of a document in a table with `doc_id`; None where it is not there.

    Only row groups whose statistics hold the number are read, of these the numbers first.
    """
    with store.open(name) as file:
        parquet = pq.ParquetFile(file)
        column = parquet.schema_arrow.get_field_index("doc_id")
        for group in range(parquet.num_row_groups):
            told = parquet.metadata.row_group(group).column(column).statistics
            if told is not None and told.has_min_max and not told.min <= doc_id <= told.max:
                continue
            at = pc.index(
                parquet.read_row_group(group, columns=["doc_id"], use_threads=False)["doc_id"], doc_id
            ).as_py()
            if at >= 0:
                return parquet.read_row_group(group, use_threads=False).slice(at, 1)
    return None


def holds_shard(store: Store, unit: str, number: int) -> bool:
    """Whether the documents of an ingest unit are those of a shard, by the footers of its tables."""
    for table in TABLES:
        with store.open(f"{table}/{unit}.parquet") as file:
            parquet = pq.ParquetFile(file)
            column = parquet.schema_arrow.get_field_index("doc_id")
            for group in range(parquet.num_row_groups):
                told = parquet.metadata.row_group(group).column(column).statistics
                if told is not None and told.has_min_max:
                    return told.min >> ROW_BITS == number
    return False


def _each(units: Sequence[str], ask: Callable[[str], Answer]) -> Iterator[tuple[str, Answer]]:
    """What each unit answers, several at once, in order."""
    with ThreadPoolExecutor(READERS) as pool:
        yield from zip(units, pool.map(ask, units), strict=True)


def _first(units: Iterable[str], ask: Callable[[str], Answer | None]) -> Answer | None:
    """The first answer that is not None; units after it are not asked, but for those under way."""
    with ThreadPoolExecutor(READERS) as pool:
        names, step = list(units), READERS * 4
        for i in range(0, len(names), step):
            for found in pool.map(ask, names[i : i + step]):
                if found is not None:
                    return found
    return None
