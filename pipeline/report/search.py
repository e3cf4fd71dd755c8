"""Searches the tables of a workspace for documents: by number, address, text or reason; light columns are read
first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.report.documents import Shown, shown

Field = Literal["any", "id", "url", "text", "reason"]
COLUMNS = {"url": ("url",), "text": ("text",), "reason": ("step", "reason"), "any": ("url", "step", "reason", "text")}


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is searched for, and where: any text, or one kind of it."""

    field: Field = "any"
    words: str

    @classmethod
    def parse(cls, text: str) -> "Query":
        """The query of what a person types: words, or FIELD:words; digits alone are a doc_id.

        >>> Query.parse("url:example.org"), Query.parse("word_count<20").field, Query.parse("1234").field
        (Query(field='url', words='example.org'), 'any', 'id')
        """
        field, colon, words = text.strip().partition(":")
        if colon and field in get_args(Field):
            return cls(field=field, words=words.strip())  # pyright: ignore[reportArgumentType]
        return cls(field="id" if text.strip().isdigit() else "any", words=text.strip())


def search(workspace: Store, folder: str, units: Iterable[str], query: Query, most: int) -> Iterator[Shown]:
    """The first `most` rows of `documents/` or `dropped/` that match, capitals or not, unit by unit."""
    left = most
    for unit in sorted(units):
        with workspace.open(f"{folder}/{unit}.parquet") as file:
            parquet = pq.ParquetFile(file)
            for group in range(parquet.num_row_groups):
                if left <= 0:
                    return
                rows = _matching(parquet, group, query)[:left]
                if len(rows):
                    found = parquet.read_row_group(group, use_threads=False).take(rows)
                    left -= found.num_rows
                    yield from map(shown, found.to_pylist())


def _matching(parquet: pq.ParquetFile, group: int, query: Query) -> pa.Array:
    """Numbers of the rows of a row group that match."""
    there = parquet.schema_arrow.names
    if query.field == "id":
        told = parquet.metadata.row_group(group).column(there.index("doc_id")).statistics
        wanted = int(query.words) if query.words.isdigit() else -1
        if told is not None and told.has_min_max and not told.min <= wanted <= told.max:
            return pa.array([], pa.int64())
        ids = parquet.read_row_group(group, columns=["doc_id"], use_threads=False)["doc_id"]
        return pc.indices_nonzero(pc.equal(ids, wanted).combine_chunks())
    names = [name for name in COLUMNS[query.field] if name in there]
    table = parquet.read_row_group(group, columns=names, use_threads=False)
    hit = pa.array([False] * table.num_rows)
    for name in names:
        match = pc.match_substring(table[name].combine_chunks(), query.words, ignore_case=True)
        hit = pc.or_(hit, pc.fill_null(match, False))
    return pc.indices_nonzero(hit)
