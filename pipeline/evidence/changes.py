"""Compares the decisions of two jobs: which thresholds differ, and what else does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpusmill.errors import InputError
from corpusmill.operators import load
from corpusmill.operators.abilities import Awaiting, Ruled, Threshold
from corpusmill.operators.contract import Decision, Operator
from corpusmill.pipeline.config.build.documents import numbered
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files import referenced

OTHER = "`mix plan --what-if` compares mixes; for anything else run a sample: `run --sample 0.1`"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A bound that differs. before, after: null where the rule is not in use."""

    step_number: int
    step: str
    column: str
    low: bool
    key: str
    reason: str
    before: float | None
    after: float | None

    @property
    def stricter(self) -> bool:
        """Whether fewer documents pass."""
        if self.before is None or self.after is None:
            return self.before is None
        return (self.after > self.before) == self.low


@dataclass(frozen=True)
class Changes:
    """Bounds that differ, and steps that differ in more than bounds, by number."""

    bounds: Sequence[Change]
    others: frozenset[int]


def decisions(spec: JobSpec, source: str | None = None) -> dict[int, Decision]:
    """The decisions of a job with their files, by the number of the step. source: those for its documents only.

    Decisions that need statistics over all documents are left out.
    """
    found = {}
    for number, step in enumerate(spec.documents):
        if source is None or step.is_for(source):
            op: Operator = step.build()
            if isinstance(op, Decision) and not (isinstance(op, Awaiting) and op.found is None):
                found[number] = load.equip(op, referenced.opened)
    return found


def changes(before: JobSpec, after: JobSpec) -> Changes:
    """What differs between the decisions of two jobs. InputError where anything else of their steps does."""
    names = [step.operator for step in before.documents]
    if names != [step.operator for step in after.documents]:
        raise InputError([f"what-if changes thresholds; here steps are added, removed or moved: {OTHER}"])
    old, new, titles = decisions(before), decisions(after), numbered(names)
    bounds: list[Change] = []
    others: set[int] = set()
    for number, (one, two) in enumerate(zip(before.documents, after.documents, strict=True)):
        if one == two:
            continue
        if number not in new or one.only != two.only:
            raise InputError([f"what-if changes thresholds of decisions; {titles[number]} is none: {OTHER}"])
        found = list(between(number, titles[number], old[number], new[number]))
        bounds += found
        if not explained(one.params, two.params, old[number], new[number]):
            others.add(number)
    return Changes(bounds, frozenset(others))


def between(number: int, title: str, old: Decision, new: Decision) -> list[Change]:
    """The bounds that differ between two forms of one decision."""
    if not (isinstance(old, Ruled) and isinstance(new, Ruled)):
        return []
    there = {t.key: t for t in old.thresholds()}
    then = {t.key: t for t in new.thresholds()}
    found = []
    for key in [*there, *(k for k in then if k not in there)]:
        a, b = there.get(key), then.get(key)
        if (None if a is None else a.bound) != (None if b is None else b.bound):
            t = a or b
            assert t is not None
            found.append(_change(number, title, t, a, b))
    return found


def _change(number: int, title: str, t: Threshold, a: Threshold | None, b: Threshold | None) -> Change:
    before, after = (None if x is None else x.bound for x in (a, b))
    place = {"step_number": number, "step": title, "column": t.column, "low": t.low, "key": t.key, "reason": t.reason}
    return Change(**place, before=before, after=after)


def explained(one: Mapping[str, object], two: Mapping[str, object], old: Decision, new: Decision) -> bool:
    """Whether bounds, each one number for all documents, are all that differs."""
    if not (isinstance(old, Ruled) and isinstance(new, Ruled)):
        return False
    keys = {t.key.split(".")[0] for op in (old, new) for t in op.thresholds() if t.bound is not None}
    differ = {key for key in {*one, *two} if one.get(key) != two.get(key)}
    return differ <= keys
