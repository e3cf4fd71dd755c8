"""Puts together what is known of one document, from its record to its place in the dataset, and tells it in lines."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.operators import load
from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.contract import Decision, Extract, Operator
from corpusmill.pipeline.files import referenced
from corpusmill.pipeline.files.ids import shard_of
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.documents import excerpt
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.why.find import Document, LastRun
from corpusmill.pipeline.why.measured import StepResult, measured, worded
from corpusmill.pipeline.why.removal import Copy, Removal, removal_of
from corpusmill.pipeline.why.selection import Chosen, chosen

RECORD = ("url", "source_id", "fetched_at_utc", "domain", "language")


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that is known of a document. record: where it came from; end: what became of it, in one sentence."""

    doc_id: int
    end: str
    record: Mapping[str, Any]
    steps: tuple[StepResult, ...]
    removal: Removal | None
    chosen: Chosen | None
    text: str
    reached_dedup: bool = True

    def to_json(self) -> JsonObject:
        """The same as plain values."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """For people, a section after the other."""
        yield f"document {self.doc_id}: {self.end}"
        yield ""
        yield "record"
        yield from (f"  {name}: {worded(value)}" for name, value in self.record.items() if value is not None)
        if self.text:
            yield f"  text: {excerpt(self.text)}"
        yield ""
        yield "steps"
        for step in self.steps:
            yield from step_lines(step)
        yield ""
        if self.reached_dedup:
            yield from removal_lines(self.removal)
        yield from chosen_lines(self.chosen)


def story_of(run: LastRun, document: Document, output: Store) -> Story:
    """What became of a document of the last run. output: where its dataset should be."""
    steps = tuple(measured(document, steps_of(run, document)))
    removal = removal_of(run, document)
    gone = document.table == "dropped" or (removal is not None and removal.reason is not None)
    took = None if gone else chosen(run, document, output)
    return Story(
        doc_id=document.doc_id,
        end=end_of(document, removal, took),
        record=record_of(document),
        steps=steps,
        removal=removal,
        chosen=took,
        text=str(document.value("text") or ""),
        reached_dedup=document.table == "documents",
    )


def steps_of(run: LastRun, document: Document) -> list[tuple[str, Operator]]:
    """The steps that the document's source went through; decisions have their files, unless they await statistics."""
    if document.shard is None or all(i.source != document.shard.source for i in run.spec.inputs):
        return []
    chain = sources.plain_chain(run.spec, document.shard.source, document.shard.reader)
    found: list[tuple[str, Operator]] = []
    for number, (name, op) in enumerate(chain.steps):
        if number in chain.without or (isinstance(op, Extract) and "text" in chain.reader.columns_made()):
            continue
        ready = isinstance(op, Decision) and not (isinstance(op, Awaiting) and op.found is None)
        found.append((name, load.equip(op, referenced.opened) if ready else op))
    return found


def record_of(document: Document) -> JsonObject:
    """Where a document came from: its own words about it, then file, offset and numbers."""
    run, shard, row = shard_of(document.doc_id)
    of_record = {name: document.value(name) for name in RECORD}
    found = {name: value if value is None else str(value) for name, value in of_record.items()}
    offset = document.value("offset")
    if document.shard is not None:
        s = document.shard
        at = "" if offset is None else f":{offset}"
        found |= {"source": s.source, "reader": s.reader, "file": f"{s.uri}{at}", "span": f"[{s.start}, {s.end})"}
    return {**found, "run": run, "shard": shard, "row": row, "ingest unit": document.unit}


def end_of(document: Document, removal: Removal | None, took: Chosen | None) -> str:
    """What became of a document, in one sentence."""
    if document.table == "dropped":
        return f"{document.value('kind')} by {document.value('step')}: {document.value('reason')}"
    if removal is not None and removal.reason is not None:
        instead = f", for document {removal.survivor.doc_id}" if removal.survivor else ""
        similar = "" if removal.similarity is None else f" (similarity {removal.similarity:.3f})"
        return f"removed by the {removal.reason} rule{instead}{similar}"
    if took is None:
        without = "kept by all steps; the mix of the last run does not have it"
        why = "a conversation is left out when it is too long, has no answer, or is refused by the template"
        return without if document.value("conversation") is None else f"{without}: {why} (counts: funnel, `unique`)"
    if took.held_out:
        return f"held out for validation, in group {took.group}"
    if took.reason is not None:
        return f"kept, but not in the dataset: {took.reason} (group {took.group})"
    times = "once" if took.copies == 1 else f"{took.copies} times"
    return f"in the dataset {times}, in group {took.group}"


def step_lines(step: StepResult) -> Iterator[str]:
    """A step with its values, a line each."""
    yield f"  {step.name}{': ' + step.verdict if step.verdict else ''}"
    yield from (f"    {limit}" for limit in step.limits)
    yield from (f"    {name} = {worded(value)}" for name, value in step.values.items() if value is not None)


def removal_lines(removal: Removal | None) -> Iterator[str]:
    """What deduplication decided."""
    yield "duplicates"
    if removal is None:
        yield "  none: no other document shares its address, its text or a band"
    elif removal.reason is None:
        copies = removal.copies or 1
        yield f"  it stays, for {copies:,} document{'s' if copies != 1 else ''}, itself counted"
        yield from (f"    {copy_line(copy)}" for copy in removal.members)
    else:
        if removal.survivor is not None:
            yield f"  kept instead: {copy_line(removal.survivor)}"
        if removal.shared_words is not None:
            yield f"  words of it that the kept one has, in order: {removal.shared_words:.1%}"
        if removal.band is not None:
            yield f"  found by band {removal.band}, in cluster {removal.cluster_id}"
        if removal.difference is not None:
            yield f"  difference, [-only kept-] {{+only this+}}: {excerpt(removal.difference)}"
    yield ""


def copy_line(copy: Copy) -> str:
    """One other document of a cluster."""
    similar = "" if copy.similarity is None else f", similarity {copy.similarity:.3f}"
    rule = "" if copy.reason is None else f", removed by the {copy.reason} rule"
    return f"{copy.doc_id}  {copy.url or ''} ({copy.source or 'of no source in the job'}{similar}{rule})"


def chosen_lines(took: Chosen | None) -> Iterator[str]:
    """What the mix made of it, and where its tokens are."""
    if took is None:
        return
    yield "mix"
    epochs = f" ({took.group_planned / took.group_tokens:.2f} epochs)" if took.group_tokens else ""
    yield f"  group {took.group}: {took.group_tokens:,} {took.unit}, {took.group_planned:,} planned for the mix{epochs}"
    yield f"  {took.tokens:,} tokens; draw {took.draw:.6f} of its group" + (
        "" if took.taken_up_to is None else f", the last round of the mix ends at {took.taken_up_to:.6f}"
    )
    if took.reason is not None:
        yield f"  not taken: {took.reason}"
    for place in took.places:
        of = f"tokens {place.from_token:,} to {place.from_token + place.tokens:,}"
        where = "validation/" if took.held_out else ""
        yield f"  {where}{place.part}, row {place.row}, from token {place.at_token}: its {of}, pass {place.pass_}"
    if took.missing:
        yield f"  {took.missing}"
