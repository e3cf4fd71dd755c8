"""Phases as the solver sees them: each with its tokens, the shares it asks for, and its bounds."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.solve.allocate import round_off
from corpusmill.operators.mix.solve.prior import boosted, head_of, prior
from corpusmill.operators.mix.spec.schedule import Level, Phase
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.operators.mix.supply.leaves import LeafTable


@dataclass(frozen=True)
class Stage:
    """One phase, or one step of a ramp. shares: per leaf, summing to 1, before bounds and caps."""

    name: str
    budget: int
    levels: tuple[Level, ...]
    bounds: tuple[Bound, ...]
    shares: np.ndarray


def stages(spec: MixSpec, leaves: LeafTable, eligible: np.ndarray, budget: int) -> list[Stage]:
    """The phases of a mix, ramps taken apart into steps. eligible: tokens per leaf, 0 for those left out."""
    phases = spec.phases or (Phase(name="all", share=1.0),)
    parts = [(p, step) for p in phases for step in range(max(p.ramp_steps, 1))]
    exact = np.array([p.share / max(p.ramp_steps, 1) for p, _ in parts]) * budget
    most = np.full(len(parts), budget)
    tokens = round_off(exact, np.zeros_like(most), most, np.zeros_like(most), np.array([budget]))
    head = head_of(eligible, spec.head_decay.head) if spec.head_decay else None
    out: list[Stage] = []
    before: np.ndarray | None = None
    begun = 0
    for (phase, step), own in zip(parts, tokens.tolist(), strict=True):
        levels = phase.levels or spec.levels
        bounds = spec.bounds if phase.bounds is None else phase.bounds
        together = sum(t for (p, _), t in zip(parts, tokens.tolist(), strict=True) if p.levels == phase.levels)
        shares = with_replay(spec, leaves, eligible, levels, together)
        shares = boosted(shares, leaves, phase.boosts)
        if head is not None and spec.head_decay:
            decay = spec.head_decay.factor ** (begun / max(int(eligible.sum()), 1))
            shares = np.where(head, shares * decay, shares)
            shares = shares / shares.sum()
        if step == 0:
            before = out[-1].shares if out else shares
        assert before is not None
        name = phase.name
        if phase.ramp_steps:
            way = (step + 1) / phase.ramp_steps
            shares, name = (1 - way) * before + way * shares, f"{phase.name}.{step + 1}"
        out.append(Stage(name, own, levels, bounds, shares))
        begun += own
    return out


def with_replay(
    spec: MixSpec, leaves: LeafTable, eligible: np.ndarray, levels: tuple[Level, ...], budget: int
) -> np.ndarray:
    """The shares the rules ask for; the replayed leaves apart, by their tokens."""
    if spec.replay is None:
        return prior(leaves, eligible, levels, budget)
    again = leaves.matches(spec.replay.where)
    share = spec.replay.share
    new = prior(leaves, np.where(again, 0, eligible), levels, budget * (1 - share))
    old = np.where(again, eligible, 0).astype(np.float64)
    return (1 - share) * new + (share * old / old.sum() if old.sum() > 0 else 0.0)
