"""How lines begin and end: the share that open with a bullet, the share that trail off.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A, "Quality Filtering".
Deviates: from datatrove's GopherQualityFilter: blank lines are not counted, "*" is a bullet too.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from operators.batch import Batch
from operators.contract import Arrays, Columns, Signal
from operators.text.lines import non_blank_lines, share

ELLIPSES = ("...", "…")


def bullet_ratio(text: str, bullets: tuple[str, ...]) -> float:
    """Share of lines opening with a bullet, 0 to 1; a blank document scores 0.

    >>> bullet_ratio("- tea\\n- milk\\nsugar, honey\\n\\nsalt", ("-",))
    0.5
    """
    lines = non_blank_lines(text)
    return share(sum(line.startswith(bullets) for line in lines), len(lines))


def ellipsis_ratio(text: str) -> float:
    """Share of lines ending in an ellipsis, 0 to 1; a blank document scores 0."""
    lines = non_blank_lines(text)
    return share(sum(line.endswith(ELLIPSES) for line in lines), len(lines))


@dataclass(frozen=True, kw_only=True)
class LineShape(Signal):
    """Adds `bullet_ratio` and `ellipsis_ratio`. Thresholds belong to `decide.bounds`."""

    bullets: tuple[str, ...] = ("•", "-", "*")

    adds: ClassVar[Columns] = {"bullet_ratio": pa.float32(), "ellipsis_ratio": pa.float32()}

    def __post_init__(self) -> None:
        if not self.bullets or "" in self.bullets:
            raise ValueError(f"bullets must be non-empty strings, got {self.bullets!r}")

    def measure(self, batch: Batch) -> Arrays:
        texts = [text or "" for text in batch.column("text").to_pylist()]
        return {
            "bullet_ratio": pa.array([bullet_ratio(t, self.bullets) for t in texts], pa.float32()),
            "ellipsis_ratio": pa.array([ellipsis_ratio(t) for t in texts], pa.float32()),
        }
