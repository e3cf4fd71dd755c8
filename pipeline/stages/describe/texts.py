"""Texts of the last finished run, unique or as the mix selected them, unit by unit, for programs that tokenize
themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.batch import TEXT
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.profile.schema import DOCUMENTS
from corpusmill.pipeline.stages.describe.selected import SEPARATOR, Selected, licences_of
from corpusmill.pipeline.stages.tokenize.axes_unit import words

Which = Literal["unique", "mixed"]
OF_THE_MIX = ("group", "n_tokens", "copies")
MIXED = pa.schema([*DOCUMENTS, pa.field("text", TEXT)])
UNIQUE = pa.schema([f for f in MIXED if f.name not in OF_THE_MIX])


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Reads texts. units: as `selected.read_names` gives them; duplicates: table of each ingest unit.

    selected: what the mix took; null for all unique documents. further: more columns of the documents, null where they
    have none. repeat: documents as often as the mix takes them, numbered by `copy` from 0 on, in place of `copies`.
    """

    spec: JobSpec
    workspace: Store
    units: Sequence[str]
    duplicates: Mapping[str, str]
    selected: Selected | None
    further: tuple[pa.Field, ...] = ()
    repeat: bool = False

    @property
    def schema(self) -> pa.Schema:
        """The columns of the tables."""
        copies = MIXED.get_field_index("copies")
        mixed = MIXED.set(copies, MIXED.field(copies).with_name("copy")) if self.repeat else MIXED
        return pa.schema([*(UNIQUE if self.selected is None else mixed), *self.further])

    def tables(self, units: Sequence[str]) -> Iterator[pa.Table]:
        """Rows of `schema`, a row group of a unit at a time, in the order in which they were read."""
        for unit in units:
            _, ingested, source = unit.split(SEPARATOR)
            about = None if self.selected is None else self.selected.of_unit(self.workspace, unit)
            removed = self._removed(ingested) if about is None else None
            with self.workspace.open(f"documents/{ingested}.parquet") as file:
                parquet = pq.ParquetFile(file)
                names = [n for n in self.schema.names if n in parquet.schema_arrow.names]
                for group in range(parquet.num_row_groups):
                    rows = parquet.read_row_group(group, columns=names)
                    yield self._unique(rows, removed, source) if about is None else self._mixed(rows, about)

    def _removed(self, ingested: str) -> pa.Array:
        with self.workspace.open(self.duplicates[ingested]) as file:
            table = read_table(file, columns=["doc_id", "reason"])
        return table["doc_id"].filter(table["reason"].is_valid()).combine_chunks()

    def _unique(self, rows: pa.Table, removed: pa.Array, source: str) -> pa.Table:
        rows = rows.filter(pc.invert(pc.is_in(rows["doc_id"], value_set=removed)))
        licence = licences_of(self.spec).get(source)
        given = {
            "source": words(rows, "source", source),
            "license": pa.repeat(pa.scalar(licence, pa.string()), len(rows)),
        }
        return _shaped(rows, given, self.schema)

    def _mixed(self, rows: pa.Table, about: pa.Table) -> pa.Table:
        place = pc.index_in(rows["doc_id"], value_set=about["doc_id"].combine_chunks())
        there = place.is_valid()
        rows, about = rows.filter(there), about.take(place.filter(there).combine_chunks())
        given = {name: about[name].combine_chunks() for name in about.column_names if name in MIXED.names}
        if self.repeat:
            times = given.pop("copies").to_numpy()
            place = np.repeat(np.arange(len(rows)), times)
            rows = rows.take(pa.array(place))
            given = {name: column.take(pa.array(place)) for name, column in given.items()}
            given["copy"] = pa.array(np.arange(len(place)) - np.repeat(np.cumsum(times) - times, times))
        return _shaped(rows, given, self.schema)


def fields_of(workspace: Store, units: Sequence[str], columns: Sequence[str]) -> tuple[pa.Field, ...]:
    """The columns of these names, as documents have them. InputError for one that none has or that is always there."""
    found: dict[str, pa.Field] = {}
    for unit in units:
        if set(columns) <= found.keys():
            break
        with workspace.open(f"documents/{unit.split(SEPARATOR)[1]}.parquet") as file:
            found = {field.name: field for field in pq.read_schema(file)} | found
    for name in columns:
        if name in MIXED.names:
            raise InputError([f"--columns: {name!r} is written in any case"])
        if name not in found:
            raise InputError([f"--columns: no document has a column {name!r}{nearest(name, found)}"])
    return tuple(found[name].remove_metadata() for name in columns)


def _shaped(rows: pa.Table, given: Mapping[str, pa.Array], schema: pa.Schema) -> pa.Table:
    columns = []
    for each in schema:
        if each.name in given:
            columns.append(given[each.name].cast(each.type))
        elif each.name in rows.column_names:
            columns.append(rows[each.name].cast(each.type))
        else:
            columns.append(pa.nulls(rows.num_rows, each.type))
    return pa.table(columns, schema=schema)
