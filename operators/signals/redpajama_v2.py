"""The quality signals of RedPajama-v2 that need no model, under their published names.

Source:   Weber et al. 2024 (RedPajama), arXiv:2411.12372, appendix, "Quality signals"; counted as its published code
          does where that is more exact. `rps_doc_ldnoobw_words` and `rps_doc_ut1_blacklist` are signals.words_found and
          signals.blocklist with those lists, the importance weights are signals.relevance, the classifiers
          signals.fasttext.
Deviates: published per line, `rps_lines_` are here one number a document, over all its lines. Lower case is per
          character and without NFD, so that "é" and a syllable of Hangul are one character of a word, there two or
          three. Digits are str.isdecimal, "lorem ipsum" are two whole words. Stop words are those of the settings, or
          the job's own. Where nothing can be counted a share is 0 (there, some are null).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.scans import token_marks as marks
from corpusmill.operators.signals.scans.gopher_marks import count_marks
from corpusmill.operators.signals.scans.word_entropy import entropies, entropy
from corpusmill.operators.text.buffers import TextBuffers, find_text
from corpusmill.operators.text.hashing import word_hash
from corpusmill.operators.text.languages import SETTINGS, StopWords, check_stop_words, stop_words_of
from corpusmill.operators.text.lengths import find_chars, totals
from corpusmill.operators.text.lines import ELLIPSES, LineRule, Lines, find_lines, headed_by
from corpusmill.operators.text.repeats import repeated_parts
from corpusmill.operators.text.run_cover import COVER_SIZES, TOP_SIZES, cover_runs, run_cover, top_run
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.unicode_table import unicode_tables
from corpusmill.operators.text.words import WordRule, Words, find_words, words_of

BULLETS = ("•", "‣", "▶", "◀", "◦", "■", "□", "▪", "▫", "–")
TERMINAL = (".", "!", "?", "”")


def redpajama_v2(text: str, stop_words: tuple[str, ...]) -> dict[str, float]:
    """The columns of one document: the specification.

    >>> redpajama_v2("Tea. {x} TEA tea!\\n", ("the",))["rps_doc_frac_unique_words"]
    0.5
    """
    tokens, words = marks.tokens_of(text), words_of(text, WordRule.BARE)
    lines, chars = text.removesuffix("\n").split("\n") if text else [], sum(map(len, words))
    tops = {n: top_run(words, n) for n in TOP_SIZES}
    loremed = sum(pair == ("lorem", "ipsum") for pair in pairwise(words))
    symbols = text.count("#") + text.count("...") + text.count("…")
    letters = sum(any(c.isascii() and c.isalpha() for c in token) for token in tokens)
    return {
        "rps_doc_curly_bracket": share(text.count("{") + text.count("}"), len(text)),
        "rps_doc_lorem_ipsum": share(loremed, chars + len(words) - 1) if words else 0.0,
        "rps_doc_stop_word_fraction": share(sum(token in stop_words for token in tokens), len(tokens)),
        "rps_doc_frac_all_caps_words": share(sum(map(str.isupper, tokens)), len(tokens)),
        "rps_doc_frac_lines_end_with_ellipsis": share(sum(x.rstrip().endswith(ELLIPSES) for x in lines), len(lines)),
        "rps_doc_frac_no_alph_words": share(len(tokens) - letters, len(tokens)),
        "rps_doc_frac_unique_words": share(len(set(words)), len(words)),
        "rps_doc_unigram_entropy": entropy(words),
        "rps_doc_mean_word_length": share(chars, len(words)),
        "rps_doc_num_sentences": marks.sentence_count(text),
        "rps_doc_symbol_to_word_ratio": share(symbols, len(tokens)),
        "rps_doc_word_count": len(words),
        **{f"rps_doc_frac_chars_top_{n}gram": share(x * c if c > 1 else 0, chars) for n, (c, x) in tops.items()},
        **{f"rps_doc_frac_chars_dupe_{n}grams": share(run_cover(words, n)[0], chars) for n in COVER_SIZES},
        "rps_lines_ending_with_terminal_punctution_mark": share(
            sum(line.rstrip().endswith(TERMINAL) for line in lines), len(lines)
        ),
        "rps_lines_javascript_counts": words.count("javascript"),
        "rps_lines_num_words": share(len(words), len(lines)),
        "rps_lines_numerical_chars_fraction": share(sum(map(str.isdecimal, text)), chars),
        "rps_lines_start_with_bulletpoint": share(sum(x.lstrip().startswith(BULLETS) for x in lines), len(lines)),
        "rps_lines_uppercase_letter_fraction": share(sum(map(str.isupper, text)), sum(map(len, lines))),
    }


@dataclass(frozen=True, kw_only=True)
class RedpajamaV2(Signal):
    """Adds the `rps_` columns of `redpajama_v2`: counts int64, shares 0 to 1 (words a line, entropy in nats: upward).

    `rps_lines_`: of all lines, those that end or begin so (shares), words a line, "javascript" in all, digits among the
    characters of words, capitals among all characters. `stop_words`: as signals.gopher_quality has it.
    """

    stop_words: str | tuple[str, ...] = "en"
    settings: Resource = SETTINGS

    adds: ClassVar[Columns] = {
        "rps_doc_curly_bracket": pa.float32(),
        "rps_doc_lorem_ipsum": pa.float32(),
        "rps_doc_stop_word_fraction": pa.float32(),
        "rps_doc_frac_all_caps_words": pa.float32(),
        "rps_doc_frac_lines_end_with_ellipsis": pa.float32(),
        "rps_doc_frac_no_alph_words": pa.float32(),
        "rps_doc_frac_unique_words": pa.float32(),
        "rps_doc_unigram_entropy": pa.float32(),
        "rps_doc_mean_word_length": pa.float32(),
        "rps_doc_num_sentences": pa.int64(),
        "rps_doc_symbol_to_word_ratio": pa.float32(),
        "rps_doc_word_count": pa.int64(),
        **{f"rps_doc_frac_chars_top_{n}gram": pa.float32() for n in TOP_SIZES},
        **{f"rps_doc_frac_chars_dupe_{n}grams": pa.float32() for n in COVER_SIZES},
        "rps_lines_ending_with_terminal_punctution_mark": pa.float32(),
        "rps_lines_javascript_counts": pa.int64(),
        "rps_lines_num_words": pa.float32(),
        "rps_lines_numerical_chars_fraction": pa.float32(),
        "rps_lines_start_with_bulletpoint": pa.float32(),
        "rps_lines_uppercase_letter_fraction": pa.float32(),
    }

    def __post_init__(self) -> None:
        if not self.stop_words or not all(isinstance(w, str) for w in self.stop_words):
            raise ValueError(f"stop_words must be a language label or a list of words, got {self.stop_words!r}")

    def columns_read(self) -> Columns:
        return {**self.reads, "language": pa.string()} if self.stop_words == StopWords.BY_LANGUAGE.value else self.reads

    def check_files(self) -> None:
        check_stop_words(self.stop_words, self.settings)

    def measure(self, batch: Batch) -> Arrays:
        text, words = batch.once(find_text), batch.once(find_words, WordRule.BARE)
        stop = stop_words_of(self.stop_words, self.settings, batch)
        found, symbols = np.zeros((8, len(text)), np.int64), _symbols(text, batch.once(find_words, WordRule.WHITESPACE))
        marks.count_tokens(
            text.data, text.offsets, unicode_tables().bits, stop.which, stop.sets.begin, stop.sets.slots, found
        )
        tokens, chars, word_chars = found[marks.TOKENS], batch.once(find_chars).counts, totals(words.first, words.chars)
        again = repeated_parts(words.first, words.hash, words.chars, np.ones(len(words.hash), np.bool_))[0]
        surprise = np.zeros(len(text), np.float64)
        entropies(words.first, words.hash, surprise)
        runs = cover_runs(words)
        tops = np.where(runs.top_count > 1, runs.top_count * runs.top_chars, 0)
        stops = shares(found[marks.STOP], tokens)
        columns = {
            "rps_doc_curly_bracket": shares(found[marks.CURLY], chars),
            "rps_doc_lorem_ipsum": shares(_loremed(words), word_chars + np.maximum(words.counts - 1, 0)),
            "rps_doc_stop_word_fraction": pa.array(stops, mask=stop.which < 0),
            "rps_doc_frac_all_caps_words": shares(found[marks.CAPITAL], tokens),
            "rps_doc_frac_no_alph_words": shares(tokens - found[marks.LETTERED], tokens),
            "rps_doc_frac_unique_words": shares(words.counts - again, words.counts),
            "rps_doc_unigram_entropy": surprise.astype(np.float32),
            "rps_doc_mean_word_length": shares(word_chars, words.counts),
            "rps_doc_num_sentences": found[marks.SENTENCES],
            "rps_doc_symbol_to_word_ratio": shares(symbols, tokens),
            "rps_doc_word_count": words.counts,
            **{f"rps_doc_frac_chars_top_{n}gram": shares(tops[k], word_chars) for k, n in enumerate(TOP_SIZES)},
            **{
                f"rps_doc_frac_chars_dupe_{n}grams": shares(runs.covered[k], word_chars)
                for k, n in enumerate(COVER_SIZES)
            },
            "rps_lines_javascript_counts": totals(words.first, words.hash == np.uint64(word_hash("javascript"))),
            "rps_lines_numerical_chars_fraction": shares(found[marks.DECIMALS], word_chars),
            **_lines(batch.once(find_lines, LineRule.NEWLINE), words.counts, chars, found[marks.UPPERS]),
        }
        return {name: pa.array(values) for name, values in columns.items()}


def _symbols(text: TextBuffers, spaced: Words) -> np.ndarray:
    """Hash signs and ellipses of each text: int64[n]."""
    out = np.zeros((2, len(text)), np.int64)
    count_marks(text.data, text.offsets, spaced.first, spaced.start, spaced.size_bytes, spaced.kinds, out)
    return out.sum(axis=0)


def _loremed(words: Words) -> np.ndarray:
    """How often "ipsum" stands behind "lorem" in each text: int64[n]."""
    found = np.zeros(len(words.hash), np.bool_)
    found[1:] = (words.hash[1:] == np.uint64(word_hash("ipsum"))) & (words.hash[:-1] == np.uint64(word_hash("lorem")))
    starts = words.first[:-1]
    found[starts[starts < len(found)]] = False  # the word before belongs to another text
    return totals(words.first, found)


def _lines(lines: Lines, words: np.ndarray, chars: np.ndarray, uppers: np.ndarray) -> dict[str, np.ndarray]:
    """What is counted by lines: those of split("\\n"), without an empty one behind the last break."""
    some = lines.counts > 0
    empty_last = np.zeros(len(some), np.int64)
    empty_last[some] = lines.size_bytes[lines.first[1:][some] - 1] == 0
    count = lines.counts - empty_last
    ended = np.isin(lines.tail, [ord(c) for c in TERMINAL])
    return {
        "rps_doc_frac_lines_end_with_ellipsis": shares(totals(lines.first, lines.trails), count),
        "rps_lines_ending_with_terminal_punctution_mark": shares(totals(lines.first, ended), count),
        "rps_lines_num_words": shares(words, count),
        "rps_lines_start_with_bulletpoint": shares(totals(lines.first, headed_by(lines, BULLETS)), count),
        "rps_lines_uppercase_letter_fraction": shares(uppers, chars - np.maximum(lines.counts - 1, 0)),
    }
