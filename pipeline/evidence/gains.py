"""Estimates what a looser bound lets through to the end: counted to its step, guessed from there on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.changes import Change
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.histogram import NOTHING, Amount
from corpusmill.pipeline.evidence.sampled import Sampled

PRIOR = 20.0  # measured documents that the neighbours of a bound are worth; a guess
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
    mine = (sample.step_number == change.step_number) & (sample.rules_broken == 1) & (sample.reason == change.reason)
    if not passed.documents:
        return Gain(measured=int(mine.sum()))
    cut = 0.0 if change.after is None else there.cut(change.after) / 2
    everywhere = evidence.histogram(change.column, "language", None)
    if not everywhere.has_later():
        return Gain(amount=passed, error=cut, candidates=passed.documents)
    here = mine & (sample.language == language)
    share, _, rows = sample.share(here if here.sum() >= LEAST else mine)
    assert change.before is not None
    near = there if there.passed_later(change.before, change.low)[1] >= LEAST else everywhere
    beside, neighbours = near.passed_later(change.before, change.low)
    prior = min(PRIOR, neighbours)
    weight = rows + prior
    later = (share * rows + beside * prior) / weight if weight else 1.0
    error = SIGMAS * passed.documents * float(np.sqrt(max(later * (1 - later), 0.01) / max(weight, 1.0)))
    before = float(sample.size_at_drop[mine].sum())
    shrunk = float(sample.size[mine].sum()) / before if before else 1.0
    return Gain(
        amount=Amount(passed.documents * later, passed.size_bytes * later * shrunk),
        error=error + cut,
        candidates=passed.documents,
        measured=int(mine.sum()),
        is_estimate=True,
    )


def gained_together(evidence: Evidence, sample: Sampled, looser: Sequence[Change], language: str) -> Gain:
    """What several looser bounds let through that no single one does."""
    amount, variance = NOTHING, 0.0
    for number in {change.step_number for change in looser}:
        dropped = evidence.dropped(language, number)
        here = (sample.step_number == number) & (sample.language == language)
        rows = int(here.sum())
        several = here & (sample.rules_broken > 1)
        share = float(sample.passes[several].sum()) / rows if rows else 0.0
        amount += dropped.times(share)
        variance += (SIGMAS * dropped.documents) ** 2 * share * (1 - share) / max(rows, 1)
    return Gain(amount=amount, error=float(np.sqrt(variance)))
