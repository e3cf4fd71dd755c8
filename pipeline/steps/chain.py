"""The steps of a job on one batch: kept documents out, and everything that left on the way, with its reason.

Steps run in the order of the job file. A Decision splits at once: later steps see survivors only. What a source fixes
(its language, its domain) replaces the value of the reader or of a step. What the records declare of their language is
the `language` where no step measures one and the source fixes none; it stays in `declared_language` in any case.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import RECORD, Columns, Decision, Extract, Operator, Reader, Rewrite, mask_of
from corpusmill.operators.readers.framing.mapping import DECLARED
from corpusmill.operators.reserved import BODY, RESERVED
from corpusmill.pipeline.config.base.columns import STANDARD

# The first of the languages of a text or a list; what is empty or null before it is passed over.
DECLARES = r"""^[\s\["',;]*(?:null\s*,[\s\["',;]*)*(?P<first>[^,;"'\]{]*)"""


@dataclass(frozen=True)
class Dropped:
    """Rows that left at one step: `reasons` (never null) beside their columns so far.

    number: of the step in the job's list; -1 for the reader.
    """

    step: str
    kind: str  # "dropped": a decision; "failed": it could not be read or extracted
    reasons: pa.Array
    table: pa.Table
    number: int = -1


@dataclass(frozen=True)
class Outcome:
    """What came of a batch; kept and gone rows add up to the rows that came."""

    kept: Batch
    dropped: Sequence[Dropped]


@dataclass(frozen=True)
class Chain:
    """A source's reader and its steps, equipped with their files; `begin` to `end` of them are run.

    without: the numbers of steps that are not for this source. keeps_content: the bytes of pages go with a document to
    the end; else they are let go once no later step reads them, since each decision would copy them.
    """

    reader: Reader
    steps: Sequence[tuple[str, Operator]]
    fixed: Mapping[str, str]  # columns the source fixes: "domain", "language"
    begin: int = 0
    end: int | None = None
    without: frozenset[int] = frozenset()
    keeps_content: bool = False

    def columns(self) -> Columns:
        """Every column a kept document has, in order; also a dropped one, null from the step that dropped it on.

        `content` is among them only where steps after `end` still read it.
        """
        later = [op for _, op in self._between(len(self.steps) if self.end is None else self.end, None)]
        content = any("content" in op.columns_read() for op in later if not isinstance(op, Extract | Reader))
        found = dict(STANDARD)
        found |= {n: t for n, t in self.reader.columns_made().items() if content or n != "content"}
        for _, op in self._applied(0):
            if not isinstance(op, Decision | Reader):
                found |= {n: t for n, t in op.columns_added().items() if n not in RECORD}
        found["text"] = TEXT
        return found

    def changes(self) -> list[tuple[str, str]]:
        """Each rewrite among the steps that are run, with each column in which it counts its changes."""
        applied = [(name, op) for name, op in self._applied(self.begin) if isinstance(op, Rewrite)]
        return [(name, column) for name, op in applied for column, t in op.adds.items() if pa.types.is_integer(t)]

    def run(self, batch: Batch) -> Outcome:
        """Take readable documents through the steps. The batch has `STANDARD` columns and what came before `begin`."""
        return self.through(self.started(batch), self.begin, self.end)

    def started(self, batch: Batch) -> Batch:
        """A batch as the first step takes it: with what the source fixes, without what a step will measure."""
        measured = self._measured()
        batch = Batch(batch.table.drop_columns([n for n in batch.table.column_names if n in measured]))
        if self.begin == 0:
            if self.language_from() == DECLARED:
                batch = batch.with_columns({"language": first_language(batch.column(DECLARED))})
            batch = self._with_fixed(batch, {n: v for n, v in self.fixed.items() if n not in measured})
        return batch

    def through(self, batch: Batch, begin: int, end: int | None) -> Outcome:
        """Take documents through the steps from `begin` to `end`."""
        came = batch.num_rows
        gone: list[Dropped] = []
        light_at = self.light_at()
        for number, name, op in self.numbered(begin, end):
            if isinstance(op, Decision):
                batch = split(batch, op(batch), Place(name, "dropped", number), gone)
            elif not isinstance(op, Reader):
                batch = self._with_fixed(op(batch), {n: v for n, v in self.fixed.items() if n in op.columns_added()})
            if number + 1 == light_at:
                batch = batch.without("content")
            if isinstance(op, Extract):
                batch = split(batch, batch.column("failure"), Place(name, "failed", number), gone)
        left = batch.num_rows + sum(len(g.reasons) for g in gone)
        assert came == left, f"{came} rows came, {left} left"
        return Outcome(batch, gone)

    def light_at(self) -> int | None:
        """The step from which on documents go without the bytes of their pages; null where they never do."""
        if self.keeps_content:
            return None
        steps = [(number, op) for number, _, op in self.numbered(0, None) if not isinstance(op, Reader)]
        return max((number + 1 for number, op in steps if "content" in op.columns_read()), default=None)

    def language_from(self) -> str | None:
        """What gives `language`: "fixed", the name of the last step that measures it, DECLARED, or null for nothing."""
        if "language" in self.fixed:
            return "fixed"
        return self.made_by("language") or (DECLARED if DECLARED in self.reader.columns_made() else None)

    def made_by(self, column: str) -> str | None:
        """The name of the last step, of all parts, that makes a column; null when none does."""
        steps = [(name, op) for name, op in self._between(0, None) if not isinstance(op, Decision | Reader)]
        return next((name for name, op in reversed(steps) if column in op.columns_added()), None)

    def _applied(self, begin: int) -> Iterator[tuple[str, Operator]]:
        """The steps from `begin` on that are run."""
        yield from self._between(begin, self.end)

    def _between(self, begin: int, end: int | None) -> Iterator[tuple[str, Operator]]:
        for _, name, op in self.numbered(begin, end):
            yield name, op

    def numbered(self, begin: int, end: int | None) -> Iterator[tuple[int, str, Operator]]:
        """The steps that this source needs: one whose reader gives text has nothing to extract."""
        for number, (name, op) in enumerate(self.steps[begin:end], begin):
            if number not in self.without and not (isinstance(op, Extract) and "text" in self.reader.columns_made()):
                yield number, name, op

    def _measured(self) -> set[str]:
        """Columns that a step will measure; they win over what the input declares.

        Not what is reserved: a step that would overwrite that finds it there, and is refused.
        """
        found: set[str] = set()
        for _, op in self._applied(self.begin):
            if not isinstance(op, Decision | Reader | Extract):
                found |= {n for n in op.columns_added() if n not in RESERVED and n not in BODY}
        return found

    @staticmethod
    def _with_fixed(batch: Batch, fixed: Mapping[str, str]) -> Batch:
        return batch.with_columns({n: pa.repeat(pa.scalar(v), batch.num_rows) for n, v in fixed.items()})


def first_language(declared: pa.Array) -> pa.Array:
    """The language that a record declares first, as it writes it; null where there is none, and for an object, which
    names none.

    >>> first_language(pa.array(["de", "deu,eng", '["eng_Latn","fra_Latn"]', '[null,"fr"]', " ", None])).to_pylist()
    ['de', 'deu', 'eng_Latn', 'fr', None, None]
    >>> first_language(pa.array(['{"code":"en"}', '[{"code":"en"}]', "[null]"])).to_pylist()
    [None, None, None]
    """
    first = pc.struct_field(pc.extract_regex(declared, DECLARES), "first")
    first = pc.utf8_trim_whitespace(first)
    none = pc.or_(pc.equal(first, ""), pc.and_(pc.equal(first, "null"), pc.starts_with(declared, "[")))
    return pc.if_else(none, None, first).cast(pa.string())


@dataclass(frozen=True)
class Place:
    """Where rows leave: step, kind and number as in `Dropped`."""

    step: str
    kind: str
    number: int


def split(batch: Batch, reasons: pa.Array, at: Place, dropped: list[Dropped]) -> Batch:
    """The rows without a reason; the others are appended to `dropped`."""
    keep = mask_of(reasons)
    if not keep.all():
        away = pa.array(np.logical_not(keep))
        dropped.append(Dropped(at.step, at.kind, reasons.filter(away), batch.table.filter(away), at.number))
    return batch.keep(keep)


def reason_word(reasons: pa.Array) -> pa.Array:
    """The countable part of each reason: what stands before a colon.

    >>> reason_word(pa.array(["truncated_gzip: 211 bytes short", "timeout"])).to_pylist()
    ['truncated_gzip', 'timeout']
    """
    return pc.list_element(pc.split_pattern(reasons, ":", max_splits=1), 0)
