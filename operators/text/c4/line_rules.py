"""The line rules of C4 as plain functions: the specification of c4/scan.py.

Source:   Raffel et al. 2020 (T5), JMLR 21(140), section 2.2, and its code (c4_utils.py of TensorFlow Datasets).
Deviates: as datatrove's C4QualityFilter: citations are cut before the end mark is looked for, and leave their space.
          Sentences by end marks (text/sentences.py), where both use a trained splitter; capitals fold by ASCII alone.
"""

import re
from dataclasses import dataclass, fields
from enum import IntEnum

from corpusmill.operators.text.sentences import sentences_of

CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
END_MARKS = (".", "?", "!", '"', "'")
POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)


class Fate(IntEnum):
    """What becomes of a line, in the order the rules are tried; the last two condemn the whole document."""

    KEPT = 0
    LONG_WORD = 1
    UNENDED = 2
    FEW_WORDS = 3
    JAVASCRIPT = 4
    POLICY = 5
    LOREM_IPSUM = 6
    CURLY = 7


@dataclass(frozen=True, kw_only=True)
class LineRules:
    """Which lines go: see C4's list. A bound of 0 switches its rule off."""

    min_words: int = 3
    max_word_chars: int = 1000
    end_marks: bool = True
    citations: bool = True
    javascript: bool = True
    policy: bool = True

    def __post_init__(self) -> None:
        if self.min_words < 0 or self.max_word_chars < 0:
            raise ValueError(f"min_words and max_word_chars must not be negative, got {self}")

    @property
    def rules(self) -> "LineRules":
        """These rules alone, of an operator that has them as parameters."""
        return LineRules(**{rule.name: getattr(self, rule.name) for rule in fields(LineRules)})


def fate_of(line: str, rules: LineRules) -> tuple[Fate, str]:
    """The fate of a line and the line as it is kept: stripped, without citations.

    >>> fate_of(" It ends well[1]. ", LineRules())
    (<Fate.KEPT: 0>, 'It ends well.')
    >>> fate_of("Click here for more", LineRules())[0].name
    'UNENDED'
    """
    line = line.strip()
    words = line.split()
    if rules.max_word_chars and any(len(word) > rules.max_word_chars for word in words):
        return Fate.LONG_WORD, line
    if rules.citations:
        line = CITATION.sub("", line)
    if rules.end_marks and (not line.endswith(END_MARKS) or line.endswith("...")):
        return Fate.UNENDED, line
    if len(words) < rules.min_words:
        return Fate.FEW_WORDS, line
    lowered = "".join(c.lower() if c < "\x80" else c for c in line)
    if "lorem ipsum" in lowered:
        return Fate.LOREM_IPSUM, line
    if rules.javascript and "javascript" in lowered:
        return Fate.JAVASCRIPT, line
    if "{" in line:
        return Fate.CURLY, line
    if rules.policy and any(phrase in lowered for phrase in POLICY_PHRASES):
        return Fate.POLICY, line
    return Fate.KEPT, line


def filtered_text(text: str, rules: LineRules) -> tuple[str, list[Fate], int]:
    """What is left of a text, the fates of its lines (str.splitlines), and the sentences of those kept.

    >>> filtered_text("All is well here.\\nHome\\n", LineRules())
    ('All is well here.', [<Fate.KEPT: 0>, <Fate.UNENDED: 2>], 1)
    """
    judged = [fate_of(line, rules) for line in text.splitlines()]
    kept = [line for fate, line in judged if fate is Fate.KEPT]
    return "\n".join(kept).strip(), [fate for fate, _ in judged], sum(len(sentences_of(line)) for line in kept)
