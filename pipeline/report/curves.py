"""Gives what thresholds on one signal keep, as points of a curve."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.histogram import Amount, Histogram
from corpusmill.pipeline.report.signal_data import Bound


@dataclass(frozen=True, kw_only=True)
class Point:
    """What one threshold keeps. shares: of what is kept today; estimated: whether later steps were guessed at."""

    threshold: float
    low: bool
    today: bool
    estimated: bool
    documents: float
    size_bytes: float
    share: float
    share_of_text: float


def points_of(there: Histogram, bounds: Sequence[Bound], most: int) -> list[Point]:
    """Points of each bound on the signal, or of a least value where it has none. most: how many each."""
    found: list[Point] = []
    known = [b for b in bounds if b.threshold.bound is not None]
    for bound in known or [None]:
        low = True if bound is None else bound.threshold.low
        today = None if bound is None else bound.threshold.bound
        found += [point(there, at, low=low, bound=bound) for at in _at(there, today, most)]
    return found


def _at(there: Histogram, today: float | None, most: int) -> list[float]:
    """Round thresholds at even shares of the documents, today's among them."""
    weights = there.documents[State.KEPT] + there.documents[State.ALONE]
    if not weights.sum():
        return [] if today is None else [today]
    share = np.cumsum(weights) / weights.sum()
    places = np.searchsorted(share, np.linspace(0.005, 0.995, most))
    values = {float(f"{there.low[min(place, len(there.low) - 1)]:.3g}") for place in places}
    return sorted(values | ({today} if today is not None else set()))


def point(there: Histogram, at: float, *, low: bool, bound: Bound | None) -> Point:
    """What a threshold keeps."""
    now = there.all(State.KEPT)
    gone = there.beyond(State.KEPT, at, low)
    kept = Amount(now.documents - gone.documents, now.size_bytes - gone.size_bytes)
    today = None if bound is None else bound.threshold.bound
    looser = today is not None and (at < today) == low and at != today
    if looser and bound is not None and today is not None:
        passed, still = there.beyond(State.ALONE, today, low), there.beyond(State.ALONE, at, low)
        kept += Amount(passed.documents - still.documents, passed.size_bytes - still.size_bytes).times(bound.later)
    return Point(
        threshold=at,
        low=low,
        today=at == today,
        estimated=looser and bound is not None and bound.later < 1,
        documents=kept.documents,
        size_bytes=kept.size_bytes,
        share=kept.documents / now.documents if now.documents else 0.0,
        share_of_text=kept.size_bytes / now.size_bytes if now.size_bytes else 0.0,
    )
