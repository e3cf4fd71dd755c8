"""Trains an n-gram language model on the texts of a JSONL file, for `signals.perplexity`."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.json

from corpusmill.errors import InputError
from corpusmill.operators.batch import TEXT
from corpusmill.operators.signals.perplexity import Prepare, Split
from corpusmill.operators.text.language_model_text import characters, plain
from corpusmill.operators.text.ngram_model import train_ngrams


@dataclass(frozen=True, kw_only=True)
class Settings:
    """order: words in the longest n-gram. split, prepare: as in signals.perplexity, which must have the same."""

    order: int = 3
    split: Split = "whitespace"
    prepare: Prepare = "nothing"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """An ARPA file, and how many documents and n-grams of each length it comes from."""

    arpa: bytes
    documents: int
    ngrams: tuple[int, ...]


def train(lines: bytes, *, text_field: str, settings: Settings) -> Trained:
    """Train on the field `text_field` of each line. InputError for a file without it, and for one without a word."""
    try:
        table = pa.json.read_json(pa.BufferReader(lines))
        texts = table[text_field].combine_chunks().cast(TEXT)
    except KeyError as e:
        raise InputError([f"no record has a field {text_field!r}; name it with --text-field"]) from e
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise InputError([f"the texts cannot be read as JSON lines with a text in {text_field!r}: {e}"]) from e
    documents = len(texts) - texts.null_count
    texts = plain(texts) if settings.prepare == "ccnet" else texts
    texts = characters(texts) if settings.split == "characters" else texts
    try:
        model = train_ngrams(texts, settings.order)
    except ValueError as e:
        raise InputError([f"a language model cannot be trained: {e}"]) from e
    return Trained(arpa=model.arpa(), documents=documents, ngrams=tuple(len(order.word) for order in model.orders))
