"""Keeps the best documents that fit a budget, with a share of it for each task, and gives the others a reason.

Source:   Liu et al. 2023 (DEITA), arXiv:2312.15685, section 3: complexity times quality, sorted, the best taken until
          the budget is full. Shares by task: none; they are the job's own.
Deviates: near duplicates are left out by a step before this one, not while documents are taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text import ranking
from corpusmill.operators.text.ranking import Ranking
from corpusmill.operators.text.reasons import first_reason

EQUAL = "equal"
SHORT = ("fill", "scale")


@dataclass(frozen=True, kw_only=True)
class Budget(Decision):
    """Reasons "over the budget"; with shares "over its share", and "BY has no share" for a value that has none.

    amount: of rows, or of what `weight` counts (a column of whole numbers, such as tokens; at least 1 a document).
    score: columns of numbers that are multiplied, highest first; none: in the order of a hash of the text. by: the
    column that names tasks or clusters. shares: value -> share of the budget, with a sum of 1; or "equal": each value
    has the same share. short: what happens when a group has less than its share: "fill" (the others fill the budget, in
    proportion to their shares) or "scale" (the budget shrinks until the shares hold). Of rows, budget and shares are
    exact; by weight, a group ends before the first document that does not fit. An update lets each value take at least
    what it could before, and divides the rest. found: as in decide.top.

    What a group keeps is sorted in one task, 40 bytes a document: share budgets above 25 million rows by a column.
    """

    amount: int
    score: tuple[str, ...] = ()
    weight: str | None = None
    by: str | None = None
    shares: Mapping[str, float] | str | None = None
    short: str = "fill"
    found: Resource | None = None

    # 2: weights of 2^63 and more are no longer negative; 3: updates hold the budget
    version: ClassVar[int] = 3
    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "rank"

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= ranking.MOST_LIMIT:
            raise ValueError(f"amount must be at least 1 and at most {ranking.MOST_LIMIT}, got {self.amount}")
        if self.short not in SHORT:
            raise ValueError(f"short must be one of {list(SHORT)}, got {self.short!r}")
        if (self.by is None) != (self.shares is None):
            raise ValueError("by and shares go together: a column, and its values' shares or `equal`")
        if isinstance(self.shares, str) and self.shares != EQUAL:
            raise ValueError(f"shares must be {EQUAL!r} or a share for each value, got {self.shares!r}")
        if isinstance(self.shares, Mapping):
            total = sum(self.shares.values())
            if min(self.shares.values(), default=0) <= 0 or not abs(total - 1) < 1e-6:
                raise ValueError(f"shares must be above 0 with a sum of 1, got {dict(self.shares)!r}")

    def columns_read(self) -> Columns:
        return self.ranking().columns_read()

    def ranking(self) -> Ranking:
        return Ranking(by=() if self.by is None else (self.by,), score=self.score, weight=self.weight)

    def gathering(self) -> Any:
        return [self.version, self.amount, *self.ranking().described()]

    def combining(self) -> Any:
        return [self.amount, self.shares, self.short]

    def limits(self, available: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
        """What each value of `by` may take; "" where there is none.

        available: what there is of each value; before: what each could take in the run before, which stays.
        """
        if self.by is None:
            return {"": self.amount}
        if isinstance(self.shares, Mapping):
            shares = dict(self.shares)
        else:
            shares = {value: 1.0 for value, n in available.items() if n}
        there = {value: available.get(value, 0) for value in shares}
        total = sum(shares.values())
        amount = self.amount
        if self.short == "scale":
            amount = min([amount, *(int(there[v] * total / share) for v, share in shares.items())])
        return filled(max(amount, sum(before.values())), shares, there, before)

    def reasons(self, batch: Batch) -> pa.Array:
        kept = ranking.stays(batch, self.found.read() if self.found else b"")
        if self.by is None:
            return first_reason([("over the budget", ~kept)], batch.num_rows)
        shared = np.ones(batch.num_rows, np.bool_)
        words = ranking.words_of(batch, self.by)
        if isinstance(self.shares, Mapping):
            shared = pc.is_in(words, pa.array(list(self.shares), words.type)).to_numpy(zero_copy_only=False)
        shared &= words.is_valid().to_numpy(zero_copy_only=False)
        return first_reason([(f"{self.by} has no share", ~shared), ("over its share", ~kept)], batch.num_rows)


def filled(
    amount: int, shares: Mapping[str, float], available: Mapping[str, int], before: Mapping[str, int]
) -> dict[str, int]:
    """An amount divided by shares into whole numbers, each between what was given before and what is available.

    What a value cannot take, or has too much of, is divided among the others. The sum is the amount, unless less is
    available.

    >>> shares = {"code": 0.1, "chat": 0.5, "maths": 0.2, "facts": 0.2}
    >>> filled(11, shares, dict.fromkeys(shares, 99), {})
    {'chat': 6, 'code': 1, 'facts': 2, 'maths': 2}
    >>> filled(10, {"a": 0.5, "b": 0.25, "c": 0.25}, {"a": 2, "b": 99, "c": 99}, {})
    {'a': 2, 'b': 4, 'c': 4}
    >>> filled(10, {"a": 0.5, "b": 0.25, "c": 0.25}, {"a": 99, "b": 99, "c": 99}, {"a": 2, "b": 4, "c": 4})
    {'a': 2, 'b': 4, 'c': 4}
    """
    given: dict[str, int] = {}
    open_, left = sorted(shares), amount
    while open_:
        total = sum(shares[v] for v in open_)
        exact = {v: left * shares[v] / total for v in open_}
        low = {v: before.get(v, 0) for v in open_ if exact[v] <= before.get(v, 0)}
        high = {v: available[v] for v in open_ if exact[v] >= available[v]}
        more = sum(n - exact[v] for v, n in low.items()) - sum(exact[v] - n for v, n in high.items())
        fixed = low if more >= 0 and low else high
        if not fixed:
            break
        given |= fixed
        left -= sum(fixed.values())
        open_ = [v for v in open_ if v not in fixed]
    total = sum(shares[v] for v in open_)
    exact = {v: left * shares[v] / total for v in open_}
    given |= {v: int(exact[v]) for v in open_}
    rest = left - sum(given[v] for v in open_)
    for value in sorted(open_, key=lambda v: (int(exact[v]) - exact[v], v))[:rest]:
        given[value] += 1
    return dict(sorted(given.items()))
