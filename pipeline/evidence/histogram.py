"""Reads one signal's histogram: how many documents and bytes a bound on it would keep, all other rules as they are."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.text.cell_counts import NO_VALUE
from corpusmill.pipeline.evidence.cells import State, edges, flat

NEIGHBOURS = 400  # documents next to a bound whose later fate stands for those beyond it; a guess


@dataclass(frozen=True)
class Amount:
    """Documents and bytes of text."""

    documents: float
    size_bytes: float

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.documents + other.documents, self.size_bytes + other.size_bytes)

    def times(self, share: float) -> "Amount":
        """The same share of both."""
        return Amount(self.documents * share, self.size_bytes * share)


NOTHING = Amount(0.0, 0.0)


@dataclass(frozen=True)
class Histogram:
    """One signal of one group. low, high: float64[bins], where bins begin and end, rising.

    documents, sizes: float64[states, bins], see `cells.State`; unknown: the same of documents without a value [states].
    """

    low: np.ndarray
    high: np.ndarray
    documents: np.ndarray
    sizes: np.ndarray
    unknown: np.ndarray
    unknown_sizes: np.ndarray

    def below(self, state: State, bound: float) -> Amount:
        """Documents in a state with a value below a number. A bin that it cuts counts by the part of its width."""
        share = self._below(bound)
        return Amount(float(self.documents[state] @ share), float(self.sizes[state] @ share))

    def up_to(self, state: State, bound: float) -> Amount:
        """Documents in a state with a value of at most a number."""
        share = self._up_to(bound)
        return Amount(float(self.documents[state] @ share), float(self.sizes[state] @ share))

    def beyond(self, state: State, bound: float | None, low: bool) -> Amount:
        """Documents in a state that break a bound; null: none do. low: whether it is a least value."""
        if bound is None:
            return NOTHING
        if low:
            return self.below(state, bound)
        inside, with_value = self.up_to(state, bound), self.with_value(state)
        return Amount(with_value.documents - inside.documents, with_value.size_bytes - inside.size_bytes)

    def with_value(self, state: State) -> Amount:
        """Documents in a state that have a value."""
        return Amount(float(self.documents[state].sum()), float(self.sizes[state].sum()))

    def all(self, state: State) -> Amount:
        """Documents in a state, those without a value too."""
        documents = self.documents[state].sum() + self.unknown[state]
        return Amount(float(documents), float(self.sizes[state].sum() + self.unknown_sizes[state]))

    def cut(self, bound: float, low: bool) -> float:
        """Kept documents and those dropped alone in the bin that a bound cuts, whose side is a guess.

        None where a bin begins at a least value, or where values are whole numbers and the bin has room for one.
        """
        inside = (self.low < bound) & (bound < self.high)
        whole = bool(np.all(self.low == np.round(self.low)))
        if not low and not whole:
            inside |= self.low == bound
        if whole:
            inside &= self.high - self.low > 1
        return float(self.documents[:2, inside].sum())

    def passed_later(self, bound: float, low: bool) -> tuple[float, float]:
        """Of documents just inside a bound: the share that every later step keeps, and how many there are."""
        inside = self.low >= bound if low else self.low <= bound
        kept, later = self.documents[State.KEPT, inside], self.documents[State.LATER, inside]
        if not low:
            kept, later = kept[::-1], later[::-1]
        near = np.cumsum(kept + later) <= NEIGHBOURS
        near[:1] = True
        many = float((kept + later)[near].sum())
        return (float(kept[near].sum()) / many, many) if many else (1.0, 0.0)

    def has_later(self) -> bool:
        """Whether any document was dropped after the last decision on this signal."""
        return bool(self.documents[State.LATER].sum() + self.unknown[State.LATER])

    def _below(self, bound: float) -> np.ndarray:
        """The part of each bin below a number."""
        with np.errstate(invalid="ignore", over="ignore"):
            inside = np.clip((bound - self.low) / (self.high - self.low), 0.0, 1.0)
        return np.where(bound <= self.low, 0.0, np.where(bound >= self.high, 1.0, inside))

    def _up_to(self, bound: float) -> np.ndarray:
        """The part of each bin up to a number, which itself counts.

        Where a bin begins there, all of it does (a value that is often met), or one whole number of several.
        """
        one = 1.0 / np.maximum(self.high - self.low, 1.0)
        return np.where(self.low == bound, one, self._below(bound))


def histogram(cells: pa.Table, column: str, axis: str, value: str | None) -> Histogram:
    """The histogram of a signal in one group of an axis; value: null for all groups of it."""
    mask = pc.and_(pc.equal(cells["axis"], axis), pc.equal(cells["column"], column))
    if value is not None:
        mask = pc.and_(mask, pc.equal(cells["value"], value))
    rows = cells.filter(mask)
    mine, states = flat(rows), rows["state"].to_numpy()
    found, place = np.unique(mine.bins, return_inverse=True)
    documents, sizes = np.zeros((4, len(found))), np.zeros((4, len(found)))
    np.add.at(documents, (states[mine.row], place), mine.documents)
    np.add.at(sizes, (states[mine.row], place), mine.sizes)
    with_value = found < NO_VALUE >> mine.level
    blank = (documents[:, ~with_value].sum(axis=1), sizes[:, ~with_value].sum(axis=1))
    low, high = (edges(at << mine.level) for at in (found[with_value], found[with_value] + 1))
    return Histogram(low, high, documents[:, with_value], sizes[:, with_value], *blank)
