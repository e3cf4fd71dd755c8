"""Holds sampled rows of signals, judged by other decisions."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.cells import matrix
from corpusmill.pipeline.evidence.changes import Change
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.rejudge import passes
from corpusmill.pipeline.evidence.rows import weights


@dataclass(frozen=True, kw_only=True)
class Share:
    """What part of some rows passes, in documents and in bytes. rows: how many there are.

    worth: how many rows drawn alike would tell as much.
    """

    documents: float = 1.0
    size_bytes: float = 1.0
    rows: int = 0
    worth: float = 0.0

    @property
    def variance(self) -> float:
        """The square of the standard error of `documents`; never quite 0 unless all rows are drawn."""
        return max(self.documents * (1 - self.documents), 0.01) / max(self.worth, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Sampled:
    """Rows of an evidence, judged by the new decisions. All arrays have one entry a row.

    weight: how many documents a row stands for.
    """

    evidence: Evidence
    language: np.ndarray
    step_number: np.ndarray
    rules_broken: np.ndarray
    reason: np.ndarray
    bytes: np.ndarray
    bytes_at_drop: np.ndarray
    passes: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, evidence: Evidence, after: JobSpec) -> Self:
        """The rows of the evidence, as a job judges them."""
        rows = evidence.rows
        names = ("language", "step_number", "rules_broken", "reason", "bytes", "bytes_at_drop")
        arrays = {name: rows[name].to_numpy(zero_copy_only=False) for name in names}
        weight = weights(rows, evidence.rates)
        return cls(evidence=evidence, passes=passes(rows, after), weight=weight, **arrays)

    @property
    def is_whole(self) -> bool:
        """Whether the rows are all documents that came to the steps."""
        kept = sum(amount.documents for amount in self.evidence.groups("language").values())
        return len(self.passes) == kept + self.evidence.dropped_documents

    def share(self, mask: np.ndarray) -> Share:
        """What part of these rows passes; all of it where there are none."""
        weight = self.weight[mask]
        total = float(weight.sum())
        if not total:
            return Share()
        passing = self.passes[mask]
        size = self.bytes[mask] * weight
        return Share(
            documents=float(weight[passing].sum()) / total,
            size_bytes=float(size[passing].sum()) / float(size.sum()) if size.sum() else 1.0,
            rows=int(mask.sum()),
            worth=total**2 / float((weight**2).sum()),
        )

    def between(self, change: Change) -> np.ndarray:
        """Rows that only the bound of a change dropped, and that it drops no longer: bool[n]."""
        mine = (self.step_number == change.step_number) & (self.rules_broken == 1) & (self.reason == change.reason)
        if change.column not in self.evidence.rows.column_names:
            return mine
        values = matrix([self.evidence.rows[change.column]])[0]
        if change.after is None:
            return mine
        return mine & (values >= change.after if change.low else values <= change.after)
