"""Estimates what a looser bound lets through to the end: counted to its step, guessed from there on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.changes import Change
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.histogram import NOTHING, Amount
from corpusmill.pipeline.evidence.sampled import Sampled

PRIOR = 5.0  # measured documents that the neighbours of a bound are worth; a guess
LEAST = 30  # measured documents of a language that speak for themselves; a guess
SIGMAS = 2.0


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What a looser bound lets through to the end. candidates: documents that it lets pass its step.

    measured: dropped documents that the estimate rests on; is_estimate: whether any later step can drop them.
    """

    amount: Amount = NOTHING
    error: float = 0.0
    candidates: float = 0.0
    measured: int = 0
    is_estimate: bool = False


def gained(evidence: Evidence, sample: Sampled, change: Change, language: str) -> Gain:
    """What a looser bound lets through of a language."""
    there = evidence.histogram(change.column, "language", language)
    old, new = (there.beyond(State.ALONE, bound, change.low) for bound in (change.before, change.after))
    passed = Amount(max(old.documents - new.documents, 0.0), max(old.size_bytes - new.size_bytes, 0.0))
    seen = sample.between(change)
    if not passed.documents:
        return Gain(measured=int(seen.sum()))
    cut = 0.0 if change.after is None else there.cut(change.after, change.low) / 2
    everywhere = evidence.histogram(change.column, "language", None)
    if not everywhere.has_later():
        return Gain(amount=passed, error=cut, candidates=passed.documents)
    here = seen & (sample.language == language)
    share = sample.share(here if here.sum() >= LEAST else seen)
    assert change.before is not None
    near = there if there.passed_later(change.before, change.low)[1] >= LEAST else everywhere
    beside, neighbours = near.passed_later(change.before, change.low)
    prior = min(PRIOR, neighbours)
    worth = share.worth + prior
    later = (share.documents * share.worth + beside * prior) / worth if worth else 1.0
    unsure = float(np.sqrt(max(later * (1 - later), 0.01) / max(worth, 1.0)))
    before = float(sample.bytes_at_drop[seen].sum())
    shrunk = float(sample.bytes[seen].sum()) / before if before else 1.0
    in_bytes = later * share.size_bytes / share.documents if share.documents else later
    return Gain(
        amount=Amount(passed.documents * later, passed.size_bytes * min(in_bytes, 1.0) * shrunk),
        error=SIGMAS * passed.documents * unsure + cut,
        candidates=passed.documents,
        measured=int(seen.sum()),
        is_estimate=True,
    )


def gained_together(evidence: Evidence, sample: Sampled, looser: Sequence[Change], language: str) -> Gain:
    """What several looser bounds let through that no single one does."""
    amount, variance = NOTHING, 0.0
    for number in {change.step_number for change in looser}:
        dropped = evidence.dropped(language, number)
        here = (sample.step_number == number) & (sample.language == language)
        several = here & sample.passes & (sample.rules_broken > 1)
        found = float(sample.weight[several].sum())
        amount += dropped.times(min(found / dropped.documents, 1.0) if dropped.documents else 0.0)
        variance += (SIGMAS**2) * float((sample.weight[several] ** 2).sum())
    return Gain(amount=amount, error=float(np.sqrt(variance)))
