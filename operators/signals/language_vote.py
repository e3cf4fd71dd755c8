"""Says which language most opinions agree on: of models, of what the records declare, of the script.

Source: none; agreement of several identifiers keeps noise out of small languages, as Caswell et al. 2020,
        arXiv:2010.14571, and Kreutzer et al. 2022, arXiv:2103.12028, found in audits of crawled corpora.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.fineweb2.settings import shipped_labels
from corpusmill.operators.text.language_codes import NO_LANGUAGE, codes_of
from corpusmill.operators.text.language_scores import least_score


@dataclass(frozen=True, kw_only=True)
class LanguageVote(Signal):
    """Adds `voted_language` (`swh_Latn`), `language_votes` (opinions that agree with it) and `language_opinions` (all
    that have one), by these rules:

    1. An opinion is the label in one of the columns `opinions`, named in order of trust, as ISO 639-3 with the script
       of the text: `sw`, `swa` and `swh_Latn` are one language (text.language_codes).
    2. It abstains where it is null, no language (`und`, `zxx`: GlotLID's labels of text that is none), or scored below
       the least score of its language (`scored`: opinions that have a column `<name>_score`; by lid.176's measured
       scores, 0.65 for the others' labels).
    3. It abstains where its language is never written in the script of the text, by the settings of FineWeb2.
    4. Most voices win; of equals the opinion named first.

    Without an opinion `voted_language` is null. `column` renames it.
    """

    opinions: tuple[str, ...] = ("language", "declared_language")
    scored: tuple[str, ...] = ("language",)
    column: str = "voted_language"

    version: ClassVar[int] = 2
    adds: ClassVar[Columns] = {
        "voted_language": pa.string(),
        "language_votes": pa.int8(),
        "language_opinions": pa.int8(),
    }

    def __post_init__(self) -> None:
        if not self.opinions or isinstance(self.opinions, str) or len({*self.opinions}) < len(self.opinions):
            raise ValueError(f"opinions must be different columns, e.g. [language, glotlid], got {self.opinions!r}")
        if isinstance(self.scored, str) or not {*self.scored} <= {*self.opinions}:
            raise ValueError(f"scored must be some of opinions {list(self.opinions)}, got {self.scored!r}")
        if not self.column:
            raise ValueError("column must be the name of a new column, got ''")

    def columns_read(self) -> Columns:
        scores = {f"{name}_score": pa.float32() for name in self.scored}
        return {"script": pa.string(), **dict.fromkeys(self.opinions, pa.string()), **scores}

    def columns_added(self) -> Columns:
        return {self.column: pa.string(), **{n: t for n, t in self.adds.items() if n != "voted_language"}}

    def measure(self, batch: Batch) -> Arrays:
        places: dict[str, int] = {}
        voices = np.stack([self._voices(batch, name, places) for name in self.opinions])
        agree = np.stack([(voices == voice).sum(axis=0) * (voice >= 0) for voice in voices])
        winner = agree.argmax(axis=0)  # of equals the first
        rows = np.arange(batch.num_rows)
        best = voices[winner, rows]
        return {
            self.column: pa.array([*places, None], pa.string()).take(pa.array(np.where(best < 0, len(places), best))),
            "language_votes": pa.array(agree[winner, rows].astype(np.int8)),
            "language_opinions": pa.array((voices >= 0).sum(axis=0).astype(np.int8)),
        }

    def _voices(self, batch: Batch, name: str, places: dict[str, int]) -> np.ndarray:
        """int64[n]: the place of each document's language among `places`, which grow; -1 where the opinion abstains."""
        labels = batch.column(name)
        coded = codes_of(labels, batch.column("script")).dictionary_encode()
        codes = coded.dictionary.to_pylist()
        numbers = [places.setdefault(code, len(places)) if is_written_so(code) else -1 for code in codes]
        voices = np.array([*numbers, -1])[coded.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)]
        if name in self.scored:
            named = labels.dictionary_encode()
            least = np.array([*map(least_score, named.dictionary.to_pylist()), np.inf], np.float32)
            needed = least[named.indices.fill_null(len(least) - 1).to_numpy(zero_copy_only=False)]
            scores = batch.column(f"{name}_score").fill_null(-1).to_numpy(zero_copy_only=False)
            voices = np.where(scores >= needed, voices, -1)
        return voices


def is_written_so(code: str) -> bool:
    """Whether a language is written in a script, as far as the settings of FineWeb2 know the language.

    >>> is_written_so("jpn_Latn"), is_written_so("jpn_Jpan"), is_written_so("xxx_Latn"), is_written_so("zxx_Latn")
    (False, True, True, False)
    """
    language, _, script = code.partition("_")
    if not language or language in NO_LANGUAGE:
        return False
    scripts = shipped_labels().get(language)
    return not script or scripts is None or script in scripts
