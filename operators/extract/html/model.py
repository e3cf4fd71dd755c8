"""What was learned: weights of class words and of text words, and three forests; read from the bytes of one file."""

import io
import zipfile
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from operators.extract.html.forest import STORED, Forest, forest

STAGES = ("first", "second", "page")


class NotAModel(ValueError):
    """Bytes that are no model of main text."""


class Model(NamedTuple):
    """Everything the kernels ask."""

    name_keys: np.ndarray  # uint32, open addressing on hashes of class, id and role words
    name_weights: np.ndarray  # float32 log-odds that what carries the word is main text
    word_keys: np.ndarray  # uint32, the same for words of short blocks
    word_weights: np.ndarray
    first: Forest
    second: Forest
    page: Forest  # over what the first found on the whole page: is it all boilerplate?


def dump(model: Model) -> bytes:
    """The model as an .npz file; equal models give equal bytes."""
    buffer = io.BytesIO()
    arrays = {name: getattr(model, name) for name in ("name_keys", "name_weights", "word_keys", "word_weights")}
    for stage in STAGES:
        arrays |= {f"{stage}_{name}": getattr(getattr(model, stage), name) for name in STORED}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@lru_cache(maxsize=4)
def load(content: bytes) -> Model:
    """The model in the bytes of a file that `dump` wrote; NotAModel when they are something else."""
    try:
        arrays = np.load(io.BytesIO(content), allow_pickle=False)
        forests = [forest(*(arrays[f"{stage}_{name}"] for name in STORED)) for stage in STAGES]
        return Model(*(arrays[name] for name in Model._fields[:4]), *forests)
    except (ValueError, KeyError, IndexError, TypeError, OSError, EOFError, zipfile.BadZipFile) as e:
        raise NotAModel(f"not a model of extract.main_text, as training writes it: it begins {content[:8]!r}") from e


def blank() -> Model:
    """A model that knows nothing: every block scores one half."""
    keys, weights = np.zeros(64, np.uint32), np.zeros(64, np.float32)
    nothing = forest(
        np.zeros(0, np.uint32),
        np.zeros(0, np.int32),
        np.zeros(1, np.uint32),
        np.full(1, np.inf, np.float32),
        np.zeros(1, np.float32),
    )
    return Model(keys, weights, keys, weights, nothing, nothing, nothing)
