"""How often words and phrases of a list stand in a document: content safety, topics, form text.

Source:   word lists per language are used so by C4 (Raffel et al. 2020, arXiv:1910.10683, section 2.2); its code
          (tensorflow_datasets, text/c4_utils.py) lower-cases and asks for non-word characters around a phrase, but in
          Japanese, Thai and Chinese, where each character is a word here.
Deviates: from C4: a count, not a verdict; white space between the words of a phrase may be of any kind.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.turns import WHOLE, check_field, columns_of_field, read_field
from corpusmill.operators.text.word_trie import WordTrie, count_found, word_trie
from corpusmill.operators.text.words import WordRule, find_words

EVERY = "*"


def phrases_of(content: bytes) -> list[tuple[str, str]]:
    """(language or "*", phrase) of each line: `phrase` or `language<TAB>phrase`; blank lines and `# notes` are skipped.

    >>> phrases_of(b"# rude\\ndarn\\nde\\tso ein Mist\\n")
    [('*', 'darn'), ('de', 'so ein Mist')]
    """
    found = []
    for line in content.decode().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        language, tab, phrase = line.partition("\t")
        found.append((language.strip(), phrase) if tab else (EVERY, line))
    return found


@functools.lru_cache(maxsize=16)
def trie_of(content: bytes) -> WordTrie:
    """Every language's phrases, and those for every language with each."""
    phrases = phrases_of(content)
    common = [phrase for language, phrase in phrases if language == EVERY]
    languages = sorted({language for language, _ in phrases if language != EVERY})
    return word_trie([*phrases, *((language, phrase) for language in languages for phrase in common)])


@dataclass(frozen=True, kw_only=True)
class WordsFound(Signal):
    """Adds `column`: phrases found, int32, and `<column>_share`: that by the number of words, 0 in a blank document.

    words: a list, one word or phrase a line, upper or lower case; `language<TAB>phrase` for one language only.
    language_column: where each document's language stands; without it only phrases for every language are looked for.
    field: what is read, "whole" (the text), "prompt" (what users and systems say in a conversation) or "answer" (what
    assistants say): `<column>_share` is then how dense a conversation is in the terms of a subject.
    """

    words: Resource
    column: str
    language_column: str | None = None
    field: str = WHOLE

    version: ClassVar[int] = 2
    adds: ClassVar[Columns] = {"words_found": pa.int32()}

    def __post_init__(self) -> None:
        if not self.column:
            raise ValueError("column must be the name of a new column, got ''")
        check_field(self.field)

    def columns_read(self) -> Columns:
        return {**columns_of_field(self.field), **({self.language_column: pa.string()} if self.language_column else {})}

    def columns_added(self) -> Columns:
        return {self.column: pa.int32(), f"{self.column}_share": pa.float32()}

    def check_files(self) -> None:
        phrases_of(self.words.read())

    def measure(self, batch: Batch) -> Arrays:
        trie = trie_of(self.words.read())
        words = read_field(batch, self.field).once(find_words, WordRule.UNICODE)
        counts = count_found(words, trie, self._roots(batch, trie))
        shares = (counts / np.maximum(words.counts, 1)).astype(np.float32)
        return {self.column: pa.array(counts), f"{self.column}_share": pa.array(shares)}

    def _roots(self, batch: Batch, trie: WordTrie) -> np.ndarray:
        default = trie.roots.get(EVERY, -1)
        if self.language_column is None:
            return np.full(batch.num_rows, default, np.int32)
        coded = batch.column(self.language_column).dictionary_encode()
        roots = [trie.roots.get(str(language), default) for language in coded.dictionary.to_pylist()]
        return np.array([*roots, default], np.int32)[coded.indices.fill_null(len(roots)).to_numpy()]
