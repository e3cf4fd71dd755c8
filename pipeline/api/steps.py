"""Applies document steps to a table in memory, to try them in a notebook."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from corpusmill.operators import load
from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import Span
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.base.problems import job_error
from corpusmill.pipeline.config.base.source import read
from corpusmill.pipeline.config.build.documents import unfolded
from corpusmill.pipeline.config.load import importable
from corpusmill.pipeline.execution import process
from corpusmill.pipeline.files import referenced
from corpusmill.pipeline.steps.chain import Chain, Dropped

BODIES: Columns = {"text": TEXT, "content": pa.large_binary()}
Step = str | Mapping[str, Any]


@dataclass(frozen=True)
class Applied:
    """What came out of steps: `kept` with every measured column, `dropped` with `step` and `reason` too."""

    kept: pa.Table
    dropped: pa.Table


def apply(steps: Sequence[Step], documents: pa.Table | Sequence[str], *, folder: str | Path = ".") -> Applied:
    """Run steps, written as under `documents:` of a job file, on a table in memory.

    documents: texts, or a table with `text` (string) or `content` (the bytes of pages, binary) and any columns that
    steps read (url, language, ...). folder: where relative paths, recipes and modules of your own start.

    Raises JobError for a step that is wrong; ValueError for a table without text and content, and for a step that needs
    statistics over a whole corpus.
    """
    process.prepare()
    table = documents if isinstance(documents, pa.Table) else pa.table({"text": pa.array(documents, TEXT)})
    with importable(Path(folder)):
        chain = Chain(_Table(columns=_bodies(table)), _built(steps, Path(folder)), {}, keeps_content=True)
        outcome = chain.run(Batch(_with_standard(table)))
    gone = [_named(g) for g in outcome.dropped]
    dropped = pa.concat_tables(gone, promote_options="default") if gone else _nothing()
    return Applied(outcome.kept.table, dropped)


@dataclass(frozen=True, kw_only=True)
class _Table(Reader):
    """Stands for the reader of a table that is in memory already."""

    makes: ClassVar[Columns] = {}
    columns: Columns

    def columns_made(self) -> Columns:
        return self.columns

    def batches(self, file: Any, span: Span) -> Any:
        raise AssertionError("a table in memory is not read")


def _built(steps: Sequence[Step], folder: Path) -> list[tuple[str, Any]]:
    source = read(json.dumps({"documents": list(steps)}), file="steps")
    found = unfolded(source, folder)
    if found.problems:
        raise job_error(found.problems)
    built = []
    for placed in found.steps:
        try:
            op = load.equip(placed.step.build(), referenced.opened)
        except LookupError as e:
            raise job_error(
                [read(json.dumps({"documents": list(steps)}), file="steps").problem(placed.path, str(e))]
            ) from e
        if isinstance(op, Awaiting) and op.found is None:
            raise ValueError(f"{placed.step.operator} needs statistics over a whole corpus: try it in a job")
        built.append((placed.step.operator, op))
    return built


def _bodies(table: pa.Table) -> Columns:
    found = {name: dtype for name, dtype in BODIES.items() if name in table.column_names}
    if not found:
        raise ValueError(f"expected a column 'text' or 'content', found {', '.join(table.column_names)}")
    return found


def _with_standard(table: pa.Table) -> pa.Table:
    """The table with the columns every document carries, null where it has none; doc_id: the row."""
    for name, dtype in BODIES.items():
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, table[name].cast(dtype))
    for name, dtype in STANDARD.items():
        if name not in table.column_names:
            blank = pa.array(range(table.num_rows), dtype) if name == "doc_id" else pa.nulls(table.num_rows, dtype)
            table = table.append_column(name, blank)
        else:
            table = table.set_column(table.column_names.index(name), name, table[name].cast(dtype))
    return table


def _named(dropped: Dropped) -> pa.Table:
    rows = dropped.table.num_rows
    return dropped.table.append_column("step", pa.repeat(pa.scalar(dropped.step), rows)).append_column(
        "reason", dropped.reasons
    )


def _nothing() -> pa.Table:
    return pa.table({"step": pa.array([], pa.string()), "reason": pa.array([], pa.string())})
