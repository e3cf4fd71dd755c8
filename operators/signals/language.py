"""Measures the language of each document, how sure that is, and the script it is written in.

Source:   Joulin et al. 2016, arXiv:1607.01759 and 1612.03651; lid.176.ftz of fasttext.cc (176 languages, ships here).
          One kilobyte only, in three windows (text.sample_windows has the rules): accuracy on 1 kB, 2 kB and whole
          documents was 0.895, 0.896 and 0.892 (measured on prefixes).
Deviates: from the fastText module's label in two things: text mostly in capitals is lower-cased first, and Alemannic,
          which lid.176 calls `als`, is `gsw`. A document without a letter is `und` with score 0 (the module guesses one
          from the end of the line alone), line feeds count as spaces, a probability is at most 1 (the module: 1.00001).
"""

import functools
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.composed import composed
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.lines import LineRule, find_lines
from corpusmill.operators.text.sample_windows import sampled_spans
from corpusmill.operators.text.scripts import SCRIPTS, scripts_of
from corpusmill.operators.text.spans import Spans, spans_of

UNDETERMINED = "und"  # ISO 639-3
RENAMED = {"als": "gsw"}  # Wikipedia's code for Alemannic, which elsewhere is Albanian; only labels without a script


@dataclass(frozen=True, kw_only=True)
class Name:
    """What a model's label says. script: ISO 15924, or None where the label names none."""

    language: str
    script: str | None


def name_of(label: str) -> Name:
    """A label as a language and a script, for plain labels and those of GlotLID, OpenLID and NLLB.

    >>> name_of("en"), name_of("eng_Latn")
    (Name(language='en', script=None), Name(language='eng', script='Latn'))
    >>> name_of("als"), name_of("als_Latn")
    (Name(language='gsw', script=None), Name(language='als', script='Latn'))
    """
    language, _, script = label.partition("_")
    return Name(language=language if script else RENAMED.get(language, language), script=script or None)


@functools.lru_cache(maxsize=8)
def names_of(content: bytes) -> tuple[Name, ...]:
    return tuple(name_of(label) for label in read_model(content).labels())


