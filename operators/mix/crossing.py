"""Bounds that cut across the tree: the nearest mix, in relative entropy, that keeps them all.

Starting from what the tree gives, every bound in turn scales its leaves by one factor, within their caps, until nothing
moves: the factors are the multipliers of the projection.

Source: Bregman 1967 and Dykstra's corrections, for relative entropy; for equality bounds alone it is iterative
        proportional fitting (Deming and Stephan 1940).
"""

from dataclasses import dataclass

import numpy as np

from operators.mix.allocate import round_off, scaled
from operators.mix.family import Infeasible

SWEEPS = 2000
CLOSE = 0.5  # tokens


@dataclass(frozen=True)
class Window:
    """The leaves (numbers) of a bound, and the fewest and most tokens they may take."""

    leaves: np.ndarray
    low: int
    high: int
    name: str


@dataclass(frozen=True)
class Projected:
    """Tokens per leaf, int64; and per window whether it had to push."""

    tokens: np.ndarray
    pushed: np.ndarray


def project(start: np.ndarray, caps: np.ndarray, windows: list[Window], budget: int) -> Projected:
    """Whole tokens per leaf nearest to `start` (float, >= 0; 0 stays 0) within caps, windows and budget.

    Windows are kept to within a token a leaf. Raises Infeasible, naming the window that is missed by most.
    """
    caps = np.where(start > 0, caps, 0)
    everything = Window(np.arange(len(start)), budget, budget, "the budget")
    rules = [*windows, everything]
    factors = np.ones(len(rules))
    asked = start.astype(np.float64)
    for _ in range(SWEEPS):
        moved = 0.0
        for i, rule in enumerate(rules):
            mine = rule.leaves
            free = asked[mine] / factors[i]
            total = np.minimum(free, caps[mine]).sum()
            goal = min(max(total, rule.low), rule.high)
            factor = 1.0 if goal == total else _factor(free, caps[mine], goal)
            moved = max(moved, abs(np.log(factor / factors[i])))
            asked[mine] = free * factor
            factors[i] = factor
        if moved < 1e-13:
            break
        if moved < 1e-6 and _missed(rules, np.minimum(asked, caps)).max() < CLOSE:
            break
    given = np.minimum(asked, caps)
    missed = _missed(rules, given)
    worst = int(np.argmax(missed))
    if missed[worst] > max(CLOSE, 1e-6 * budget):
        _refuse(rules[worst], int(given[rules[worst].leaves].sum()))
    one = np.zeros(len(start), np.int64)
    return Projected(
        round_off(given, np.zeros_like(caps), caps, one, np.array([budget])), np.abs(np.log(factors[:-1])) > 1e-9
    )


def _factor(free: np.ndarray, caps: np.ndarray, goal: float) -> float:
    """What to multiply `free` by so that, capped, it sums to the goal; very large where even the caps do not."""
    if caps.sum() <= goal:
        return float(np.max(np.divide(caps, free, out=np.ones(len(free)), where=free > 0), initial=1.0))
    parent = np.zeros(len(free), np.int64)
    given = scaled(free, np.zeros_like(caps), caps, parent, np.array([goal]))
    inside = (given < caps) & (free > 0)
    return float(given[inside].sum() / free[inside].sum()) if inside.any() and given[inside].sum() > 0 else 1e-300


def _missed(rules: list[Window], given: np.ndarray) -> np.ndarray:
    sums = [given[rule.leaves].sum() for rule in rules]
    return np.array([max(rule.low - s, s - rule.high, 0.0) for rule, s in zip(rules, sums, strict=True)])


def _refuse(rule: Window, have: int) -> None:
    if have < rule.low:
        raise Infeasible(rule.name, rule.low, have, "beside the other bounds and caps it can have about")
    raise Infeasible(rule.name, have, rule.high, "the other bounds demand it, while its maximum allows")
