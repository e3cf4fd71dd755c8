"""The mix that was written against the mix that was planned: budget, leaves, windows, caps, and each part's shares.

A dataset is cut between documents, so it can be off its plan by what documents are long. What is allowed follows from
operators.mix.cuts.choose: all phases up to any one are within a document of their budgets, each leaf within half of its
largest document of its target (a whole one where its cap is in the way or the phase is `crowded`, `leeway` where a
window is), but for the leaves of a phase that balance. Windows and caps are kept to the token.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.cuts.offsets import shards_of
from corpusmill.operators.mix.plan.explain import named, without_documents
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import (
    balancers,
    bounded,
    crowded,
    leeway,
    may_fall_short,
    near_cap,
    reserves,
)
from corpusmill.operators.mix.spec.where import Bound, in_words
from corpusmill.pipeline.verify.findings import Check
from corpusmill.pipeline.verify.written import Leafwise

FINE = 0.001  # a tenth of a point


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """tokens: (phases, leaves) as written, in the unit of the plan. phase: of each part."""

    plan: MixPlan
    parts: Sequence[Leafwise]
    phase: np.ndarray
    tokens: np.ndarray

    @classmethod
    def of(cls, plan: MixPlan, parts: Sequence[Leafwise]) -> "Mixed":
        """ValueError when a part holds a leaf that the plan does not have."""
        phase = np.repeat(np.arange(len(plan.phases)), shards_of(plan, len(parts)))
        tokens = np.zeros(plan.targets.shape, np.int64)
        for number, part in zip(phase.tolist(), parts, strict=True):
            if len(part.leaf) and not 0 <= part.leaf[0] <= part.leaf[-1] < len(plan.leaves):
                raise ValueError(f"parts have groups up to {part.leaf[-1]}, the plan has {len(plan.leaves)}")
            tokens[number, part.leaf] += part.tokens
        return cls(plan=plan, parts=parts, phase=phase, tokens=tokens)


def budget(mixed: Mixed) -> Check:
    """Tokens of the phases up to each one."""
    plan, unit = mixed.plan, mixed.plan.unit.words
    largest = int(plan.leaves.largest[plan.taken > 0].max(initial=0))
    off = np.cumsum(mixed.tokens.sum(axis=1)) - np.cumsum([p.tokens for p in plan.phases])
    full = nothing_more(mixed)
    wrong = [
        f"up to phase {phase.name} {abs(by):,} {unit} {'too many' if by > 0 else 'too few'}, "
        f"the largest document has {largest:,}"
        for phase, by, all_ in zip(plan.phases, off.tolist(), full.tolist(), strict=True)
        if abs(by) > largest and not (all_ and by < 0)
    ]
    total, wanted = int(mixed.tokens.sum()), sum(p.tokens for p in plan.phases)
    gone = sum(part.removed for part in mixed.parts)
    since = f", {gone:,} taken down since" if gone else ""
    if wanted - total > largest and full[-1]:
        since += "; no leaf has room for a document more below its cap, and caps lie inside documents"
    figures = f"{total:,} {unit} written, {wanted:,} planned: {total - wanted:+,}{since}"
    return Check(name="budget", message=figures, breaches=tuple(wrong))


def leaves(mixed: Mixed) -> Check:
    """Tokens of each leaf, phase after phase, against its target."""
    plan, unit = mixed.plan, mixed.plan.unit.words
    half = plan.leaves.largest / 2
    off = np.abs(np.cumsum(mixed.tokens, axis=0) - plan.stops)
    allowed = np.where(may_fall_short(plan) | np.logical_or.accumulate(crowded(plan))[:, None], 2 * half, half)
    allowed = np.where(np.logical_or.accumulate(bounded(plan), axis=0), leeway(plan), allowed)
    free = balancing(plan)
    wrong = [
        f"{'/'.join(plan.leaves.key(leaf))}: {int(off[phase, leaf]):,} {unit} away from its plan by the end of phase "
        f"{plan.phases[phase].name}, its largest document has {int(plan.leaves.largest[leaf]):,}"
        for phase, leaf in np.argwhere((off > allowed) & ~free).tolist()
    ]
    got = int((mixed.tokens.sum(axis=0) > 0).sum())
    figures = f"{got:,} groups; the largest deviation is {farthest(mixed):.2f} of half the group's largest document"
    if len(none := without_documents(plan, mixed.tokens)):
        figures += f"; {len(none):,} planned, no document taken: {named(plan, none)}"
    beyond = int(((off > half) & ~free).any(axis=0).sum())
    if beyond:
        figures += f"; {beyond:,} more than that half, to keep the budget, windows or caps"
    return Check(name="leaves", message=figures, breaches=tuple(wrong))


def nothing_more(mixed: Mixed) -> np.ndarray:
    """Per phase, whether no leaf that it takes from has room for its largest document below its cap."""
    plan = mixed.plan
    room = plan.caps - np.cumsum(mixed.tokens, axis=0)
    return np.asarray(~((room >= plan.leaves.largest) & (plan.targets > 0)).any(axis=1))


def balancing(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): those that balance, in their phase and, as they carry that with them, in those behind."""
    found = reserves(plan) > 0
    found[np.arange(len(found)), balancers(plan)] = True
    return np.logical_or.accumulate(found, axis=0)


def farthest(mixed: Mixed) -> float:
    """How far a leaf is off its plan at most, in halves of its largest document; those that balance aside."""
    plan = mixed.plan
    off = np.abs(np.cumsum(mixed.tokens, axis=0) - plan.stops)
    return float((off / np.maximum(plan.leaves.largest / 2, 1))[~balancing(plan)].max(initial=0.0))


