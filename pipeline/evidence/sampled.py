"""Holds sampled rows of signals, judged by other decisions."""

from dataclasses import dataclass

import numpy as np

from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.rejudge import passes


@dataclass(frozen=True, eq=False)
class Sampled:
    """Sampled rows, judged by the new decisions. All arrays have one entry a row."""

    language: np.ndarray
    step_number: np.ndarray
    rules_broken: np.ndarray
    reason: np.ndarray
    size: np.ndarray
    size_at_drop: np.ndarray
    passes: np.ndarray
    evidence: Evidence

    @classmethod
    def of(cls, evidence: Evidence, after: JobSpec) -> "Sampled":
        """The rows of the evidence, as a job judges them."""
        rows = evidence.rows
        names = ("language", "step_number", "rules_broken", "reason", "bytes", "bytes_at_drop")
        arrays = [rows[name].to_numpy(zero_copy_only=False) for name in names]
        return cls(*arrays, passes(rows, after), evidence)

    def share(self, mask: np.ndarray) -> tuple[float, float, int]:
        """Of these rows the share that passes, in documents and in bytes, and how many rows there are."""
        rows = int(mask.sum())
        if not rows:
            return 1.0, 1.0, 0
        size = float(self.size[mask].sum())
        in_bytes = float(self.size[mask & self.passes].sum()) / size if size else 1.0
        return float(self.passes[mask].mean()), in_bytes, rows
