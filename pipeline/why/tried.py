"""Takes one document through the steps of a job, one at a time, and tells what each of them did."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Extract, Rewrite
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.why.changes import changes
from corpusmill.pipeline.why.find import Document
from corpusmill.pipeline.why.measured import StepResult, decided, worded

PREVIEW_CHARS = 600


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One step on one document. changes: of its text, a line a stretch; text: what there is of it after the step.

    ended: the document was dropped, or failed, at this step.
    """

    result: StepResult
    changes: tuple[str, ...] = ()
    text: str | None = None
    ended: bool = False

    def lines(self) -> Iterator[str]:
        """For people."""
        step = self.result
        yield f"{step.name}{': ' + step.verdict if step.verdict else ''}"
        yield from (f"  {limit}" for limit in step.limits)
        yield from (f"  {name} = {worded(value)}" for name, value in step.values.items())
        yield from (f"  {line}" for line in self.changes)


def steps_tried(chain: Chain, record: pa.Table, *, go_on: bool = False) -> Iterator[Tried]:
    """Each step of a source on one record (standard columns and what its reader made), until it leaves.

    go_on: take it through the steps after the one that drops it, too.
    """
    batch = Batch(record)
    for number in range(len(chain.steps)):
        name, op = chain.steps[number]
        one = replace(chain, begin=number, end=number + 1)
        if number in chain.without or (isinstance(op, Extract) and "text" in chain.reader.columns_made()):
            why = "not for this source" if number in chain.without else "not needed: the reader gives text"
            yield Tried(result=StepResult(name=name, kind="skipped", verdict=why, values={}))
            continue
        if isinstance(op, Awaiting) and op.found is None:
            why = "needs statistics over all documents: skipped here"
            yield Tried(result=StepResult(name=name, kind="skipped", verdict=why, values={}))
            continue
        before = batch
        outcome = one.run(before)
        gone = outcome.dropped[0] if outcome.dropped else None
        if isinstance(op, Decision):
            yield Tried(result=_decided(before.table, name, op, gone is not None), ended=gone is not None)
        else:
            after = gone.table if gone is not None else outcome.kept.table
            yield _changed(name, op, before.table, after, None if gone is None else str(gone.reasons[0]))
        if gone is not None and not (go_on and isinstance(op, Decision)):
            return
        batch = before if gone is not None else outcome.kept


def _decided(row: pa.Table, name: str, op: Decision, dropped: bool) -> StepResult:
    document = Document(doc_id=0, unit="", table="documents", row=row, shard=None)
    result, reason = decided(document, name, op, reached=True)
    return replace(result, verdict=f"drops it: {reason}") if dropped else result


def _changed(name: str, op: object, before: pa.Table, after: pa.Table, failure: str | None) -> Tried:
    hidden = ("text", "content", "failure")
    new = [c for c in after.column_names if c not in hidden and not _same(before, after, c)]
    values = {c: after[c][0].as_py() for c in new}
    old_text, text = _text(before), _text(after)
    kind = name.partition(".")[0]
    verdict, lines = "", list[str]()
    if failure is not None:
        verdict = f"failed: {failure}"
    elif old_text is None and text is not None:
        verdict = f"{len(text):,} characters of text"
        lines = [text[:PREVIEW_CHARS] + (" ..." if len(text) > PREVIEW_CHARS else "")]
    elif isinstance(op, Rewrite) or old_text != text:
        lines = changes(old_text or "", text or "")
        verdict = f"changed, {len(old_text or ''):,} to {len(text or ''):,} characters" if lines else "changes nothing"
    result = StepResult(name=name, kind=kind, verdict=verdict, values=values)
    return Tried(result=result, changes=tuple(lines), text=text, ended=failure is not None)


def _same(before: pa.Table, after: pa.Table, column: str) -> bool:
    return column in before.column_names and before[column].to_pylist() == after[column].to_pylist()


def _text(table: pa.Table) -> str | None:
    return table["text"][0].as_py() if "text" in table.column_names else None