def windows(mixed: Mixed) -> Check:
    """Each bound of each phase, to the token; a bound that no document fits into, to half a document."""
    plan, wrong, tight = mixed.plan, [], []
    for number, (phase, row) in enumerate(zip(plan.phases, mixed.tokens, strict=True)):
        total = max(int(row.sum()), 1)
        for bound in phase.bounds:
            inside = plan.leaves.matches(bound.where)
            share, slack = int(row[inside].sum()) / total, unfit(plan, number, bound, inside) / total
            tight.append(f"{in_words(bound.where)} {share:.4%}")
            if not bound.min - slack <= share <= bound.max + slack:
                wrong.append(
                    f"phase {phase.name}: {in_words(bound.where)} has {share:.4%}, it may have {bound.min:.4%} to "
                    f"{bound.max:.4%}" + (f", and {slack:.4%} more or less: no document fits between" if slack else "")
                )
    return Check(name="windows", message="; ".join(tight[:4]) or "none", breaches=tuple(wrong))


def unfit(plan: MixPlan, phase: int, bound: Bound, inside: np.ndarray) -> float:
    """Tokens by which a window may be left because documents are longer than it is wide; 0 where one can be cut in it.

    A leaf can be cut inside if its largest document is not longer than the window and its cap leaves it free.
    """
    free = inside & (plan.targets[phase] > 0) & ~near_cap(plan)[phase]
    longest = plan.leaves.largest[free]
    rest = float(plan.leaves.largest[inside].sum())  # all leaves at their caps: nothing can be moved
    shortest = float(longest.min()) if len(longest) else rest
    width = (bound.max - bound.min) * plan.phases[phase].tokens
    balancing = float(plan.leaves.largest[plan.taken > 0].max(initial=0))  # what the phase's total may be off
    return 0.0 if len(longest) and shortest + balancing <= width else shortest + balancing


def caps(mixed: Mixed) -> Check:
    """No leaf is taken more often than its cap, over all phases, to the token."""
    plan, unit = mixed.plan, mixed.plan.unit.words
    taken = mixed.tokens.sum(axis=0)
    wrong = [
        f"{'/'.join(plan.leaves.key(leaf))} takes {taken[leaf]:,} {unit}, at most {plan.caps[leaf]:,} are allowed"
        for leaf in np.flatnonzero(taken > plan.caps).tolist()
    ]
    epochs = float((taken / np.maximum(plan.leaves.tokens, 1)).max(initial=0.0))
    return Check(name="caps", message=f"the most repeated leaf {epochs:.2f} times", breaches=tuple(wrong))


def shares(mixed: Mixed) -> tuple[Check, float, float]:
    """Every value of every column, its share of the whole against the plan's; the greatest difference; and the greatest
    among values none of whose documents has more than twice `FINE` of all tokens.

    Not a bound of its own: it follows from what leaves are off.
    """
    plan = mixed.plan
    written, planned = (t / max(int(t.sum()), 1) for t in (mixed.tokens.sum(axis=0), plan.taken))
    total = max(int(plan.taken.sum()), 1)
    worst, fine, name = 0.0, 0.0, ""
    for column, values in enumerate(plan.leaves.values):
        codes = plan.leaves.codes[:, column]
        there, wanted = (np.bincount(codes, weights=w, minlength=len(values)) for w in (written, planned))
        off = np.abs(there - wanted)
        largest = np.zeros(len(values), np.int64)
        np.maximum.at(largest, codes, np.where(plan.taken > 0, plan.leaves.largest, 0))
        fine = max(fine, float(off[largest / 2 <= FINE * total].max(initial=0.0)))
        at = int(np.argmax(off))
        if off[at] >= worst:
            worst = float(off[at])
            name = f", of {plan.leaves.columns[column]}={values[at]}"
    figures = (
        f"largest deviation from the plan: {worst * 100:.4f} points{name}; {fine * 100:.4f} where documents are short"
    )
    return Check(name="shares", message=figures), worst, fine


def parts(mixed: Mixed) -> tuple[Check, float, float]:
    """Total variation between each part and its phase; the greatest, and what documents allow there.

    It is at most the sum over leaves of (largest document / tokens of the part).
    """
    plan, wrong, found = mixed.plan, [], []
    for number, (phase, part) in enumerate(zip(mixed.phase.tolist(), mixed.parts, strict=True)):
        whole = mixed.tokens[phase] / max(int(mixed.tokens[phase].sum()), 1)
        own = int(part.tokens.sum())
        mine = whole[part.leaf]
        apart = float(np.abs(part.tokens / max(own, 1) - mine).sum() + (1 - mine.sum())) / 2
        bound = float(plan.leaves.largest[mixed.tokens[phase] > 0].sum()) / max(own, 1)
        found.append((apart, bound))
        if own and apart > min(bound, 1.0) + 1e-9:
            wrong.append(f"part {number} is {apart:.4f} from its phase, documents allow {bound:.4f}")
    worst = max(found, default=(0.0, 0.0))
    mean = sum(apart for apart, _ in found) / max(len(found), 1)
    figures = f"total variation from their phase: mean {mean:.4f}, greatest {worst[0]:.4f} (bound {worst[1]:.4f})"
    return Check(name="parts as mixes", message=figures, breaches=tuple(wrong)), worst[0], worst[1]
