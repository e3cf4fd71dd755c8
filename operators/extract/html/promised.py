"""What the server's declared types promise of the pages of a batch, and the pages that are plain text by them."""

import codecs
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.extract.html.batch import NO_CONTENT
from corpusmill.operators.extract.html.decode.decoding import Decoded
from corpusmill.operators.extract.html.decode.sniff import HTML, KINDS, PLAIN_TEXT, UNKNOWN, kind_of_mime
from corpusmill.operators.extract.pages.route import media_type

# By the number of a kind: why a page that is of it fails, None where it does not.
FAILURES = np.full(NO_CONTENT + 1, None, object)
FAILURES[: len(KINDS)] = [None if kind == HTML else f"not_html: {name}" for kind, name in enumerate(KINDS)]
FAILURES[NO_CONTENT] = "no_content"


class Promised(NamedTuple):
    """By row: the kind that the declared type promises, UNKNOWN where none; whether it is one of plain text."""

    kind: np.ndarray  # int64
    is_text: np.ndarray  # bool


def promises(batch: Batch, text_types: Collection[str]) -> Promised:
    """What the `mime` of each row promises. text_types: the types of plain text."""
    rows = batch.num_rows
    if "mime" not in batch.table.column_names:
        return Promised(np.full(rows, UNKNOWN, np.int64), np.zeros(rows, np.bool_))
    coded = batch.column("mime").dictionary_encode()
    types = coded.dictionary.to_pylist()
    is_text = np.array([*(media_type(m) in text_types for m in types), False])
    kinds = np.array([*(kind_of_mime(m) for m in types), UNKNOWN], np.int64)
    row_types = coded.indices.fill_null(len(types)).to_numpy(zero_copy_only=False)
    return Promised(np.where(is_text, PLAIN_TEXT, kinds)[row_types], is_text[row_types])


def with_plain(text: pa.Array, pages: Decoded, is_text: np.ndarray) -> pa.Array:
    """`text` with the pages that are plain text, each as it stands, without a byte order mark."""
    rows = np.flatnonzero(is_text)
    if not len(rows):
        return text
    places = zip(pages.start[rows].tolist(), pages.end[rows].tolist(), strict=True)
    found = [pages.between(begin, end).removeprefix(codecs.BOM_UTF8) for begin, end in places]
    taken = np.where(is_text, len(text) + np.cumsum(is_text) - 1, np.arange(len(text)))
    plain = pa.array(found, pa.large_binary()).cast(TEXT)
    return pa.concat_arrays([text, plain]).take(pa.array(taken, pa.int64()))
