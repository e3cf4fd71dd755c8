"""Makes histograms small enough for a page: some forty bins a signal, for all documents and by language and source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.text.cell_counts import NO_VALUE
from corpusmill.pipeline.evidence.cells import State, edges
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
    """Where the bins of a page begin and end: float64[BINS + 1], rising. log: whether they are drawn that way."""

    ends: np.ndarray
    log: bool


def axis_of(low: np.ndarray, weights: np.ndarray, bounds: Sequence[float]) -> Axis:
    """Bins for the middle 99.6 % of documents and for every bound. low: rising, where fine bins begin."""
    share = np.cumsum(weights) / weights.sum()
    at = [float(low[min(int(np.searchsorted(share, q)), len(low) - 1)]) for q in (0.002, 0.5, 0.998)]
    reach = [bound * 1.25 if bound > 0 else bound for bound in bounds]
    first, middle, last = min([at[0], *bounds]), at[1], max([at[2], *reach])
    if first >= 0 and last > 40 and last > LONG_TAIL / 3 * max(middle, 1):
        return Axis(with_bounds(np.concatenate([[0.0], np.geomspace(1, last * 1.0001 + 1, BINS)]), bounds), log=True)
    if last <= first:
        last = first + 1
    first = 0.0 if 0 <= first < last / 3 else first
    return Axis(with_bounds(np.linspace(first, last, BINS + 1), bounds), log=False)


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
    cells = evidence.cells.filter(
        pc.and_(pc.equal(evidence.cells["column"], name), pc.less(evidence.cells["bin"], NO_VALUE))
    )
    whole = cells.filter(pc.equal(cells["axis"], "language"))
    if not whole.num_rows:
        return None
    sums = whole.group_by("bin", use_threads=False).aggregate([("documents", "sum")]).sort_by("bin")
    low, weights = edges(sums["bin"].to_numpy()), sums["documents_sum"].to_numpy()
    axis = axis_of(low, weights, [b.threshold.bound for b in bounds if b.threshold.bound is not None])
    least = [b.threshold.bound for b in bounds if b.threshold.low and b.threshold.bound is not None]
    groups = {"": _counts(whole, axis, least)}
    for kind, values in shown.items():
        mine = cells.filter(pc.equal(cells["axis"], kind))
        coded = mine["value"].combine_chunks().dictionary_encode()
        codes, words = coded.indices.to_numpy(), coded.dictionary.to_pylist()
        for value in values:
            if value in words:
                rows = pa.array(np.flatnonzero(codes == words.index(value)))
                groups[f"{kind}:{value}"] = _counts(mine.take(rows), axis, least)
    return {
        "name": name,
        "log": axis.log,
        "ends": [float(f"{end:.5g}") for end in axis.ends],
        "rules": [_rule(bound) for bound in bounds],
        "groups": groups,
    }


def _rule(bound: Bound) -> JsonObject:
    t = bound.threshold
    told = {"step": bound.step, "number": bound.step_number, "reason": t.reason, "low": t.low, "bound": t.bound}
    return {**told, "key": t.key, "later": round(bound.later, 4)}


def _counts(cells: pa.Table, axis: Axis, least: Sequence[float]) -> list[list[int]]:
    """Kept documents, kB of them, documents dropped alone, kB of them, all other documents: by bin, zeros cut off.

    least: bounds that kept documents are not below, though the fine bin they are in may begin there.
    """
    bins, states = cells["bin"].to_numpy(), cells["state"].to_numpy()
    low, high = edges(bins), edges(bins + 1)
    for bound in least:
        low = np.where((states == State.KEPT) & (low < bound) & (bound < high), bound, low)
    many = len(axis.ends) - 1
    place = np.clip(np.searchsorted(axis.ends, low, side="right") - 1, 0, many - 1)
    documents, sizes = cells["documents"].to_numpy(), cells["bytes"].to_numpy()

    def binned(mask: np.ndarray, weights: np.ndarray) -> list[int]:
        counts = np.bincount(place[mask], weights=weights[mask], minlength=many)
        last = np.flatnonzero(counts)
        return np.rint(counts[: last[-1] + 1 if len(last) else 0]).astype(np.int64).tolist()

    kept, alone = states == State.KEPT, states == State.ALONE
    kilo = sizes / KILO
    return [binned(kept, documents), binned(kept, kilo), binned(alone, documents), binned(alone, kilo),
            binned(~kept & ~alone, documents)]  # fmt: skip
