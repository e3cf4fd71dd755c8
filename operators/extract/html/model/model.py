"""What was learned: weights of class words and of text words, and three forests; read from the bytes of one file."""

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import numpy as np

from corpusmill.errors import InvalidModel
from corpusmill.operators.extract.html.base.columns import FIRST_STAGE, OF_PAGE, SECOND_STAGE
from corpusmill.operators.extract.html.base.lookup import taken
from corpusmill.operators.extract.html.model.forest import STORED, Forest, forest, joint_cuts, on_cuts
from corpusmill.operators.text.by_reference import ByReference

STAGES = ("first", "second", "page")
TABLES = ("name_keys", "name_weights", "word_keys", "word_weights")
_DTYPES = dict(zip(TABLES, (np.dtype(np.uint32), np.dtype(np.float32)) * 2, strict=True))
_DTYPES |= {
    f"{stage}_{name}": np.dtype(kind)
    for stage in STAGES
    for name, kind in zip(STORED, (np.uint32, np.int32, np.uint32, np.float32, np.float32), strict=True)
}
_NO_MODEL = "not a model of extract.main_text, as `python -m training.extract` writes it"


@dataclass(frozen=True, eq=False)
class Model(ByReference):
    """Everything the kernels ask."""

    name_keys: np.ndarray  # uint32, open addressing on hashes of class, id and role words
    name_weights: np.ndarray  # float32 log-odds that what carries the word is main text
    word_keys: np.ndarray  # uint32, the same for words of short blocks
    word_weights: np.ndarray
    first: Forest
    second: Forest
    page: Forest  # over what the first found on the whole page: is it all boilerplate?
    # uint64, made here: which slots of name_keys and of word_keys are not free, as bits
    name_taken: np.ndarray = field(default_factory=partial(np.zeros, 0, np.uint64))
    word_taken: np.ndarray = field(default_factory=partial(np.zeros, 0, np.uint64))

    def __post_init__(self) -> None:
        made: dict[str, Any] = {"name_taken": taken(self.name_keys), "word_taken": taken(self.word_keys)}
        if self.first.cuts is not self.second.cuts:
            cuts = joint_cuts(self.first, self.second)
            made |= {"first": on_cuts(self.first, cuts), "second": on_cuts(self.second, cuts)}
        for name, value in made.items():
            object.__setattr__(self, name, value)
        super().__post_init__()


def dump(model: Model) -> bytes:
    """The model as an .npz file; equal models give equal bytes."""
    buffer = io.BytesIO()
    arrays = {name: getattr(model, name) for name in TABLES}
    for stage in STAGES:
        arrays |= {f"{stage}_{name}": getattr(getattr(model, stage), name) for name in STORED}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@lru_cache(maxsize=4)
def load(content: bytes) -> Model:
    """The model in the bytes of a file that `dump` wrote. InvalidModel: they are something else."""
    arrays = _arrays(content)
    name_keys, name_weights, word_keys, word_weights = (arrays[name] for name in TABLES)
    keys = [len(arrays[name]) for name in TABLES]
    if keys[0] != keys[1] or keys[2] != keys[3] or any(size == 0 or size & (size - 1) for size in keys):
        raise InvalidModel(f"{_NO_MODEL}: its word tables have {keys} rows, expected two equal pairs of powers of two")
    forests = []
    for stage, columns in zip(STAGES, (FIRST_STAGE, SECOND_STAGE, OF_PAGE), strict=True):
        try:
            root, depth, link, threshold, value = (arrays[f"{stage}_{name}"] for name in STORED)
            found = forest(root, depth, link, threshold, value)
        except (ValueError, IndexError) as e:
            raise InvalidModel(f"{_NO_MODEL}: its trees {stage!r} do not hang together: {e}") from e
        used = found.cuts.column.max(initial=0)
        if used >= columns:
            raise InvalidModel(f"{_NO_MODEL}: its trees {stage!r} use column {used} of {columns}")
        forests.append(found)
    first, second, page = forests
    try:
        return Model(name_keys, name_weights, word_keys, word_weights, first, second, page)
    except ValueError as e:
        raise InvalidModel(f"{_NO_MODEL}: its two forests of blocks do not go together: {e}") from e


def _arrays(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of the file, all that there should be and each of its type."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as e:
        raise InvalidModel(f"{_NO_MODEL}: {len(content)} bytes that are no .npz file of arrays") from e
    for name, dtype in _DTYPES.items():
        if name not in arrays:
            raise InvalidModel(f"{_NO_MODEL}: it has no array {name!r}, but {sorted(arrays)}")
        if arrays[name].dtype != dtype or arrays[name].ndim != 1:
            raise InvalidModel(
                f"{_NO_MODEL}: {name!r} is {arrays[name].dtype}{list(arrays[name].shape)}, not {dtype}[n]"
            )
    return arrays


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
