"""Predicts what other thresholds keep, by language, without reading a document.

What a stricter bound removes is counted: every kept document has every signal. What a looser bound lets pass is counted
too, of documents that this bound alone dropped; whether later steps drop those is estimated, from the dropped documents
that were measured to the end and from documents just inside the bound. Several bounds at once, and changes that are no
bounds, are estimated from sampled rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.changes import Change, Changes, changes
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.excerpts import KEPT
from corpusmill.pipeline.evidence.gains import SIGMAS, Gain, gained, gained_together
from corpusmill.pipeline.evidence.histogram import NOTHING, Amount
from corpusmill.pipeline.evidence.sampled import Sampled, Share


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Documents and bytes that the steps keep, now and then. error: of documents, two standard errors and cut bins."""

    now: Amount
    then: Amount
    error: float

    @property
    def is_exact(self) -> bool:
        """Whether no document of it is estimated."""
        return self.error < 0.5


@dataclass(frozen=True)
class Prediction:
    """What other decisions keep, by language; remarks: what it rests on, in words."""

    languages: Mapping[str, Predicted]
    remarks: Sequence[str]

    @property
    def total(self) -> Predicted:
        """All languages together; their errors are added as if they were independent."""
        found = self.languages.values()
        now, then = (sum((getattr(p, which) for p in found), NOTHING) for which in ("now", "then"))
        return Predicted(now=now, then=then, error=float(np.sqrt(sum(p.error**2 for p in found))))


def predict(evidence: Evidence, before: JobSpec, after: JobSpec) -> Prediction:
    """What the decisions of `after` would keep. InputError where the jobs differ in other steps."""
    found = changes(before, after)
    sample = Sampled.of(evidence, after)
    if sample.is_whole:
        return replace(_from_rows(evidence, sample), remarks=["exact: every document was measured to the end"])
    if found.others or any(None in (c.before, c.after) and _varies(c, found) for c in found.bounds):
        return _from_rows(evidence, sample)
    return _from_histograms(evidence, sample, found)


def _varies(change: Change, found: Changes) -> bool:
    return change.step_number in found.others


def _from_histograms(evidence: Evidence, sample: Sampled, found: Changes) -> Prediction:
    stricter = [c for c in found.bounds if c.stricter]
    looser = [c for c in found.bounds if not c.stricter]
    result: dict[str, Predicted] = {}
    passed: dict[Change, list[Gain]] = {change: [] for change in looser}
    for language in _languages(evidence):
        now = evidence.kept(language)
        kept = (sample.step_number == KEPT) & (sample.language == language)
        stay, error = _removed(evidence, sample, stricter, language, now, kept)
        share = stay.documents / now.documents if now.documents else sample.share(sample.step_number == KEPT).documents
        then = stay
        for change in looser:
            gain = gained(evidence, sample, change, language)
            passed[change].append(gain)
            then, error = then + gain.amount.times(share if stricter else 1.0), error + gain.error**2
        if len(looser) > 1:
            gain = gained_together(evidence, sample, looser, language)
            then, error = then + gain.amount, error + gain.error**2
        if now.documents or then.documents >= 0.5:
            result[language] = Predicted(now=now, then=then, error=float(np.sqrt(error)))
    return Prediction(result, [*_remarks(passed, stricter)])


def _remarks(passed: Mapping[Change, Sequence[Gain]], stricter: Sequence[Change]) -> Iterator[str]:
    """What the numbers rest on, in words."""
    for change, gains in passed.items():
        candidates, amount = sum(g.candidates for g in gains), sum(g.amount.documents for g in gains)
        if candidates and any(g.is_estimate for g in gains):
            yield (
                f"{change.reason}: {candidates:,.0f} documents break this bound alone and would pass it; about "
                f"{amount / candidates:.0%} of them pass the later steps too ({gains[0].measured:,} dropped documents "
                "were measured to the end to tell)"
            )
    if len(stricter) > 1:
        yield "several stricter bounds together: estimated from sampled rows of kept documents"


def _languages(evidence: Evidence) -> list[str]:
    """Languages of kept documents, most first, then those of which none is."""
    known = list(evidence.groups("language"))
    return known + sorted({*pc.unique(evidence.rules["value"].filter(_by_language(evidence))).to_pylist()} - {*known})


def _by_language(evidence: Evidence) -> object:
    return pc.equal(evidence.rules["axis"], "language")


def _removed(
    evidence: Evidence, sample: Sampled, stricter: Sequence[Change], language: str, now: Amount, kept: np.ndarray
) -> tuple[Amount, float]:
    """What stays of the kept documents, and the square of its error."""
    if not stricter or not now.documents:
        return now, 0.0
    if len(stricter) == 1:
        change = stricter[0]
        there = evidence.histogram(change.column, "language", language)
        assert change.after is not None
        beyond = there.beyond(State.KEPT, change.after, change.low)
        lost = Amount(now.documents - beyond.documents, now.size_bytes - beyond.size_bytes)
        return lost, (there.cut(change.after, change.low) / 2) ** 2
    share = sample.share(kept)
    error = 0.0 if share.rows >= now.documents else (SIGMAS * now.documents) ** 2 * share.variance
    return Amount(now.documents * share.documents, now.size_bytes * share.size_bytes), error


def _from_rows(evidence: Evidence, sample: Sampled) -> Prediction:
    """Every stratum of the sample, weighted by its exact count."""
    result = {}
    steps = sorted({*sample.step_number.tolist()})
    for language in _languages(evidence):
        now, then, variance = evidence.kept(language), NOTHING, 0.0
        for number in steps:
            there = now if number == KEPT else evidence.dropped(language, number)
            here = (sample.step_number == number) & (sample.language == language)
            share = sample.share(here)
            if not share.rows and number != KEPT:
                share = Share(documents=0.0, size_bytes=0.0)
            then += Amount(there.documents * share.documents, there.size_bytes * share.size_bytes)
            if share.rows < there.documents:
                variance += (SIGMAS * there.documents) ** 2 * share.variance
        if now.documents or then.documents >= 0.5:
            result[language] = Predicted(now=now, then=then, error=float(np.sqrt(variance)))
    return Prediction(result, ["changes that are no bounds: estimated from sampled rows"])
