"""How a partition of clusters is verified: by shingle sets that came with it, or by signatures and, in doubt, text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.judge import Rows
from corpusmill.operators.dedup.verify import UNREAD, Sets, Verdicts, verify_by_estimate, verify_by_sets
from corpusmill.pipeline.config.sections.dedup import NearSpec
from corpusmill.pipeline.dedup.members import rows_of, sets_of
from corpusmill.pipeline.dedup.settings import Ranking, shard_number
from corpusmill.pipeline.exchange.reading import read_part
from corpusmill.pipeline.exchange.rounds import Partition

Verify = Callable[[np.ndarray, int], Verdicts]


def spooled(store: Store, partition: Partition, spool: IO[bytes]) -> tuple[pa.Table, np.ndarray]:
    """The partition's records without their shingles, which go to the file; and how many each record has there.

    A cluster of a million documents has gigabytes of shingles: they stay on disk and are mapped, not held.
    """
    tables, counts = [], [np.empty(0, np.int64)]
    for name in partition.names:
        table = read_part(store, name, partition.range)
        if "shingles" in table.column_names:
            for chunk in table["shingles"].chunks:
                spool.write(chunk.flatten().to_numpy())
                counts.append(np.diff(chunk.offsets.to_numpy()))
            table = table.drop_columns("shingles")
        tables.append(table)
    spool.flush()
    return pa.concat_tables(tables).combine_chunks(), np.concatenate(counts)


def sets_on_disk(file: IO[bytes], counts: np.ndarray) -> Sets:
    """Sets that lie in a file one after another."""
    values = np.memmap(file, np.uint64, "r") if counts.sum() else np.empty(0, np.uint64)
    return Sets(starts=np.cumsum(counts) - counts, counts=counts, values=np.asarray(values))


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """Of each row: `texts`, uint64, equal for equal texts; `thresholds`, float64, of its source."""

    texts: np.ndarray
    thresholds: np.ndarray

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.texts[rows], self.thresholds[rows]


def by_sets(rows: Rows, sets: Sets, compared: Compared, bounds: Mapping[str, Any]) -> Verify:
    return lambda here, resolved: verify_by_sets(
        rows.bands[here], sets.take(here), *compared.of(here), resolved=resolved, **bounds
    )


def by_estimate(
    rows: Rows, minima: np.ndarray, compared: Compared, read: "SetReader", bounds: Mapping[str, Any]
) -> Verify:
    """Signatures decide; the sets of documents that they leave open are read, until none is open."""

    def verify(here: np.ndarray, resolved: int) -> Verdicts:
        sets = Sets(
            starts=np.zeros(len(here), np.int64),
            counts=np.full(len(here), UNREAD, np.int64),
            values=np.empty(0, np.uint64),
        )
        while True:
            found = verify_by_estimate(
                rows.bands[here], minima[here], sets, *compared.of(here), resolved=resolved, **bounds
            )
            if not found.unread.any():
                return found.verdicts
            sets = read.more(sets, np.flatnonzero(found.unread), rows.doc_id[here])

    return verify


@dataclass(frozen=True, kw_only=True)
class SetReader:
    """Reads shingle sets of single documents, shard by shard, from what an index left or from their text."""

    store: Store
    near: NearSpec
    ranking: Ranking

    def more(self, sets: Sets, rows: np.ndarray, doc_ids: np.ndarray) -> Sets:
        """`sets` with those of `rows` in it."""
        starts, counts, values = sets.starts.copy(), sets.counts.copy(), [sets.values]
        rows = rows[np.argsort(doc_ids[rows])]
        length = len(sets.values)
        for table in self._tables(doc_ids[rows]):
            lists = table["shingles"].combine_chunks()
            lengths = np.diff(lists.offsets.to_numpy())
            at, rows = rows[: len(lists)], rows[len(lists) :]
            starts[at], counts[at] = length + np.cumsum(lengths) - lengths, lengths
            values.append(lists.flatten().to_numpy())
            length += len(values[-1])
        return Sets(starts=starts, counts=counts, values=np.concatenate(values))

    def _tables(self, doc_ids: np.ndarray) -> Iterator[pa.Table]:
        """Tables with `shingles` of these documents, which ascend, in their order."""
        numbers = shard_number(doc_ids)
        for number in np.unique(numbers).tolist():
            at = self.ranking.numbers.index(number)
            ids, left = doc_ids[numbers == number], self.ranking.sets[at]
            if left is not None:
                yield rows_of(self.store, left, ids)
            else:
                yield from sets_of(self.store, f"documents/{self.ranking.units[at]}.parquet", ids, self.near)


def flat(column: pa.ChunkedArray, dtype: type, width: int) -> np.ndarray:
    """Fixed-size binary values without nulls as an array of `width` numbers a row."""
    array = column.combine_chunks()
    found = np.frombuffer(array.buffers()[1] or b"", dtype)[array.offset * width :]
    return found[: len(array) * width].reshape(len(array), width)
