"""Whether tokens per phase and leaf keep what a plan promises: sums, windows, caps. For plans and for datasets."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.where import Bound, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable


class _Phase(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def tokens(self) -> int: ...
    @property
    def bounds(self) -> tuple[Bound, ...]: ...


def breaches(
    leaves: LeafTable,
    phases: Sequence[_Phase],
    caps: np.ndarray,
    tokens: np.ndarray,
    slack: int,
    unit: Unit = Unit.TOKENS,
) -> list[str]:
    """What is broken, in words, one a breach; empty when all holds.

    tokens: (phases, leaves), in this unit. slack: tokens by which a sum or window may be missed: 0 for a plan, whose
    windows are kept to the token; for a dataset, which is cut between documents, the largest document.
    """
    wrong = []
    if tokens.shape != (len(phases), len(leaves)):
        return [f"targets are for {tokens.shape} phases and leaves, there are {(len(phases), len(leaves))}"]
    for leaf in np.flatnonzero(tokens.sum(axis=0) > caps).tolist():
        took = int(tokens[:, leaf].sum())
        wrong.append(f"{'/'.join(leaves.key(leaf))} takes {took:,} {unit.words}, at most {caps[leaf]:,} are allowed")
    for phase, row in zip(phases, tokens, strict=True):
        wrong += [
            f"phase {phase.name}: {'/'.join(leaves.key(leaf))} takes {row[leaf]:,} {unit.words}"
            for leaf in np.flatnonzero(row < 0).tolist()
        ]
        total = int(row.sum())
        if abs(total - phase.tokens) > slack:
            wrong.append(f"phase {phase.name}: leaves take {total:,} {unit.words}, its budget is {phase.tokens:,}")
        for bound in phase.bounds:
            part = int(row[leaves.matches(bound.where)].sum())
            low, high = bound.min * phase.tokens, bound.max * phase.tokens
            if not low - slack - 1 < part < high + slack + 1:
                wrong.append(
                    f"phase {phase.name}: {in_words(bound.where)} takes {part / max(total, 1):.4%}, "
                    f"it may take {bound.min:.4%} to {bound.max:.4%}"
                )
    return wrong
