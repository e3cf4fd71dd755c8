"""Perplexity of a document under an n-gram language model of the user's.

Source:   Wenzek et al. 2019 (CCNet), arXiv:1911.00359, section 3.2: 10 to the power of minus the mean log probability
          of the tokens of all lines, each with its end; models by KenLM (Heafield 2011), read by its Python module.
Deviates: a blank document has none (null); lines are those of line feeds.
"""

import functools
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.extras import library
from corpusmill.operators.text.language_model_text import characters, plain

Split = Literal["whitespace", "characters"]
Prepare = Literal["nothing", "ccnet"]


@dataclass(frozen=True, kw_only=True)
class Perplexity(Signal):
    """Adds `column`: the perplexity, float32, above 1, lower where the text is more like what the model was trained on.

    Needs the extra: `pip install corpusmill[kenlm]`. model: an ARPA file or a binary of KenLM. split: what the tokens
    of the model are: runs without white space, or characters (Chinese). pieces: a SentencePiece model that cuts the
    lines instead, as CCNet's models need. prepare: `ccnet` writes the text as its models were trained: lower case, no
    accents, digits as 0; the document itself stays. language_column and language: only such documents are measured,
    others are null. `signals.buckets` of it makes CCNet's head, middle and tail.
    """

    model: Resource
    pieces: Resource | None = None
    split: Split = "whitespace"
    prepare: Prepare = "nothing"
    language: str | None = None
    language_column: str = "language"
    column: str = "perplexity"

    adds: ClassVar[Columns] = {"perplexity": pa.float32()}

    def __post_init__(self) -> None:
        if self.split not in get_args(Split) or self.prepare not in get_args(Prepare):
            raise ValueError(f"split is one of {get_args(Split)} and prepare of {get_args(Prepare)}")
        if not self.column:
            raise ValueError("column must be the name of a new column, got ''")

    def columns_read(self) -> Columns:
        return {**self.reads, **({self.language_column: pa.string()} if self.language is not None else {})}

    def columns_added(self) -> Columns:
        return {self.column: pa.float32()}

    def check_files(self) -> None:
        _model(self.model.read())
        if self.pieces is not None:
            _cutter(self.pieces.read())

    def measure(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        if self.language is not None:
            mine = pc.fill_null(pc.equal(batch.column(self.language_column), self.language), False)
            texts = pc.if_else(mine, texts, pa.scalar(None, TEXT))
        if self.prepare == "ccnet":
            texts = plain(texts)
        if self.split == "characters":
            texts = characters(texts)
        model = _model(self.model.read())
        cut = None if self.pieces is None else _cutter(self.pieces.read())
        found = np.array([perplexity(model, text, cut) for text in texts.to_pylist()], np.float32)
        return {self.column: pa.array(found, pa.float32(), mask=np.isnan(found))}


def perplexity(model: Any, text: str | None, cut: Callable[[str], str] | None = None) -> float:
    """The perplexity of one text; not a number where it is blank."""
    total, tokens = 0.0, 0
    for line in (text or "").split("\n"):
        written = line.strip() if cut is None else cut(line.strip())
        if written:
            total += model.score(written)
            tokens += len(written.split()) + 1  # and the end of the line
    return 10 ** (-total / tokens) if tokens else float("nan")


@functools.lru_cache(maxsize=4)
def _model(content: bytes) -> Any:
    """A model of KenLM from the bytes of its file; ValueError for other bytes and where the module is missing."""
    kenlm = library("kenlm", name="kenlm", extra="kenlm")
    place = os.memfd_create(f"kenlm-{hashlib.sha256(content).hexdigest()[:8]}")
    try:
        with open(place, "wb", closefd=False) as file:
            file.write(content)
        return kenlm.Model(f"/proc/self/fd/{place}")
    except OSError as e:
        raise ValueError(f"KenLM cannot read the model: {e}") from e
    finally:
        os.close(place)


@functools.lru_cache(maxsize=4)
def _cutter(content: bytes) -> Callable[[str], str]:
    """Cuts a line into pieces with a space between them, by a SentencePiece model."""
    processor = library("sentencepiece", name="sentencepiece", extra="kenlm").SentencePieceProcessor(
        model_proto=content
    )
    return lambda line: " ".join(processor.encode(line, out_type=str))
