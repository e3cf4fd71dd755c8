"""Finds for each document the bounds and stop words of its language and script.

The table has a row a language, `swh_Latn`. A language that has none gets a row of its script: of the languages written
in it the widest bounds of word length, the median of the others, and no stop words. A script that no language of the
table has gets the same of all languages.
"""

import functools
import importlib.resources
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill import operators
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.text.language_codes import codes_of
from corpusmill.operators.text.membership import WordSets, word_sets

SETTINGS = Resource("shipped:text/fineweb2/settings.parquet")
TOP_SIZES, DUP_SIZES = (2, 3, 4), (5, 6, 7, 8, 9, 10)
BOUNDS = (
    "min_language_score",
    "max_dup_line_ratio",
    "min_ended_line_ratio",
    "max_newline_ratio",
    "min_mean_word_chars",
    "max_mean_word_chars",
    "min_alpha_ratio",
    *(f"max_top_{n}gram_ratio" for n in TOP_SIZES),
    *(f"max_dup_{n}gram_ratio" for n in DUP_SIZES),
)
SCHEMA = pa.schema(
    [
        ("language", pa.string()),
        ("origin", pa.string()),
        *((name, pa.float64()) for name in BOUNDS),
        ("stop_words", pa.list_(pa.string())),
    ]
)
ANY_SCRIPT = "any"
_WIDEST = {"min_mean_word_chars": np.min, "max_mean_word_chars": np.max}


@dataclass(frozen=True, kw_only=True, eq=False)
class Settings:
    """labels: `swh_Latn` of each row, behind them `_Latn` of each script and `any`. bounds: name -> float64 by row.

    own: how many rows are of a language. stop_words: of each row, none of a script's.
    """

    labels: tuple[str, ...]
    bounds: dict[str, np.ndarray]
    own: int
    stop_words: WordSets

    def rows_of(self, batch: Batch) -> np.ndarray:
        """int64[n], the row of each document by its columns `language` and `script`, -1 where the language is null."""
        codes = codes_of(batch.column("language"), batch.column("script")).dictionary_encode()
        places = {label: row for row, label in enumerate(self.labels)}
        rows = [self._row(code, places) for code in codes.dictionary.to_pylist()]
        indices = codes.indices.fill_null(len(rows)).to_numpy(zero_copy_only=False).astype(np.int64)
        return np.array([*rows, -1], np.int64)[indices]

    def _row(self, code: str, places: dict[str, int]) -> int:
        if code in places:
            return places[code]
        language, _, script = code.partition("_")
        if not script:  # of a language that has one script only
            found = [label for label in self.labels[: self.own] if label.partition("_")[0] == language]
            if len(found) == 1:
                return places[found[0]]
        return places.get(f"_{script}", places[ANY_SCRIPT])


@functools.lru_cache(maxsize=4)
def read_settings(content: bytes) -> Settings:
    """The settings in a Parquet file such as text/fineweb2/settings.parquet. ValueError for anything else."""
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)
        columns = {name: table.column(name).cast(SCHEMA.field(name).type) for name in SCHEMA.names}
    except (pa.ArrowException, KeyError) as e:
        raise ValueError(
            f"no settings by language ({e}); make them with python -m training.languages.fineweb2 corpus"
        ) from e
    labels = columns["language"].to_pylist()
    bounds = {name: columns[name].to_numpy() for name in BOUNDS}
    scripts = np.array([label.partition("_")[2] for label in labels])
    groups = [scripts == script for script in np.unique(scripts)] + [np.ones(len(scripts), np.bool_)]
    full = {
        name: np.concatenate([values, [float(_WIDEST.get(name, np.median)(values[group])) for group in groups]])
        for name, values in bounds.items()
    }
    stop = [*columns["stop_words"].to_pylist(), *([] for _ in groups)]
    names = (*labels, *(f"_{script}" for script in np.unique(scripts)), ANY_SCRIPT)
    return Settings(labels=names, bounds=full, own=len(labels), stop_words=word_sets(stop))


@functools.cache
def shipped_labels() -> dict[str, frozenset[str]]:
    """The scripts of each language (ISO 639-3) in the settings that ship.

    >>> sorted(shipped_labels()["srp"])
    ['Cyrl', 'Latn']
    """
    path = importlib.resources.files(operators).joinpath(SETTINGS.address.removeprefix("shipped:"))
    content = path.read_bytes()
    found: dict[str, set[str]] = {}
    for label in read_settings(content).labels:
        language, _, script = label.partition("_")
        found.setdefault(language, set()).add(script)
    return {language: frozenset(scripts) for language, scripts in found.items()}
