"""Reads the tables of a workspace: the rows of its last finished run, not those earlier runs left beside them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.evidence.cells import State, flat
from corpusmill.pipeline.evidence.evidence import Evidence, of_name
from corpusmill.pipeline.files.workspace_layout import FUNNEL, LIVE, TOKENIZED
from corpusmill.pipeline.report.funnel import Funnel, groups_table
from corpusmill.pipeline.report.notebook import funnel_html
from corpusmill.pipeline.workspace import sweep


@dataclass(frozen=True)
class Workspace:
    """The tables behind the last finished run; made by `open_workspace`.

    Each method reads everything into memory unless it says otherwise; columns: null for all.
    """

    store: Store

    def __repr__(self) -> str:
        return f"Workspace({self.store.url!r})"

    def documents(self, columns: list[str] | None = None) -> pa.Table:
        """Kept documents, before deduplication: doc_id, source, url, language, text and every signal measured."""
        return _joined(self._tables("documents", columns))

    def dropped(self, columns: list[str] | None = None) -> pa.Table:
        """Documents that were dropped or failed: step, kind, reason, file and offset, the start of the text."""
        return _joined(self._tables("dropped", columns))

    def duplicates(self, columns: list[str] | None = None) -> pa.Table:
        """One row per kept document that shares a key with another: survivor, similarity, reason (null: it stays)."""
        names = sorted(sweep.remembered(self.store, "duplicates"))
        return _joined(self._read(name, columns) for name in names)

    def each(self, table: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The tables of `documents` or `dropped` one input unit at a time, for what does not fit into memory."""
        if table not in ("documents", "dropped"):
            raise ValueError(f"expected 'documents' or 'dropped', got {table!r}")
        return self._tables(table, columns)

    def tokens(self, columns: list[str] | None = None) -> pa.Table:
        """Unique documents as token ids: doc_id, leaf, draw and the ids of each."""
        return _joined(self._read(f"tokens/{unit}.parquet", columns) for unit in self._tokenized())

    def funnel(self) -> pa.Table:
        """One row per source, domain and language: documents, bytes and tokens at each step of the last run."""
        return groups_table(json.loads(self.store.read(FUNNEL)))

    def histograms(self) -> pa.Table:
        """How often each signal has which value: one row per signal, language or source, outcome and bin.

        axis, value: "language" or "source", and which; outcome: kept, alone (dropped for this signal alone), later
        (passed the decision on it, dropped after it), other; low, high: the bin; documents, bytes.
        """
        rows = self._evidence().cells
        cells = flat(rows)
        table = rows.select(["column", "axis", "value", "state"]).take(pa.array(cells.row))
        names = pa.array([state.name.lower() for state in State])
        counts = {"low": cells.low, "high": cells.high, "documents": cells.documents, "bytes": cells.sizes}
        table = table.set_column(3, "outcome", names.take(table["state"].combine_chunks()))
        for name, values in counts.items():
            table = table.append_column(name, pa.array(values))
        return table

    def rules(self) -> pa.Table:
        """What each rule removed, by language and by source: first, alone, and how many documents broke it."""
        return self._evidence().rules

    def sample(self) -> pa.Table:
        """Rows of signals drawn by hash: kept documents, and dropped ones that were measured to the end."""
        return self._evidence().rows

    def _repr_html_(self) -> str:
        """The workspace as a notebook shows it: where the documents of the last run went."""
        return funnel_html(Funnel.from_json(json.loads(self.store.read(FUNNEL))), title=self.store.url)

    def _evidence(self) -> Evidence:
        (name,) = sweep.remembered(self.store, "evidence")
        return of_name(self.store, name)

    def _tokenized(self) -> list[str]:
        """The tokenized units that the last run rests on."""
        if found := sweep.remembered(self.store, "tokenized"):
            return sorted(found)
        live = sweep.remembered(self.store, "names")  # an earlier version did not say which of them are tokens
        there = {sweep.name_of(file.uri) for file in self.store.files("tokens")}
        return sorted(live & (there | {*json.loads(self.store.read(TOKENIZED))["tokens"]}))

    def _tables(self, folder: str, columns: list[str] | None) -> Iterator[pa.Table]:
        for unit in sorted(sweep.remembered(self.store, "ingested")):
            yield self._read(f"{folder}/{unit}.parquet", columns)

    def _read(self, name: str, columns: list[str] | None) -> pa.Table:
        with self.store.open(name) as file:
            return pq.ParquetFile(file).read(columns)


def _joined(tables: Iterator[pa.Table]) -> pa.Table:
    """One table; a column that only some units measured is null in the others."""
    found = list(tables)
    return pa.concat_tables(found, promote_options="default") if found else pa.table({})


def open_workspace(url: str, *, storage: Mapping[str, Any] | None = None) -> Workspace:
    """The workspace at a folder or an address; storage: options of its fsspec filesystem.

    Raises FileNotFoundError before its first run has finished.
    """
    store = Store(url, storage or {})
    if not store.exists(LIVE):
        raise FileNotFoundError(f"no run has finished in {url} yet: run the job first")
    return Workspace(store)
