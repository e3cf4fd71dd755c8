"""Whether every column a step reads is there when its turn comes: the same walk as a run makes, without a document.

It follows `steps.chain`: an Extract is passed over by documents whose reader gives `text`; what a step measures is
not there before it, whatever the reader or the input says of it; what an input fixes replaces what is measured; what
records declare of their language is there where nothing measures it; a step for other sources is passed over.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from corpusmill.operators import load
from corpusmill.operators.abilities import ChecksColumns, Unfolds
from corpusmill.operators.checks import NUMBER, fits, named
from corpusmill.operators.contract import Columns, Decision, Extract, Operator, Reader, Rewrite
from corpusmill.operators.readers.framing.mapping import DECLARED
from corpusmill.operators.reserved import reserved
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.base.problems import nearest

FIXED: Columns = {"domain": pa.string(), "language": pa.string()}
# Every document has the columns of STANDARD, but a language that is null for all of them serves no step.
GIVEN: Columns = {name: dtype for name, dtype in STANDARD.items() if name != "language"}

# What a run tells of each document beside its columns, and can therefore mix by.
RUN_COLUMNS = ("source", *FIXED)
SOURCES = "{sources}"
COPIES = "copies"  # how many documents each stands for after dedup: a number a mix may multiply by
TOKEN_COLUMNS = ("doc_id", "u", "n_tokens", "ids", "bytes")  # of tables of tokens; what a mix reads stands beside them


NO_STEP: Mapping[int, Collection[str]] = {}
TYPED_READERS = ("arrow", "csv", "jsonl", "parquet", "tfrecord", "webdataset")
# What to do where a reader makes a column another type than a step reads.
TYPE_IT = {
    dtype: f"; give it a type under the columns of the input, {{0}}: {{{{field: {{0}}, type: {name}}}}}"
    for dtype, name in (
        (NUMBER, "float"),
        (pa.timestamp("s", "UTC"), "timestamp"),
        (pa.large_binary(), "bytes"),
        (pa.list_(pa.string()), "strings"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Documents that come with the same columns: those of one source and one reader, or of readers unknown yet.

    source, reader: what messages call them. certain: false when files may have other formats than the columns say.
    """

    source: str
    reader: str
    columns: Columns
    fixed: frozenset[str] = frozenset()
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A break in the flow: at step number `step` (null: after the last), what is wrong."""

    step: int | None
    message: str
    place: tuple[str | int, ...] | None = None  # in the job file; null: that of the step


def gaps(
    streams: Sequence[Stream],
    steps: Sequence[tuple[str, Operator]],
    required: Mapping[str, tuple[str | int, ...]],
    only: Mapping[int, Collection[str]] = NO_STEP,
) -> list[Gap]:
    """Every break, once for each step and column however many streams meet it. `steps` are (name, operator).

    required: columns that the mix reads, with the place in the job file that names each. only: the sources of steps
    that are not for all, by number.
    """
    found: dict[Gap, list[str]] = {}
    left: set[str] = set()
    other: dict[str, tuple[Stream, pa.DataType]] = {}
    lists: dict[str, str] = {}
    for stream in streams:
        without = frozenset(number for number, sources in only.items() if stream.source not in sources)
        end, broken = walked(stream, steps, without)
        left |= set(end)
        lists |= {c: stream.source for c in required if c in end and pa.types.is_list(end[c])}
        other |= {c: (stream, end[c]) for c in required if c in end and not may_be_number(c, end[c], stream)}
        for gap in broken:
            found.setdefault(gap, []).append(f"{stream.source!r}" + (f" ({stream.reader})" if stream.reader else ""))
    told = [Gap(step=g.step, message=g.message.replace(SOURCES, ", ".join(sorted(set(s))))) for g, s in found.items()]
    told += [
        Gap(
            step=None,
            place=at,
            message=f"a mix cannot go by {c!r}: tables of tokens have a column of that name; rename it",
        )
        for c, at in required.items()
        if c in TOKEN_COLUMNS
    ]
    told += [
        Gap(
            step=None,
            place=required[c],
            message=f"a mix goes by one value a document, and {c!r} is a list for {source!r}",
        )
        for c, source in lists.items()
        if required[c][-2:] != ("multiplier", "column")
    ]
    absent = {c: at for c, at in required.items() if c not in left and c not in RUN_COLUMNS} if streams else {}
    told += [
        Gap(step=None, place=at, message=f"{c!r} is no number: it is {other[c][1]} for {other[c][0].source!r}")
        for c, at in required.items()
        if at[-2:] == ("multiplier", "column") and c in other
    ]
    there = {*left, *RUN_COLUMNS}
    return told + [
        Gap(
            step=None,
            place=at,
            message=f"no document has the {'number' if 'multiplier' in at else 'axis'} {c!r}{advice(c, there)}",
        )
        for c, at in absent.items()
    ]


def rewritten_chats(
    streams: Sequence[Stream], steps: Sequence[tuple[str, Operator]], only: Mapping[int, Collection[str]] = NO_STEP
) -> Iterator[tuple[int, str]]:
    """The rewriting steps of sources with conversations, each with a message: turns are tokenized, not the text."""
    for number, (name, op) in enumerate(steps):
        chats = {s.source for s in streams if "conversation" in s.columns and s.source in only.get(number, {s.source})}
        if isinstance(op, Rewrite) and chats:
            message = (
                f"{name} changes the text of {', '.join(map(repr, sorted(chats)))}, but with a template the turns of "
                "its conversations are tokenized, which stay as they are: limit the step with `only`, drop such "
                "conversations by a decision, or rewrite the turns before"
            )
            yield number, message


def may_be_number(column: str, dtype: pa.DataType, stream: Stream) -> bool:
    """Whether documents can have a number in a column; what a reader takes from the records is text that may be one."""
    if pa.types.is_timestamp(dtype):
        return False
    text = pa.types.is_string(dtype)
    return (
        fits(dtype, NUMBER)
        or pa.types.is_boolean(dtype)
        or (text and column in stream.columns and column not in (*GIVEN, *FIXED, "text"))
    )


def walked(
    stream: Stream, steps: Sequence[tuple[str, Operator]], without: Collection[int] = ()
) -> tuple[Columns, list[Gap]]:
    """The columns a stream ends with, and its breaks; a message holds SOURCES where its streams are to be named.

    without: the numbers of the steps that are not for it.
    """
    mine = [(number, *step) for number, step in enumerate(steps) if number not in without]
    measured = {c for _, _, op in mine if not isinstance(op, Extract) for c in _own(op)}
    declared: Columns = {"language": FIXED["language"]} if DECLARED in stream.columns else {}
    given: Columns = {**GIVEN, **declared, **stream.columns, **{n: FIXED[n] for n in stream.fixed}}
    have = {n: dtype for n, dtype in given.items() if n not in measured}
    makers: dict[str, str] = {}
    broken: list[Gap] = []
    for number, name, op in mine:
        if isinstance(op, Reader) or (isinstance(op, Extract) and "text" in have and stream.certain):
            continue
        broken += [Gap(step=number, message=m) for m in _breaks(name, op, have, makers, stream)]
        if isinstance(op, Unfolds) and number != mine[0][0]:
            message = f"{name} must be the first step of {SOURCES}: from there on documents are what it finds in pages"
            broken.append(Gap(step=number, message=message))
        for column, dtype in _added(op).items():
            have[column] = dtype
            makers[column] = f"step {number + 1}, {name},"
    if "text" not in have:
        makes = ", ".join(n for n in stream.columns if n in ("content", "url"))
        only = f", only {makes}" if makes else ""
        message = f"documents of {SOURCES} have no text at the end{only}{advice('text', have)}"
        broken.append(Gap(step=None, message=message))
    return have, broken


def _breaks(name: str, op: Operator, have: Columns, makers: Mapping[str, str], stream: Stream) -> Iterator[str]:
    assert not isinstance(op, Reader)
    for column, dtype in op.columns_read().items():
        if column not in have:
            yield f"{name} reads column {column!r}, which nothing before it makes for {SOURCES}{advice(column, have)}"
        elif not fits(have[column], dtype) and stream.certain:
            maker = makers.get(column, "the reader")
            told = f"{name} reads {column!r} as {named(dtype)}; {maker} makes it {have[column]} for {SOURCES}"
            mapped = column not in makers and column not in (*GIVEN, *FIXED, "text") and stream.reader in TYPED_READERS
            yield told + (TYPE_IT.get(dtype, "").format(column) if mapped else "")
    if isinstance(op, ChecksColumns) and stream.certain:
        yield from (f"{name}: {message}" for message in op.wrong_columns(have))
    own = _own(op)
    for message in reserved(own, body=False):
        yield f"{name} adds column {message}"
    for message in misfits(own):
        yield f"{name} adds column {message}"
    twice: dict[str, list[str]] = {}
    for column in own if not isinstance(op, Extract) else ():
        if column in makers:
            twice.setdefault(makers[column], []).append(repr(column))
    for maker, columns in twice.items():
        which = f"column {columns[0]}" if len(columns) == 1 else f"columns {', '.join(columns)}"
        what = "take one of the two out (a recipe brings its own steps)"
        yield f"{name} adds {which}, which {maker} adds already; {what}"


def misfits(columns: Columns) -> Iterator[str]:
    """What is wrong with the types of columns that every document has."""
    for column, dtype in columns.items():
        if column in STANDARD and dtype != STANDARD[column]:
            yield f"{column!r} as {dtype}; every document has it as {STANDARD[column]}"


def _own(op: Operator) -> Columns:
    """What a step adds beside that which all of its kind do."""
    common = ("text", "failure") if isinstance(op, Extract) else ("text",) if isinstance(op, Rewrite) else ()
    return {column: dtype for column, dtype in _added(op).items() if column not in common}


def _added(op: Operator) -> Columns:
    if isinstance(op, Unfolds):
        return {"failure": pa.string(), **op.columns_unfolded()}
    return {} if isinstance(op, Reader | Decision) else op.columns_added()


def advice(column: str, have: Iterable[str]) -> str:
    """What to add to a message about a missing column: who makes it, or which of those there are it resembles."""
    if column == "text":
        extracts = [name for name in load.names() if name.startswith("extract.")]
        return f"; put an extract step first ({', '.join(extracts)})" if extracts else ""
    makers = [name for name in load.names() if column in _declared(load.find(name))]
    if makers:
        return f"; {' or '.join(makers)} would, before it"
    if column in FIXED:
        return f"; give the input a fixed {column!r}"
    return nearest(column, have) if difflib.get_close_matches(column, have, n=1) else ""


def _declared(cls: type[Operator]) -> Columns:
    """The columns a class says it adds, where that does not depend on its parameters."""
    if issubclass(cls, Reader | Decision):
        return {}
    return getattr(cls, "adds", {})
