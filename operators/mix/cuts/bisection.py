"""Finds epochs on leaf lines by their tokens, for all ends of stretches at once."""

import numpy as np

from corpusmill.operators.mix.cuts.line import Line, place
from corpusmill.operators.mix.supply.leaves import PARTS

MOST_STEPS = 64


class Bisection:
    """end, lane: entries, one an (end, lane of its leaf). ends: how many."""

    def __init__(self, line: Line, end: np.ndarray, lane: np.ndarray, ends: int) -> None:
        self.line, self.end, self.lane, self.ends = line, end, lane, ends
        self.times = line.lanes.parts[lane] / PARTS

    def tokens_at(self, epoch: np.ndarray, *, full: bool) -> np.ndarray:
        """Tokens of each leaf's line before an epoch: at most (the bin it falls into counted in full), or at least."""
        tokens = self.line.tokens(self.lane, epoch[self.end] * self.times, full=full)
        return np.bincount(self.end, weights=tokens, minlength=self.ends)

    def latest(self, tokens: np.ndarray) -> np.ndarray:
        """Epochs that surely have more tokens before them."""
        own = self.line.lanes.tokens[self.lane]
        line = np.bincount(self.end, weights=own * self.times, minlength=self.ends)
        return (tokens + np.bincount(self.end, weights=own, minlength=self.ends)) / line + 1

    def steps(self, low: np.ndarray, high: np.ndarray) -> int:
        """Halvings after which epochs from low to high are told to a quarter of a bin."""
        level, most = self.line.bins.last, 0.0
        for epoch in (low, high):
            cell, _ = self.line.bins.find(self.lane, place(epoch[self.end] * self.times)[1])
            bins = (
                (high - low)[self.end] * self.times * np.exp2(level.depth[cell].astype(np.float64) + level.bits[cell])
            )
            most = max(most, float(bins.max(initial=0.0)))
        return min(MOST_STEPS, int(np.ceil(np.log2(max(most, 1.0)))) + 2)

    def between(
        self, tokens: np.ndarray, low: np.ndarray, high: np.ndarray, steps: int, *, full: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """An epoch with at most (full) or fewer than (not full) so many tokens before it, and a later one with more.

        With `full` the first is never too late, without it the second never too early.
        """
        for _ in range(steps):
            middle = (low + high) / 2
            found = self.tokens_at(middle, full=full)
            below = found <= tokens if full else found < tokens
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return low, high
