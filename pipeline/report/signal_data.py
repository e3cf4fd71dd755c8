"""Makes histograms small enough for a page: some forty bins a signal, for all documents and by language and source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Threshold
from corpusmill.pipeline.evidence.cells import State, flat
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.files.json_values import JsonObject

BINS = 40
GROUPS = 50  # languages shown, most documents first
SOURCES = 24
LONG_TAIL = 30  # a largest value so many times the median asks for a logarithmic axis; a guess
KILO = 1000


@dataclass(frozen=True)
class Bound:
    """A bound in use: see `Threshold`. step: as overrides call it; later: the share of what passes it that is kept."""

    step_number: int
    step: str
    threshold: Threshold
    later: float


@dataclass(frozen=True)
class Axis:
    """Where the bins of a page begin and end: float64, rising, at most BINS + 1. log: whether they are drawn that way.

    whole: whether all values are whole numbers, as all ends are then.
    """

    ends: np.ndarray
    log: bool
    whole: bool


def axis_of(low: np.ndarray, weights: np.ndarray, bounds: Sequence[float]) -> Axis:
    """Bins for the middle 99.6 % of documents and for every bound. low: rising, where fine bins begin.

    bounds: first values that one of them parts from those before (`edge_of`).
    """
    share = np.cumsum(weights) / weights.sum()
    at = [float(low[min(int(np.searchsorted(share, q)), len(low) - 1)]) for q in (0.002, 0.5, 0.998)]
    reach = [bound * 1.25 if bound > 0 else bound for bound in bounds]
    first, middle, last = min([at[0], *bounds]), at[1], max([at[2], *reach])
    whole = are_whole(low)
    log = first >= 0 and last > 40 and last > LONG_TAIL / 3 * max(middle, 1)
    if log:
        ends = np.concatenate([[0.0], np.geomspace(1, last * 1.0001 + 1, BINS)])
    else:
        last = max(last, first) + (whole or last <= first)
        first = 0.0 if 0 <= first < last / 3 else first
        ends = np.linspace(first, last, BINS + 1)
    ends = with_bounds(ends, bounds)
    return Axis(np.unique(np.ceil(ends)) if whole else ends, log, whole)


def are_whole(low: np.ndarray) -> bool:
    """Whether values are whole numbers. low: where fine bins begin, which is at the number itself for small ones."""
    return bool(np.all(low == np.round(low)))


def edge_of(t: Threshold, whole: bool) -> float | None:
    """The least value on the right of a bound. Of whole numbers 3 is on the left of a largest value of 3.

    >>> edge_of(Threshold(reason="lines>3", column="lines", low=False, bound=3, key="lines"), whole=True)
    4.0
    """
    if t.bound is None or not whole:
        return t.bound
    return float(np.ceil(t.bound) if t.low else np.floor(t.bound) + 1)


def with_bounds(ends: np.ndarray, bounds: Sequence[float]) -> np.ndarray:
    """The ends of bins with the nearest one moved to each bound, so that no bin has documents on both sides of one.

    >>> with_bounds(np.array([0.0, 1.0, 2.0, 3.0]), [1.9]).tolist()
    [0.0, 1.0, 1.9, 3.0]
    """
    ends = ends.copy()
    for bound in bounds:
        place = int(np.argmin(np.abs(ends - bound)))
        if 0 < place < len(ends) - 1:
            ends[place] = bound
    return np.unique(ends)


def signal_data(evidence: Evidence, bounds: Sequence[Bound]) -> list[JsonObject]:
    """Each signal as plain values: its name, axis, bounds, and counts by group; those with bounds first.

    A group has kept documents and kB of kept text, documents and kB that this signal alone dropped, and the others.
    """
    by_column: dict[str, list[Bound]] = {}
    for bound in bounds:
        by_column.setdefault(bound.threshold.column, []).append(bound)
    ruled = [name for name in dict.fromkeys(b.threshold.column for b in bounds) if name in evidence.columns]
    names = [*ruled, *(name for name in evidence.columns if name not in ruled)]
    shown = {"language": [*evidence.groups("language")][:GROUPS], "source": [*evidence.groups("source")][:SOURCES]}
    found = (_signal(evidence, name, by_column.get(name, []), shown) for name in names)
    return [each for each in found if each is not None]


def _signal(
    evidence: Evidence, name: str, bounds: Sequence[Bound], shown: Mapping[str, Sequence[str]]
) -> JsonObject | None:
    rows = evidence.cells.filter(pc.equal(evidence.cells["column"], name)).combine_chunks()
    by_language = pc.equal(rows["axis"], "language")
    whole = _cells(rows.filter(by_language))
    if not len(whole.low):
        return None
    low, place = np.unique(whole.low, return_inverse=True)
    edges = [edge_of(b.threshold, are_whole(low)) for b in bounds]
    axis = axis_of(low, np.bincount(place, weights=whole.documents), [edge for edge in edges if edge is not None])
    least = [b.threshold.bound for b in bounds if b.threshold.low and b.threshold.bound is not None]
    groups = {"": _counts(whole, axis, least)}
    for kind, values in shown.items():
        mine = rows.filter(pc.equal(rows["axis"], kind))
        there = {*mine["value"].to_pylist()}
        for value in values:
            if value in there:
                groups[f"{kind}:{value}"] = _counts(_cells(mine.filter(pc.equal(mine["value"], value))), axis, least)
    return {
        "name": name,
        "log": axis.log,
        "whole": axis.whole,
        "ends": [int(end) if axis.whole else float(f"{end:.5g}") for end in axis.ends],
        "rules": [_rule(bound, edge) for bound, edge in zip(bounds, edges, strict=True)],
        "groups": groups,
    }


def _rule(bound: Bound, edge: float | None) -> JsonObject:
    t = bound.threshold
    told = {"step": bound.step, "number": bound.step_number, "reason": t.reason, "low": t.low, "bound": t.bound}
    return {**told, "edge": edge, "key": t.key, "later": round(bound.later, 4)}


@dataclass(frozen=True)
class _Cells:
    """Cells of documents that have the signal. All arrays have one entry a cell; low, high: where its bin is."""

    low: np.ndarray
    high: np.ndarray
    states: np.ndarray
    documents: np.ndarray
    sizes: np.ndarray


def _cells(rows: pa.Table) -> _Cells:
    """The cells of some histograms, but for those of documents without a value."""
    found = flat(rows)
    states = rows["state"].to_numpy()[found.row]
    arrays = (found.low, found.high, states, found.documents, found.sizes)
    return _Cells(*(values[found.has_value] for values in arrays))


def _counts(cells: _Cells, axis: Axis, least: Sequence[float]) -> list[list[int]]:
    """Kept documents, kB of them, documents dropped alone, kB of them, all other documents: by bin, zeros cut off.

    least: bounds that kept documents are not below, though the fine bin they are in may begin there.
    """
    low, states = cells.low, cells.states
    for bound in least:
        low = np.where((states == State.KEPT) & (low < bound) & (bound < cells.high), bound, low)
    many = len(axis.ends) - 1
    place = np.clip(np.searchsorted(axis.ends, low, side="right") - 1, 0, many - 1)

    def binned(mask: np.ndarray, weights: np.ndarray) -> list[int]:
        counts = np.bincount(place[mask], weights=weights[mask], minlength=many)
        last = np.flatnonzero(counts)
        return np.rint(counts[: last[-1] + 1 if len(last) else 0]).astype(np.int64).tolist()

    kept, alone = states == State.KEPT, states == State.ALONE
    documents, kilo = cells.documents, cells.sizes / KILO
    return [binned(kept, documents), binned(kept, kilo), binned(alone, documents), binned(alone, kilo),
            binned(~kept & ~alone, documents)]  # fmt: skip
