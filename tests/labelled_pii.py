"""Lines whose personal data is marked by hand, and how well a finder does on them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpusmill.operators.rewrite.personal.find import Finding, Kind, find

DATA = Path(__file__).parent / "data"
FILE = DATA / "pii.txt"
CHINESE = DATA / "pii.zh.txt"
TELEPHONES = DATA / "pii.phones.txt"  # language<TAB>line
MARK = re.compile("⟦([a-z_]+)\\|(.*?)⟧", re.DOTALL)


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


def labelled_lines(file: Path = FILE) -> Iterator[tuple[str, set[Finding]]]:
    """Each line without its marks, and what the marks say."""
    for line in file.read_text("utf-8").splitlines():
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


def scores(file: Path = FILE) -> list[Score]:
    """One score for each kind that is marked or found; what stands before a tab is the language of the line."""
    right: Counter[Kind] = Counter()
    missed: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    wrong: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for text, gold in labelled_lines(file):
        language, tab, _ = text.partition("\t")
        found = set(find(text.encode(), frozenset([language]) if tab else frozenset()))
        right.update(one.kind for one in gold & found)
        for one in gold - found:
            missed[one.kind].append(text)
        for one in found - gold:
            wrong[one.kind].append(text)
    counted = [kind for kind in Kind if right[kind] or missed[kind] or wrong[kind]]
    return [Score(kind=k.value, right=right[k], missed=tuple(missed[k]), wrong=tuple(wrong[k])) for k in counted]
