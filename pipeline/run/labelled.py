"""Runs the steps of a job on documents that people labelled `keep` or `drop`, and compares."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import orjson
import pyarrow as pa

from corpusmill.errors import InputError
from corpusmill.operators import load
from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import Span
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files import referenced
from corpusmill.pipeline.steps.chain import Chain, reason_word

ROWS_AT_ONCE = 1024
WORDS = {"keep": False, "drop": True, True: False, False: True}
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Documents by label and by what the rules did. Shares are null where there is nothing to divide by."""

    documents: int
    labelled_drop: int
    dropped: int
    dropped_rightly: int

    @property
    def precision(self) -> float | None:
        """Of what is dropped, the share that is labelled so."""
        return self.dropped_rightly / self.dropped if self.dropped else None

    @property
    def recall(self) -> float | None:
        """Of what is labelled drop, the share that is dropped."""
        return self.dropped_rightly / self.labelled_drop if self.labelled_drop else None

    @property
    def keep_lost(self) -> float | None:
        """Of what is labelled keep, the share that is dropped."""
        keep = self.documents - self.labelled_drop
        return (self.dropped - self.dropped_rightly) / keep if keep else None


@dataclass
class Labelled:
    """Counts of (language, rule, labelled drop); rule: "" where every step kept the document."""

    counts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)

    def by_language(self) -> dict[str, Counts]:
        """All documents, then each language, most documents first."""
        return {ALL: _counts(self.counts), **self._by(0)}

    def by_rule(self) -> dict[str, Counts]:
        """Each rule that dropped a document first."""
        return {name: counts for name, counts in self._by(1).items() if name}

    def _by(self, place: int) -> dict[str, Counts]:
        names = Counter[str]()
        for key, n in self.counts.items():
            names[str(key[place])] += n
        return {
            name: _counts({k: n for k, n in self.counts.items() if k[place] == name}) for name, _ in names.most_common()
        }


def _counts(cells: Mapping[tuple[str, str, bool], int]) -> Counts:
    dropped = {key: n for key, n in cells.items() if key[1]}
    return Counts(
        documents=sum(cells.values()),
        labelled_drop=sum(n for key, n in cells.items() if key[2]),
        dropped=sum(dropped.values()),
        dropped_rightly=sum(n for key, n in dropped.items() if key[2]),
    )


@dataclass(frozen=True, kw_only=True)
class LabelledTexts(Reader):
    """Describes texts that are in memory already."""

    makes: ClassVar[Columns] = {"text": TEXT, "labelled_drop": pa.bool_()}

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        raise AssertionError("texts in memory are not read")


def read_labelled(spec: JobSpec, path: Path, *, label: str, text: str) -> Labelled:
    """Take the documents of a file of JSON lines through the steps. InputError for lines without text or label."""
    steps = [(step.operator, load.equip(step.build(), referenced.opened)) for step in spec.documents]
    if any(isinstance(op, Awaiting) and op.found is None for _, op in steps):
        raise InputError(["a step of this job needs statistics over a whole corpus: give what an earlier run found"])
    chain, found = Chain(LabelledTexts(), steps, {}), Labelled()
    with path.open("rb") as file:
        rows: list[Mapping[str, Any]] = []
        for number, line in enumerate(file, 1):
            if line.strip():
                rows.append(_row(line, f"{path}:{number}", label=label, text=text))
            if len(rows) == ROWS_AT_ONCE:
                _count(chain, rows, found)
                rows = []
        _count(chain, rows, found)
    return found


def _row(line: bytes, at: str, *, label: str, text: str) -> Mapping[str, Any]:
    try:
        told = orjson.loads(line)
        drop = WORDS[told[label]]
        body = told[text]
        if not isinstance(body, str):
            raise TypeError(body)
    except (orjson.JSONDecodeError, KeyError, TypeError) as e:
        message = (
            f"{at}: expected {{{text!r}: a text, {label!r}: 'keep' or 'drop'}}; name other fields with --text, --label"
        )
        raise InputError([message]) from e
    language = told.get("language")
    return {"text": body, "labelled_drop": drop, "language": language if isinstance(language, str) else None}


def _count(chain: Chain, rows: Sequence[Mapping[str, Any]], found: Labelled) -> None:
    if not rows:
        return
    schema = {**STANDARD, **chain.reader.columns_made()}
    table = pa.Table.from_pylist(rows, pa.schema(schema)).set_column(0, "doc_id", pa.array(range(len(rows))))
    outcome = chain.run(Batch(table))
    parts = [(outcome.kept.table, None), *((gone.table, gone.reasons) for gone in outcome.dropped)]
    for part, reasons in parts:
        words = pa.repeat(pa.scalar(""), part.num_rows) if reasons is None else reason_word(reasons)
        languages = part["language"].fill_null("unknown").to_pylist()
        found.counts.update(zip(languages, words.to_pylist(), part["labelled_drop"].to_pylist(), strict=True))
