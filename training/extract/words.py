"""Words as gold text is judged by: lower-cased runs of letters and digits, each CJK character one word.

Source: the rule named `gold` in the notes to the corpora.
"""

import re
from collections import Counter
from dataclasses import dataclass

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f\u1000-\u109f]|\w+?(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f\u1000-\u109f]|\W|$)"
)


def words(text: str) -> list[str]:
    """The words of a text, in order.

    >>> words("Don't 日本 x1")
    ['don', 't', '日', '本', 'x1']
    """
    return _WORD.findall(text.lower())


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Precision, recall and F1 of bags of words, 0 to 1."""

    precision: float
    recall: float
    f1: float


def overlap(found: str, gold: str) -> Overlap:
    """How far the words of `found` are those of `gold`; two blank texts agree wholly."""
    ours, theirs = Counter(words(found)), Counter(words(gold))
    if not ours and not theirs:
        return Overlap(precision=1.0, recall=1.0, f1=1.0)
    both = sum((ours & theirs).values())
    if not both:
        return Overlap(precision=0.0, recall=0.0, f1=0.0)
    precision, recall = both / ours.total(), both / theirs.total()
    return Overlap(precision=precision, recall=recall, f1=2 * precision * recall / (precision + recall))