@dataclass(frozen=True, kw_only=True)
class Language(Signal):
    """Adds `language` (as the model names it), `language_score` (0 to 1) and `script` (ISO 15924).

    Null, blank and letterless documents are `und`, 0 and `Zyyy`. `column` renames `language` and, with it,
    `language_score`, for inputs that bring a `language` of their own: `column: found_language` adds `found_language`
    and `found_language_score`; `script_column` renames `script`. The script is counted from the letters of what is
    read, unless the model's labels name it.

    sample_bytes: how much is read of a document, or of a line, in up to three windows at its beginning, middle and end.

    `lines: true` also tells the language of each line (text.split("\\n")): `<column>_lines`, a list of labels, `und`
    for a line without a letter, and `<column>_line_share`, the share of the bytes of all other lines that stand in
    lines of the document's own language; 0 where there is none. `<column>_second` is the language, other than the
    document's own, with most bytes of lines, null where there is none, and `<column>_second_share` its share. Short
    lines are often misjudged: look at the shares.
    """

    model: Resource = field(default_factory=lambda: Resource("shipped:signals/models/lid.176.ftz"))
    sample_bytes: int = 1000
    column: str = "language"
    script_column: str = "script"
    lines: bool = False

    version: ClassVar[int] = 4
    adds: ClassVar[Columns] = {"language": pa.string(), "language_score": pa.float32(), "script": pa.string()}

    def __post_init__(self) -> None:
        if self.sample_bytes < 1:
            raise ValueError(f"sample_bytes must be at least 1, got {self.sample_bytes}")
        if not self.column or not self.script_column or self.script_column in (self.column, f"{self.column}_score"):
            raise ValueError(f"column {self.column!r} and script_column {self.script_column!r} must be two names")

    def columns_added(self) -> Columns:
        added = {self.column: pa.string(), f"{self.column}_score": pa.float32(), self.script_column: pa.string()}
        more = {
            f"{self.column}_lines": pa.list_(pa.string()),
            f"{self.column}_line_share": pa.float32(),
            f"{self.column}_second": pa.string(),
            f"{self.column}_second_share": pa.float32(),
        }
        return {**added, **more} if self.lines else added

    def check_files(self) -> None:
        names_of(self.model.read())

    def measure(self, batch: Batch) -> Arrays:
        names = names_of(self.model.read())
        texts = composed(sampled_spans(spans_of(batch.column("text")), self.sample_bytes))
        found = classify(texts, weights_of(self.model.read()))
        counted = scripts_of(texts)
        unknown = (found.labels < 0) | (counted == 0)
        places = np.where(unknown, len(names), found.labels)
        languages = [*(name.language for name in names), UNDETERMINED]
        scripts = pa.array(SCRIPTS).take(pa.array(counted, pa.uint8()))
        if any(name.script for name in names):
            told = pa.array([*(name.script for name in names), None], pa.string()).take(pa.array(places, pa.int64()))
            scripts = told.fill_null(SCRIPTS[0])
        further = self._of_lines(batch, names, languages, places) if self.lines else {}
        return {
            **further,
            self.column: pa.array(languages, pa.string()).take(pa.array(places, pa.int64())),
            f"{self.column}_score": pa.array(np.where(unknown, np.float32(0), found.scores), pa.float32()),
            self.script_column: scripts,
        }

    def _of_lines(self, batch: Batch, names: tuple[Name, ...], languages: list[str], places: np.ndarray) -> Arrays:
        """The columns of `lines`. places: of each document's language among `languages`."""
        text, lines = batch.once(find_text), batch.once(find_lines, LineRule.NEWLINE)
        document = np.repeat(np.arange(batch.num_rows), lines.counts)
        starts = text.offsets[:-1][document] + lines.start
        sizes = lines.size_bytes.astype(np.int64)
        spans = composed(sampled_spans(Spans(data=text.data, starts=starts, ends=starts + sizes), self.sample_bytes))
        found = classify(spans, weights_of(self.model.read()))
        unknown = (found.labels < 0) | (scripts_of(spans) == 0)
        of_line = np.where(unknown, len(names), found.labels)
        known = np.where(unknown, 0, sizes)
        alike = np.array(languages, np.str_)[of_line] == np.array(languages, np.str_)[places[document]]
        all_bytes = np.bincount(document, known, batch.num_rows)
        own_bytes = np.bincount(document, known * alike, batch.num_rows)
        second, second_bytes = _second(document, np.where(unknown | alike, -1, of_line), known, batch.num_rows)
        labels = pa.array(languages, pa.string()).take(pa.array(of_line, pa.int64()))
        null = batch.column("text").is_null()
        return {
            f"{self.column}_lines": pa.ListArray.from_arrays(
                pa.array(lines.first.astype(np.int32)), labels, mask=null if batch.num_rows else None
            ),
            f"{self.column}_line_share": pa.array((own_bytes / np.maximum(all_bytes, 1)).astype(np.float32)),
            f"{self.column}_second": pa.array(languages, pa.string()).take(pa.array(second, mask=second < 0)),
            f"{self.column}_second_share": pa.array((second_bytes / np.maximum(all_bytes, 1)).astype(np.float32)),
        }


def _second(document: np.ndarray, of_line: np.ndarray, size_bytes: np.ndarray, rows: int) -> tuple[np.ndarray, ...]:
    """The language with most bytes of lines, and those bytes: int64[rows] each; place -1 where a document has none.

    of_line: the language of each line, -1 for a line that does not count. Of equals the first in order of languages.
    """
    counted = of_line >= 0
    width = int(of_line.max(initial=0)) + 1
    keys, place = np.unique(document[counted] * width + of_line[counted], return_inverse=True)
    sizes = np.bincount(place, size_bytes[counted], len(keys)).astype(np.int64)
    order = np.lexsort((-keys, sizes))  # the largest of a document last
    second, second_bytes = np.full(rows, -1, np.int64), np.zeros(rows, np.int64)
    second[keys[order] // width] = keys[order] % width
    second_bytes[keys[order] // width] = sizes[order]
    return second, second_bytes
