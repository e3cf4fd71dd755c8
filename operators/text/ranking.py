"""Ranks documents inside groups over a whole corpus: what each document sends, and how the answer is read.

Each document of a group becomes an entry; entries of all shards are sorted by run, rank and tie, and a group keeps
entries from the front until its limit is reached. The answer of a shard is the sorted list of doc_ids that stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.checks import NUMBER, VALUE, numbers
from corpusmill.operators.contract import Columns
from corpusmill.operators.text.buffers import text_buffers
from corpusmill.operators.text.digest import digests

# One document in its group. `key`: hash of the group; `rank`: the smaller the better; `tie`: hash of the text, which
# orders equal ranks; `weight`: what it takes of the group's limit, at least 1.
ENTRY = pa.schema(
    {
        "key": pa.uint64(),
        "doc_id": pa.int64(),
        "rank": pa.uint64(),
        "tie": pa.uint64(),
        "weight": pa.int64(),
    }
)
DOC_ID = np.dtype("<i8")
RUN_SHIFT = np.int64(52)  # a doc_id begins with 11 bits of run, above 26 of shard and 26 of row
LAST = np.uint64(2**64 - 1)
MOST_LIMIT = 2**62  # of a group; one document more still fits into 63 bits
_MOST = np.int64(2**63 - 1)
_SIGN = np.uint64(1 << 63)
_BETWEEN = "\x1f"


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """How entries are made of documents.

    by: columns whose values make a group. score: columns of numbers that are multiplied; none: in the order of the
    hash of the text. lowest: whether the smallest score comes first. weight: a column of whole numbers, where what is
    below 1 or no number counts as 1; null: 1 each.
    """

    by: tuple[str, ...]
    score: tuple[str, ...] = ()
    lowest: bool = False
    weight: str | None = None

    def columns_read(self) -> Columns:
        numbers_read = dict.fromkeys((*self.score, *((self.weight,) if self.weight else ())), NUMBER)
        return {**dict.fromkeys(self.by, VALUE), **numbers_read, "text": TEXT, "doc_id": pa.int64()}

    def described(self) -> list[object]:
        """Plain values that change with whatever decides the entries."""
        return [list(self.by), list(self.score), self.lowest, self.weight]


def rank_of(score: float) -> int:
    """The place of a score among all, highest first: 0 to 2^64 - 1; NaN is last.

    >>> rank_of(2.5) < rank_of(0.0) == rank_of(-0.0) < rank_of(-1e300) < rank_of(float("nan"))
    True
    """
    return int(ranks_of(np.array([score]))[0])


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """`rank_of` of each: uint64."""
    bits = (scores.astype(np.float64) + 0.0).view(np.uint64)
    rising = np.where(bits >= _SIGN, ~bits, bits | _SIGN)
    return np.where(np.isnan(scores), LAST, ~rising)


def group_of(values: Sequence[str]) -> int:
    """The hash of a group.

    >>> group_of(["a", "b"]) != group_of(["ab", ""])
    True
    """
    return int(_hashes(pa.array([_BETWEEN.join(values)], TEXT))[0])


def groups_of(batch: Batch, by: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The hash of each document's group (uint64), and whether it has all values of it (bool)."""
    if not by:
        return np.full(batch.num_rows, group_of([]), np.uint64), np.ones(batch.num_rows, np.bool_)
    texts = [words_of(batch, name) for name in by]
    joined = pc.binary_join_element_wise(*(pc.fill_null(t, "") for t in texts), pa.scalar(_BETWEEN, TEXT))
    there = np.logical_and.reduce([t.is_valid().to_numpy(zero_copy_only=False) for t in texts])
    return _hashes(cast(pa.Array, joined)), there


def words_of(batch: Batch, name: str) -> pa.Array:
    """A column of words, flags or whole numbers as texts; "" is null. Of lists the first value counts."""
    column = batch.column(name)
    if pa.types.is_list(column.type):
        column = pc.list_element(pc.if_else(pc.equal(pc.list_value_length(column), 0), None, column), 0)
    texts = column.cast(TEXT)
    return pc.if_else(pc.equal(texts, ""), None, texts)


def entries_of(batch: Batch, ranking: Ranking, *, limit: int = MOST_LIMIT) -> pa.Table:
    """Columns of ENTRY for the documents that are in a group, in their order.

    limit: the most that a group may keep, up to MOST_LIMIT; what weighs more, infinity too, weighs limit + 1.
    """
    keys, there = groups_of(batch, ranking.by)
    ranks = ranks_of(scores_of(batch, ranking)) if ranking.score else np.zeros(batch.num_rows, np.uint64)
    weights = np.ones(batch.num_rows, np.int64)
    if ranking.weight:
        found = numbers(batch.column(ranking.weight)).cast(pa.float64(), safe=False).fill_null(0.0)
        values = np.nan_to_num(found.to_numpy(zero_copy_only=False))
        weights = np.where(values > limit, limit + 1, np.clip(values, 1, limit).astype(np.int64))
    ties = _hashes(pc.fill_null(batch.column("text"), ""))
    ids = pc.fill_null(batch.column("doc_id"), -1).to_numpy(zero_copy_only=False)
    return pa.table([keys, ids, ranks, ties, weights], schema=ENTRY).filter(pa.array(there))


