"""Bounds that cut across the tree: the nearest mix, in relative entropy, that keeps them all.

Every bound multiplies the tokens of its leaves by one factor, within their caps; the factors' logarithms are the
multipliers of a concave problem. They are found by turns: each bound in turn moves its own factor until it is just met,
then all that push move together (Newton), if that is better.

Source: Bregman 1967 for the turns; for equality bounds alone they are iterative proportional fitting (Deming and
        Stephan 1940).
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.errors import Infeasible
from corpusmill.operators.mix.solve.allocate import round_off

TURNS = 200
FAR = 60.0  # logarithm of a factor that no feasible mix needs
CLOSE = 0.25  # tokens
NAMED = 3  # bounds, in a message


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
    closed = np.zeros(len(start), bool)
    for rule in windows:
        closed[rule.leaves] |= rule.high == 0
    live = np.flatnonzero((start > 0) & (caps > 0) & ~closed)
    if caps[live].sum() < budget:
        raise Infeasible("the budget", budget, int(caps[live].sum()), "epoch caps and share limits allow at most")
    place = np.full(len(start), -1)
    place[live] = np.arange(len(live))
    inside = [place[rule.leaves] for rule in windows]
    rules = [Window(at[at >= 0], w.low, w.high, w.name) for at, w in zip(inside, windows, strict=True)]
    rules.append(Window(np.arange(len(live)), budget, budget, "the budget"))
    dual = _Dual(start[live], caps[live], rules)
    for _ in range(TURNS):
        moved = dual.turn()
        if moved < 1e-12 or dual.missed().max() < CLOSE or np.abs(dual.logs).max() >= FAR:
            break
        dual.newton()
    missed = dual.missed()
    worst = int(np.argmax(missed))
    given = dual.given()
    if missed[worst] > 1.0:
        others = [r.name for r, log in zip(windows, dual.logs[:-1], strict=True) if r.name != rules[worst].name and log]
        _refuse(rules[worst], int(given[rules[worst].leaves].sum()), others[:NAMED])
    family = np.zeros(len(live), np.int64)
    tokens = np.zeros(len(start), np.int64)
    tokens[live] = round_off(given, np.zeros_like(caps[live]), caps[live], family, np.array([budget]))
    return Projected(tokens, np.abs(dual.logs[:-1]) > 1e-9)


class _Dual:
    """Logarithms of the factors, one a rule, and what they amount to. start, caps: per leaf, above 0."""

    def __init__(self, start: np.ndarray, caps: np.ndarray, rules: list[Window]) -> None:
        self.rules, self.caps = rules, caps.astype(np.float64)
        self.full = np.log(self.caps)
        self.logs = np.zeros(len(rules))
        self.sums = np.log(start)  # what each leaf would take without its cap
        self.low = np.array([r.low for r in rules], np.float64)
        self.high = np.array([r.high for r in rules], np.float64)

    def given(self) -> np.ndarray:
        """Tokens per leaf, as floats."""
        return np.exp(np.minimum(self.sums, self.full))

    def totals(self, tokens: np.ndarray) -> np.ndarray:
        """Tokens per rule."""
        return np.array([tokens[rule.leaves].sum() for rule in self.rules])

    def missed(self) -> np.ndarray:
        """Tokens by which each rule is missed."""
        totals = self.totals(self.given())
        return np.maximum(np.maximum(self.low - totals, totals - self.high), 0.0)

    def turn(self) -> float:
        """Each rule in turn meets its window, with the factor nearest to 1; the largest change of a logarithm."""
        moved = 0.0
        for i, rule in enumerate(self.rules):
            free = self.sums[rule.leaves] - self.logs[i]
            full = self.full[rule.leaves]
            total = np.exp(np.minimum(free, full)).sum()
            goal = min(max(total, rule.low), rule.high)
            log = 0.0 if goal == total else _log_factor(free, full, goal)
            moved = max(moved, abs(log - self.logs[i]))
            self._set(i, log)
        return moved

    def newton(self) -> None:
        """All factors that push, together; kept only if the dual value rises."""
        tokens = self.given()
        totals = self.totals(tokens)
        aim = np.where(
            self.logs > 0, self.low, np.where(self.logs < 0, self.high, np.clip(totals, self.low, self.high))
        )
        active = np.flatnonzero((self.logs != 0) | (aim != totals))
        loose = np.where(self.sums < self.full, tokens, 0.0)
        columns = np.zeros((len(active), len(tokens)))
        for row, i in enumerate(active):
            columns[row, self.rules[i].leaves] = 1.0
        matrix = (columns * loose) @ columns.T
        matrix[np.diag_indices(len(active))] += 1e-9 * (1.0 + matrix.trace())
        step = np.clip(np.linalg.solve(matrix, (aim - totals)[active]), -2.0, 2.0)
        before, old = self._value(), self.logs.copy()
        for i, change in zip(active.tolist(), step.tolist(), strict=True):
            new = float(old[i]) + change
            self._set(i, 0.0 if old[i] * new < 0 and self.low[i] < self.high[i] else new)
        if not self._value() > before:
            for i in active.tolist():
                self._set(i, float(old[i]))

    def _set(self, rule: int, log: float) -> None:
        log = min(max(log, -FAR), FAR)
        self.sums[self.rules[rule].leaves] += log - self.logs[rule]
        self.logs[rule] = log

    def _value(self) -> float:
        over = np.maximum(self.sums - self.full, 0.0)
        goals = np.where(self.logs > 0, self.low, self.high)
        return float((self.logs * goals).sum() - (self.given() + self.caps * over).sum())


def _log_factor(free: np.ndarray, full: np.ndarray, goal: float) -> float:
    """x such that sum(exp(min(free + x, full))) is the goal; FAR where even the caps do not reach it."""
    caps = np.exp(full)
    if caps.sum() <= goal:
        return FAR
    order = np.argsort(full - free, kind="stable")
    peak = free.max()
    rest = np.cumsum(np.exp(free[order] - peak)[::-1])[::-1]
    capped = np.concatenate([[0.0], np.cumsum(caps[order])[:-1]])
    reached = capped + np.exp((full - free)[order] + peak) * rest  # sum once x fills leaf k
    k = min(int(np.searchsorted(reached, goal)), len(order) - 1)
    return float(np.log(max(goal - capped[k], 1e-300) / rest[k]) - peak)


def _refuse(rule: Window, have: int, others: list[str]) -> None:
    """others: the bounds that push as well, and so stand in its way."""
    beside = " and ".join([*(f"the bound on {name}" for name in others), "caps"])
    if have < rule.low:
        raise Infeasible(rule.name, rule.low, have, f"together with {beside} it can have about")
    raise Infeasible(rule.name, have, rule.high, f"{beside} need that, while its maximum allows")
