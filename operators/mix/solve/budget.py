"""The mix for its budget, or for the largest one it can have; and what to say where it can have none.

`on_exhausted` decides about leaves whose share asks for more than their cap: redistribute gives the rest to their
siblings, error refuses, shrink_budget takes the largest budget at which no leaf runs out, so that all shares are kept.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from corpusmill.errors import Infeasible, SpecError
from corpusmill.operators.mix.solve.phases import Stage, stages
from corpusmill.operators.mix.solve.solve import Ready, together
from corpusmill.operators.mix.spec.schedule import Phase
from corpusmill.operators.mix.spec.spec import MixSpec, OnExhausted
from corpusmill.operators.mix.spec.where import Bound, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable

TRIES = 48  # halvings in the search for a budget; each solves the mix once
PATIENCE = 2_000_000  # phases x leaves x tries; above it the search is coarser
CROSSING_COST = 10  # of a try where bounds cross the tree, over one where none does: 0.5 s to 0.04 s at 20,000 x 5

Narrowed = Mapping[int, tuple[Bound, ...]]
NOTHING_NARROWED: Narrowed = {}


@dataclass(frozen=True)
class Solved:
    """targets, stopped: (phases, leaves); see `family.Given`. bound_names: per phase, the words of its bounds."""

    stages: tuple[Stage, ...]
    targets: np.ndarray
    stopped: np.ndarray
    bound_names: tuple[tuple[str, ...], ...]


def eligible(spec: MixSpec, leaves: LeafTable) -> np.ndarray:
    """Tokens per leaf, 0 for leaves that are too small to take part."""
    return np.where(leaves.tokens >= max(spec.min_tokens, 1), leaves.tokens, 0)


def caps_of(spec: MixSpec, leaves: LeafTable) -> np.ndarray:
    """The most tokens of each leaf over all phases, int64."""
    epochs = np.full(len(leaves), float(spec.max_epochs))
    for cap in spec.caps:
        epochs[leaves.matches(cap.where)] = cap.max_epochs
    return np.floor(eligible(spec, leaves) * epochs + 1e-6).astype(np.int64)


def solve(spec: MixSpec, leaves: LeafTable, narrowed: Narrowed = NOTHING_NARROWED) -> Solved:
    """Targets in whole tokens, each phase's summing to its budget exactly. Raises Infeasible, SpecError.

    What Infeasible counts in is for `plan` to say.

    narrowed: by number of a phase, the bounds that it keeps instead of its own; a search for a budget leaves it out.
    """
    caps = caps_of(spec, leaves)
    line = int(leaves.line_tokens[eligible(spec, leaves) > 0].sum())
    if line == 0:
        unit = spec.unit.words
        raise SpecError(f"nothing to mix: {len(leaves)} groups, none with {max(spec.min_tokens, 1)} {unit} or more")
    budget = spec.budget.of(line)
    if spec.budget.open and spec.replay is not None:
        budget = _new_once(spec, leaves) or budget
    if spec.on_exhausted == OnExhausted.SHRINK_BUDGET:
        return _for(spec, leaves, caps, _uncapped(spec, leaves, caps, budget), narrowed)
    try:
        found = _for(spec, leaves, caps, budget, narrowed)
    except Infeasible as e:
        most, unit = _largest(spec, leaves, caps, budget), spec.unit.words
        end = (
            f"the largest budget{_found(spec, leaves)} is {most:,} {unit}" if most else "no budget can keep its bounds"
        )
        raise Infeasible(_naming_replay(spec, e.node), e.need, e.have, e.why, end + _remedy(spec, e.node)) from None
    if spec.on_exhausted == OnExhausted.ERROR:
        _refuse_exhausted(spec, leaves, caps, budget)
    return found


def _for(
    spec: MixSpec, leaves: LeafTable, caps: np.ndarray, budget: int, narrowed: Narrowed = NOTHING_NARROWED
) -> Solved:
    line = np.where(eligible(spec, leaves) > 0, leaves.line_tokens, 0)
    parts = stages(spec, leaves, line, budget)
    bounds = [narrowed.get(number, part.bounds) for number, part in enumerate(parts)]
    phases = [Ready.of(spec, leaves, replace(p, bounds=b)) for p, b in zip(parts, bounds, strict=True)]
    given = together(phases, caps)
    return Solved(
        tuple(parts),
        np.stack([g.tokens for g in given]),
        np.stack([g.stopped for g in given]),
        tuple(p.bound_names for p in phases),
    )


def _new_once(spec: MixSpec, leaves: LeafTable) -> int:
    """The budget of a mix with a replay when none is given: the new data once, and its share of the old on top."""
    assert spec.replay is not None
    new = (eligible(spec, leaves) > 0) & ~leaves.matches(spec.replay.where)
    return math.floor(int(leaves.line_tokens[new].sum()) / (1 - spec.replay.share))


def _naming_replay(spec: MixSpec, node: str) -> str:
    """`node`, said to be the replay where it is that."""
    if spec.replay is None or (where := in_words(spec.replay.where)) not in node:
        return node
    return node.replace(where, f"mix.replay ({where}, share {spec.replay.share:g})")


def _remedy(spec: MixSpec, node: str) -> str:
    """What to do about the replay in a mix that cannot be had; "" where there is none."""
    if spec.replay is None:
        return ""
    if in_words(spec.replay.where) in node:
        return "; lower mix.replay.share, raise its epochs, or give it more of the earlier texts"
    return f"; mix.replay takes {spec.replay.share:g} of it, the rest is of the new data: lower the budget"


def _found(spec: MixSpec, leaves: LeafTable) -> str:
    """ " found" where the search is not exact: for several phases, bounds that cross the tree, or very large mixes."""
    return " found" if spec.phases or _crossing(spec, leaves) or _coarse(spec, leaves) else ""


def _crossing(spec: MixSpec, leaves: LeafTable) -> bool:
    """Whether a bound of any phase cuts across its tree."""
    phases = spec.phases or (Phase(name="all", share=1.0),)
    nothing = np.zeros(len(leaves))
    bounds = [spec.bounds if p.bounds is None else p.bounds for p in phases]
    parts = [Stage(p.name, 0, p.levels or spec.levels, b, nothing) for p, b in zip(phases, bounds, strict=True)]
    return any(Ready.of(spec, leaves, part).crossing for part in parts)


def _coarse(spec: MixSpec, leaves: LeafTable) -> bool:
    """Whether a search to the token would take longer than anybody waits for a refusal."""
    cost = CROSSING_COST if _crossing(spec, leaves) else 1
    return len(leaves) * max(len(spec.phases), 1) * TRIES * cost >= PATIENCE


def _largest(spec: MixSpec, leaves: LeafTable, caps: np.ndarray, budget: int) -> int:
    """The largest budget below this one that all bounds admit, 0 if none does; for very large mixes to 1 in 256."""
    coarse = _coarse(spec, leaves)
    low, high = 0, min(budget, _ceiling(spec, leaves, caps) + 1)
    for number in range(TRIES):
        if high - low < max(2, high // 256 if coarse else 0):
            break
        # where one bound alone is in the way, the first try is the last
        middle = high - high // 512 - 1 if coarse and not number else (low + high) // 2
        try:
            _for(spec, leaves, caps, middle)
            low = middle
        except SpecError:
            high = middle
    return low


def _ceiling(spec: MixSpec, leaves: LeafTable, caps: np.ndarray) -> int:
    """A budget above which some least share alone, over all phases, or the whole asks for more than caps allow."""
    least: dict[str, tuple[Bound, float]] = {}
    for phase in spec.phases or (Phase(name="all", share=1.0),):
        bounds = spec.bounds if phase.bounds is None else phase.bounds
        # one group may be bound twice, of which the tighter counts
        tightest = {in_words(b.where): b for b in sorted(bounds, key=lambda b: b.min)}
        for name, bound in tightest.items():
            least[name] = bound, least.get(name, (bound, 0.0))[1] + phase.share * bound.min
    most = float(caps.sum())
    for bound, share in least.values():
        if share > 0:
            most = min(most, float(caps[leaves.matches(bound.where)].sum()) / share)
    return math.ceil(most * (1 + 1e-9)) + len(spec.phases)


def _free(spec: MixSpec, leaves: LeafTable, caps: np.ndarray, budget: int) -> np.ndarray:
    """Tokens per leaf over all phases if no leaf could run out."""
    endless = np.where(caps > 0, np.int64(budget), 0)
    return _for(spec, leaves, endless, budget).targets.sum(axis=0)


def _uncapped(spec: MixSpec, leaves: LeafTable, caps: np.ndarray, budget: int) -> int:
    """The largest budget, up to this one, at which no leaf runs out."""
    while budget > 0:
        asked = _free(spec, leaves, caps, budget)
        over = asked > caps
        if not over.any():
            return budget
        budget = min(budget - 1, int(budget * np.min(caps[over] / asked[over])))
    raise SpecError("on_exhausted: shrink_budget finds no budget at which no group runs out")


def _refuse_exhausted(spec: MixSpec, leaves: LeafTable, caps: np.ndarray, budget: int) -> None:
    asked = _free(spec, leaves, caps, budget)
    over = np.flatnonzero(asked > caps)
    if not len(over):
        return
    worst = int(over[np.argmax(asked[over] / caps[over])])
    raise Infeasible(
        "/".join(leaves.key(worst)),
        int(asked[worst]),
        int(caps[worst]),
        "its share runs out: within its epochs it has",
        f"{len(over)} groups run out; the largest budget at which none does is "
        f"{_uncapped(spec, leaves, caps, budget):,} {spec.unit.words}, or say on_exhausted: redistribute",
    )
