"""Pages whose text is drawn by scripts: where hardly any was found, the page's own data is read instead."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.extract.html.batch import Texts
from corpusmill.operators.extract.html.decode.decoding import Decoded
from corpusmill.operators.extract.html.result.jsonld import Described, described
from corpusmill.operators.text.words import WordRule, find_words

FEW_WORDS = 20  # kept words below which a page's JSON-LD is looked at; a guess
LEAST_WORDS = 20  # of a description that may stand for the text


class Replaced(NamedTuple):
    """The text column, and which of its rows are JSON-LD."""

    text: pa.Array
    any: np.ndarray  # bool by row
    by_body: np.ndarray  # bool by row: by an articleBody


def from_structured_data(text: pa.Array, out: Texts, pages: Decoded, titles: pa.Array | None) -> Replaced:
    """`text` with the few rows replaced that are better told by JSON-LD: an articleBody before anything else.

    Words are counted by the rule `unicode`, since Japanese or Thai has no spaces to count by.
    titles: what is put before each text that has no such line; null where nothing.
    """
    any_of, by_body = np.zeros(len(text), np.bool_), np.zeros(len(text), np.bool_)
    rows = np.flatnonzero((out.scripts > 0) & (out.words < FEW_WORDS)).tolist()
    told = [_described(pages, out, row) for row in rows]
    texts = [text for found in told for text in (found.body, found.other)]
    counts = _word_counts(texts).reshape(-1, 2) if any(texts) else np.zeros((len(rows), 2), np.int64)
    better = []
    for row, found, (of_body, of_other) in zip(rows, told, counts.tolist(), strict=True):
        enough = max(LEAST_WORDS, 2 * out.words[row] + 1)
        if of_body < enough and of_other < enough:
            continue
        any_of[row], by_body[row] = True, of_body >= enough
        better.append(
            _titled(found.body if by_body[row] else found.other, titles[row].as_py() if titles is not None else None)
        )
    if better:
        taken = np.where(any_of, len(text) + np.cumsum(any_of) - 1, np.arange(len(text)))
        text = pa.concat_arrays([text, pa.array(better, TEXT)]).take(pa.array(taken, pa.int64()))
    return Replaced(text, any_of, by_body)


def _described(pages: Decoded, out: Texts, row: int) -> Described:
    spots = out.script_at[row, : out.scripts[row]].tolist()
    return described(pages.between(start, end) for start, end in spots)


def _word_counts(texts: list[str]) -> np.ndarray:
    return find_words(Batch(pa.table({"text": pa.array(texts, TEXT)})), WordRule.UNICODE).counts


def _titled(text: str, title: str | None) -> str:
    return text if not title or title in text.split("\n") else f"{title}\n\n{text}"
