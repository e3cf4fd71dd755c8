"""Settings per language: stop words and bounds that the published rules state for English alone.

A file is text/languages.json (label -> {"stop_words": [...], ...}; `sources` inside it says where each came from), or a
table by language and script such as text/fineweb2/settings.parquet.
"""

import functools
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.text.fineweb2.settings import read_settings
from corpusmill.operators.text.membership import WordSets, word_sets

SETTINGS = Resource("shipped:text/languages.json")


class StopWords(Enum):
    """Names that are no language label."""

    BY_LANGUAGE = "by_language"


@dataclass(frozen=True, kw_only=True, eq=False)
class StopSets:
    """`sets`: one set a language; `which`: int64[n], the set of each document, -1 for none."""

    sets: WordSets
    which: np.ndarray


def stop_words_of(chosen: str | tuple[str, ...], settings: Resource, batch: Batch) -> StopSets:
    """The stop words that hold for each document of a batch. Unknown labels are a ValueError naming the known ones."""
    if not isinstance(chosen, str):
        return StopSets(sets=word_sets([chosen]), which=np.zeros(batch.num_rows, np.int64))
    if is_table(settings):
        found = read_settings(settings.read())
        rows = found.rows_of(batch) if chosen == StopWords.BY_LANGUAGE.value else np.full(batch.num_rows, -1)
        if chosen in found.labels[: found.own]:
            rows[:] = found.labels.index(chosen)
        return StopSets(sets=found.stop_words, which=np.where(rows < found.own, rows, -1))
    known = language_settings(settings.read())
    if chosen == StopWords.BY_LANGUAGE.value:
        labels = tuple(known)
        places = pc.index_in(batch.column("language"), pa.array(labels, pa.string()))
        which = places.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return StopSets(sets=word_sets([known[label]["stop_words"] for label in labels]), which=which)
    if chosen not in known:
        raise ValueError(f"no stop words for language {chosen!r}; there are {', '.join(sorted(known))}")
    return StopSets(sets=word_sets([known[chosen]["stop_words"]]), which=np.zeros(batch.num_rows, np.int64))


def check_stop_words(chosen: str | tuple[str, ...], settings: Resource) -> None:
    """Raise ValueError where `stop_words_of` would, and for settings that are none."""
    if is_table(settings):
        known: Collection[str] = read_settings(settings.read()).labels
    else:
        check_settings(settings, ("stop_words",))
        known = language_settings(settings.read())
    if isinstance(chosen, str) and chosen != StopWords.BY_LANGUAGE.value and chosen not in known:
        raise ValueError(f"no stop words for language {chosen!r}; there are {', '.join(sorted(known))}")


def is_table(settings: Resource) -> bool:
    """Whether the settings are a table by language and script, such as text/fineweb2/settings.parquet."""
    return settings.address.endswith(".parquet")


def check_settings(settings: Resource, needed: tuple[str, ...]) -> None:
    """Raise ValueError for settings that are not like text/languages.json, or lack what is needed of each language."""
    try:
        known = language_settings(settings.read())
        lacking = [(label, name) for label, each in known.items() for name in needed if name not in each]
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise ValueError(f"no settings of languages ({e!r}); operators/text/languages.json shows their form") from e
    if lacking:
        label, name = lacking[0]
        raise ValueError(f"the settings of {label!r} have no {name!r}")


@functools.lru_cache(maxsize=4)
def language_settings(content: bytes) -> dict[str, dict[str, Any]]:
    """The settings of each language in a file such as text/languages.json."""
    return json.loads(content)["languages"]


def setting_of(name: str, settings: Resource, batch: Batch, otherwise: float | None) -> np.ndarray:
    """A number of the settings for the `language` of each document: float64[n], NaN where the settings say null.

    `otherwise` holds for languages that the settings do not know, and for a null.
    """
    known = language_settings(settings.read())
    numbers = [*(known[label][name] for label in known), otherwise]
    values = np.array([np.nan if number is None else number for number in numbers], np.float64)
    places = pc.index_in(batch.column("language"), pa.array(list(known), pa.string())).fill_null(len(known))
    return values[places.to_numpy(zero_copy_only=False)]
