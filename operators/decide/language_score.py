"""Drops documents whose language was found with too little certainty for that language.

Source: thresholds of each language and script: Penedo et al. 2025 (FineWeb2), arXiv:2506.20920, made for the scores of
        GlotLID; for the model that ships, text.language_scores (measured), and where nothing was measured 0.65.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text.fineweb2.settings import SETTINGS, read_settings
from corpusmill.operators.text.language_codes import NO_LANGUAGE
from corpusmill.operators.text.language_scores import least_score
from corpusmill.operators.text.reasons import below, first_reason

LID_176, PUBLISHED = "lid.176", "settings"


@dataclass(frozen=True, kw_only=True)
class LanguageScore(Decision):
    """Reasons "language" (none found, or a label that is none, such as `zxx`) and "language_score" (below its least).

    scores: which scores `language_score` holds: those of `lid.176`, the model that ships, or `settings`: of GlotLID, to
    which the thresholds in `settings` belong. Other than decide.language this keeps every language.
    """

    scores: str = LID_176
    settings: Resource = SETTINGS

    version: ClassVar[int] = 2
    reads: ClassVar[Columns] = {"language": pa.string(), "script": pa.string(), "language_score": pa.float32()}

    def __post_init__(self) -> None:
        if self.scores not in (LID_176, PUBLISHED):
            raise ValueError(f"scores must be {LID_176!r} or {PUBLISHED!r}, got {self.scores!r}")

    def check_files(self) -> None:
        read_settings(self.settings.read())

    def reasons(self, batch: Batch) -> pa.Array:
        languages = batch.column("language")
        if self.scores == PUBLISHED:
            found = read_settings(self.settings.read())
            least = np.append(found.bounds["min_language_score"], np.nan)[found.rows_of(batch)]
        else:
            names = languages.dictionary_encode()
            by_name = np.array([*map(least_score, names.dictionary.to_pylist()), np.nan])
            least = by_name[names.indices.fill_null(len(names.dictionary)).to_numpy(zero_copy_only=False)]
        unnamed = pc.is_in(languages, value_set=pa.array(NO_LANGUAGE))
        none = pc.or_(unnamed, languages.is_null()).to_numpy(zero_copy_only=False)
        return first_reason([("language", none), ("language_score", below(batch, "language_score", least))], len(none))
