"""Lines whose personal data is marked by hand, and how well a finder does on them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpusmill.operators.rewrite.personal.find import Finding, Kind, find

FILE = Path(__file__).parent / "data" / "pii.txt"
MARK = re.compile("⟦([a-z]+)\\|(.*?)⟧", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of findings with the right kind and exactly the right bytes; missed and wrong: the line of each."""

    kind: str
    right: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def recall(self) -> float:
        return self.right / ((self.right + len(self.missed)) or 1)

    @property
    def precision(self) -> float:
        return self.right / ((self.right + len(self.wrong)) or 1)


def labelled_lines() -> Iterator[tuple[str, set[Finding]]]:
    """Each line without its marks, and what the marks say."""
    for line in FILE.read_text("utf-8").splitlines():
        if not line or line.startswith("# "):
            continue
        line = line.replace("\\n", "\n")
        text, at, gold = b"", 0, set()
        for mark in MARK.finditer(line):
            text += line[at : mark.start()].encode()
            begin = len(text)
            text += mark[2].encode()
            gold.add(Finding(kind=Kind(mark[1]), begin=begin, end=len(text)))
            at = mark.end()
        yield (text + line[at:].encode()).decode(), gold


def scores() -> list[Score]:
    """One score a kind."""
    right: Counter[Kind] = Counter()
    missed: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    wrong: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for text, gold in labelled_lines():
        found = set(find(text.encode()))
        right.update(one.kind for one in gold & found)
        for one in gold - found:
            missed[one.kind].append(text)
        for one in found - gold:
            wrong[one.kind].append(text)
    return [Score(kind=k.value, right=right[k], missed=tuple(missed[k]), wrong=tuple(wrong[k])) for k in Kind]
