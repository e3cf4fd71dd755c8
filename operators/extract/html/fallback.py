"""Pages whose text is drawn by scripts: where hardly any was found, the page's own data is read instead."""

import numpy as np
import pyarrow as pa

from operators.batch import TEXT
from operators.extract.html.batch import Texts
from operators.extract.html.decoding import Decoded
from operators.extract.html.jsonld import described

FEW_WORDS = 20  # kept words below which a page's JSON-LD is looked at; a guess
LEAST_WORDS = 20  # of a description that may stand for the text


def from_structured_data(text: pa.Array, out: Texts, pages: Decoded) -> tuple[pa.Array, np.ndarray]:
    """`text` with the few rows replaced that are better told by JSON-LD, and a mask of them."""
    replaced = np.zeros(len(text), np.bool_)
    better = []
    for row in np.flatnonzero((out.scripts > 0) & (out.words < FEW_WORDS)).tolist():
        found = described(pages.data[pages.start[row] : pages.end[row]].tobytes())
        words = len(found.split())
        if words >= LEAST_WORDS and words > 2 * out.words[row]:
            replaced[row] = True
            better.append(found)
    if better:
        taken = np.where(replaced, len(text) + np.cumsum(replaced) - 1, np.arange(len(text)))
        text = pa.concat_arrays([text, pa.array(better, TEXT)]).take(pa.array(taken, pa.int64()))
    return text, replaced
