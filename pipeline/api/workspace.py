"""Reads the tables of a workspace: the rows of its last finished run, not those earlier runs left beside them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files.workspace_layout import FUNNEL, LIVE
from corpusmill.pipeline.report.funnel import groups_table
from corpusmill.pipeline.workspace import sweep


@dataclass(frozen=True)
class Workspace:
    """The tables behind the last finished run; made by `open_workspace`.

    Each method reads everything into memory unless it says otherwise; columns: null for all.
    """

    store: Store

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

    def funnel(self) -> pa.Table:
        """One row per source, domain and language: documents, bytes and tokens at each step of the last run."""
        return groups_table(json.loads(self.store.read(FUNNEL)))

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
