"""Gives each document a stratum, by which samples are drawn: its language, or the reason for which it was dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.pipeline.steps.chain import reason_word


@dataclass(frozen=True)
class Strata:
    """The stratum of each row, int[n], as a place in `names`."""

    codes: np.ndarray
    names: Sequence[str]


def strata(words: pa.Array | pa.ChunkedArray) -> Strata:
    """Each value as a stratum."""
    whole = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    coded = whole.dictionary_encode()
    return Strata(coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), coded.dictionary.to_pylist())


def language_strata(table: pa.Table) -> Strata:
    """The language of each document as a stratum, "" where there is none."""
    return strata(pc.fill_null(table["language"], ""))


def in_words(reasons: Strata) -> Strata:
    """The countable part of each reason as a stratum."""
    words = strata(reason_word(pa.array(reasons.names, pa.string())))
    return Strata(words.codes[reasons.codes], words.names)
