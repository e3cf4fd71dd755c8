"""Implements `try`: takes one document through the steps of a job and prints what each of them did."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.commands.why import documents, last_run
from corpusmill.pipeline.config.load import importable
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution import process
from corpusmill.pipeline.execution.progress import screen
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.steps.sources import input_of
from corpusmill.pipeline.why.record import Record, at_offset, in_file, pasted
from corpusmill.pipeline.why.tried import Tried, steps_tried

MOST_BYTES = 64 << 20  # of pasted text


def try_steps(
    *,
    job: Path,
    what: str,
    overrides: tuple[str, ...],
    in_: str | None,
    source: str | None,
    go_on: bool,
    as_json: bool,
) -> None:
    """Print what each step of the job does with one document. InputError where there is no such document."""
    process.prepare()
    spec = job_of(job, overrides)
    with importable(job.parent):
        record = record_of(spec, what, in_=in_, source=source)
        tried = list(steps_tried(record.chain, record.row, go_on=go_on))
    if as_json:
        echo(json.dumps([asdict(each) for each in tried], ensure_ascii=True, indent=1, default=str))
        return
    show(record, tried)


def record_of(spec: JobSpec, what: str, *, in_: str | None, source: str | None) -> Record:
    """The record that the arguments of the command name."""
    if what == "-":
        return pasted(spec, source, sys.stdin.buffer.read(MOST_BYTES))
    if in_ is not None or Path(what).is_file():
        return _in_file(spec, what if in_ is None else in_, source, None if in_ is None else what)
    if "://" not in what and not what.isdigit():
        raise InputError([f"{what} is no file, no address and no doc_id; `-` reads what you paste"])
    run = last_run(Store(spec.workspace, spec.storage))
    found = next((d for d in documents(run, what) if d.shard is not None), None)
    if found is None or found.shard is None:
        raise InputError([f"{what}: the file it came from is not known any more; name it with --in"])
    shard, offset = found.shard, int(found.value("offset") or 0)
    if all(i.source != shard.source for i in spec.inputs):
        raise InputError([f"{what} is of source {shard.source!r}, which the job no longer has"])
    fs = filesystem(shard.uri, input_of(spec, shard.source).storage)
    with fs.open(shard.uri, "rb") as file:
        url = what if "://" in what else str(found.value("url") or "")
        return at_offset(spec, shard.source, shard.reader, cast(BinaryIO, file), offset, url or None)


def _in_file(spec: JobSpec, name: str, source: str | None, url: str | None) -> Record:
    fs = filesystem(name, {})
    try:
        size = int(fs.info(name)["size"])
    except FileNotFoundError:
        raise InputError([f"there is no file {name}"]) from None
    with fs.open(name, "rb") as file:
        return in_file(spec, source, name, cast(BinaryIO, file), size, url)


def show(record: Record, tried: list[Tried]) -> None:
    """Print the steps, the document's end last."""
    console = screen()
    console.print(f"{record.described_as}, read by {read_by(record)}", soft_wrap=True)
    for each in tried:
        console.print()
        first, *rest = list(each.lines())
        console.print(first, style="bold red" if each.ended else "bold", soft_wrap=True)
        for line in rest:
            console.print(line, style="yellow" if "<-- outside" in line else None, soft_wrap=True)
    console.print()
    left = next((each.result for each in tried if each.ended), None)
    end = "kept by all steps" if left is None else f"{left.name} {left.verdict}"
    console.print(f"end: {end}", style="bold", soft_wrap=True)


def read_by(record: Record) -> str:
    """What the document was read as: the reader, and what the source fixes."""
    fixed = "".join(f", {name} {value}" for name, value in record.chain.fixed.items())
    return f"{type(record.chain.reader).__name__}{fixed}"
