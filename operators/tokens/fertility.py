"""How well a tokenizer fits a language: tokens a word and bytes a token.

Source: Rust et al. 2021, arXiv:2012.15613, section 3 (fertility); words here by the rule `unicode`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.tokens.tokenizer import Tokenizer

# Scripts written without spaces: each character is a word.
EACH_A_WORD = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


@dataclass(frozen=True, kw_only=True)
class Fertility:
    """Counts of one language under one tokenizer, and the ratios of them."""

    documents: int
    words: int
    bytes: int
    tokens: int

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / self.words if self.words else 0.0

    @property
    def bytes_per_token(self) -> float:
        return self.bytes / self.tokens if self.tokens else 0.0


def fertility(tokenizer: Tokenizer, texts: pa.Array, languages: Iterable[str]) -> dict[str, Fertility]:
    """By language, sorted by name: what `tokenizer` makes of these texts; a null text is a document without words."""
    tokens = tokenizer.encode(texts).n_tokens
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(4, np.int64))
    for text, language, n in zip(texts.to_pylist(), languages, tokens.tolist(), strict=True):
        string = text or ""
        totals[language] += (1, word_count(string), len(string.encode()), n)
    names = ("documents", "words", "bytes", "tokens")
    return {lang: Fertility(**dict(zip(names, totals[lang].tolist(), strict=True))) for lang in sorted(totals)}


def word_count(text: str) -> int:
    """Runs of letters, marks and numbers; each character of a script written without spaces is a word.

    >>> word_count("Salt, tea & 2 cups"), word_count("漢字かな"), word_count("नमस्ते"), word_count("")
    (4, 4, 1, 0)
    """
    words, inside = 0, False
    for character in text:
        if unicodedata.category(character)[0] not in "LMN":
            inside = False
        elif ord(character) >= 0xE00 and unicodedata.name(character, "").split(" ")[0] in EACH_A_WORD:
            words += 1
            inside = False
        elif not inside:
            words += 1
            inside = True
    return words
