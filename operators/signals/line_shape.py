"""How lines begin and end: the share that open with a bullet, the share that trail off.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A, "Quality Filtering".
Deviates: from datatrove's GopherQualityFilter (which signals.gopher_quality reproduces): blank lines are not counted,
          "*" is a bullet too.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.lengths import totals
from corpusmill.operators.text.lines import ELLIPSES, LineRule, find_lines, headed_by
from corpusmill.operators.text.shares import share, shares


def bullet_ratio(text: str, bullets: tuple[str, ...]) -> float:
    """Share of lines opening with a bullet, 0 to 1; a blank document scores 0.

    >>> bullet_ratio("- tea\\n- milk\\nsugar, honey\\n\\nsalt", ("-",))
    0.5
    """
    lines = non_blank_lines(text)
    return share(sum(line.startswith(bullets) for line in lines), len(lines))


def ellipsis_ratio(text: str) -> float:
    """Share of lines ending in an ellipsis, 0 to 1; a blank document scores 0.

    >>> ellipsis_ratio("well… \\nno\\n")
    0.5
    """
    lines = non_blank_lines(text)
    return share(sum(line.endswith(ELLIPSES) for line in lines), len(lines))


def non_blank_lines(text: str) -> list[str]:
    """Lines (str.splitlines) with at least one non-space character, stripped.

    >>> non_blank_lines("a\\n\\n  b ")
    ['a', 'b']
    """
    return [line for raw in text.splitlines() if (line := raw.strip())]


@dataclass(frozen=True, kw_only=True)
class LineShape(Signal):
    """Adds `bullet_ratio` and `ellipsis_ratio`. `bullets`: one character each. Thresholds belong to `decide.bounds`."""

    bullets: tuple[str, ...] = ("•", "-", "*")

    adds: ClassVar[Columns] = {"bullet_ratio": pa.float32(), "ellipsis_ratio": pa.float32()}

    def __post_init__(self) -> None:
        if not self.bullets or any(not isinstance(b, str) or len(b) != 1 or b.isspace() for b in self.bullets):
            raise ValueError(f"bullets must be single characters that are no space, got {self.bullets!r}")

    def measure(self, batch: Batch) -> Arrays:
        lines = batch.once(find_lines, LineRule.UNICODE)
        shown = totals(lines.first, lines.head != 0)
        opening = headed_by(lines, self.bullets)
        return {
            "bullet_ratio": pa.array(shares(totals(lines.first, opening & (lines.head != 0)), shown)),
            "ellipsis_ratio": pa.array(shares(totals(lines.first, lines.trails), shown)),
        }