def scores_of(batch: Batch, ranking: Ranking) -> np.ndarray:
    """float64: the product of the columns, NaN where one has no value; negated where the lowest come first."""
    product = np.ones(batch.num_rows, np.float64)
    for name in ranking.score:
        values = numbers(batch.column(name)).cast(pa.float64(), safe=False).fill_null(np.nan)
        product = product * values.to_numpy(zero_copy_only=False)
    return -product if ranking.lowest else product


def stays(batch: Batch, answer: bytes) -> np.ndarray:
    """Whether each document is named by an answer, as `ids_in_bytes` writes it: bool."""
    ids = np.frombuffer(answer, DOC_ID)
    mine = pc.fill_null(batch.column("doc_id"), -1).to_numpy(zero_copy_only=False)
    if not len(ids):
        return np.zeros(len(mine), np.bool_)
    return ids[np.minimum(np.searchsorted(ids, mine), len(ids) - 1)] == mine


def ids_in_bytes(doc_ids: np.ndarray) -> bytes:
    """An answer: the doc_ids that stay, sorted, 8 bytes each, little-endian."""
    return np.sort(doc_ids).astype(DOC_ID).tobytes()


def in_order(entries: pa.Table) -> pa.Table:
    """Entries sorted by group, run, rank, tie and doc_id."""
    column = {name: entries[name].to_numpy() for name in ENTRY.names}
    runs = column["doc_id"] >> RUN_SHIFT
    order = np.lexsort((column["doc_id"], column["tie"], column["rank"], runs, column["key"]))
    return entries.take(pa.array(order))


def leading(entries: pa.Table, limit: int) -> pa.Table:
    """Of sorted entries those that can still stay, whatever others there are, when no group has more than this limit.

    The first that does not fit is among them, since none behind it may stay.
    """
    pieces = _pieces(entries)
    before = np.zeros(entries.num_rows, np.int64)
    before[1:] = np.where(pieces.number[1:] == pieces.number[:-1], pieces.so_far[:-1], 0)
    return entries.filter(pa.array(before < limit))


def within(entries: pa.Table, limits: np.ndarray) -> np.ndarray:
    """Whether each of the sorted entries stays: bool. limits: int64, the limit of each entry's group in its run.

    A group is filled run by run: what an earlier run kept is taken off the limit of a later one. Inside a run entries
    stay up to the first that does not fit.
    """
    pieces, weights = _pieces(entries), entries["weight"].to_numpy()
    out = np.zeros(len(weights), np.bool_)
    taken = np.zeros(len(pieces.new_group), np.int64)  # by earlier runs of the group
    starts, begins = np.flatnonzero(np.diff(pieces.number, prepend=-1)), np.flatnonzero(pieces.new_group)
    depth = np.arange(len(taken)) - begins[np.cumsum(pieces.new_group) - 1]
    for level in range(int(depth.max(initial=-1)) + 1):
        mine = (depth == level)[pieces.number]
        out[mine] = (pieces.so_far <= limits - taken[pieces.number])[mine]
        kept = np.add.reduceat(np.where(out, weights, 0), starts)
        later = np.flatnonzero(depth == level + 1)
        taken[later] = taken[later - 1] + kept[later - 1]
    return out


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pieces:
    """Sorted entries by group and run. number: the piece of each entry; so_far: its weight and that of all before it in
    the piece, 2^63 - 1 where it is more; new_group: whether each piece is the first of its group.
    """

    number: np.ndarray
    so_far: np.ndarray
    new_group: np.ndarray


def _pieces(entries: pa.Table) -> _Pieces:
    keys, runs = entries["key"].to_numpy(), entries["doc_id"].to_numpy() >> RUN_SHIFT
    first = np.ones(len(keys), np.bool_)
    first[1:] = (keys[1:] != keys[:-1]) | (runs[1:] != runs[:-1])
    starts, number = np.flatnonzero(first), np.cumsum(first) - 1
    weights, half = entries["weight"].to_numpy(), np.int64(32)
    low, high = (_sums(part, starts, number) for part in (weights & (2**32 - 1), weights >> half))
    high += low >> half
    so_far = np.where(high >> (half - 1), _MOST, (high << half) | (low & (2**32 - 1)))
    heads = keys[starts]
    new_group = np.ones(len(starts), np.bool_)
    new_group[1:] = heads[1:] != heads[:-1]
    return _Pieces(number=number, so_far=so_far, new_group=new_group)


def _sums(weights: np.ndarray, starts: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The weight of each entry and of all before it in its piece."""
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(weights)))
    return sums[1:] - sums[starts][number]


def _hashes(texts: pa.Array) -> np.ndarray:
    """64 bits of the digest of each text: uint64."""
    text = text_buffers(texts)
    out = np.zeros((len(text), 2), np.uint64)
    digests(text.data, text.offsets, out)
    return out[:, 0].copy()
