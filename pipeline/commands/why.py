"""Implements `why`: explains documents of the last finished run, by number, address or id in their source."""

import json
from pathlib import Path

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, RowNotFound
from corpusmill.pipeline.commands.inspect import OF_READING, changed
from corpusmill.pipeline.commands.jobs import job_of, sample_overrides
from corpusmill.pipeline.config.load import importable
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.files.ids import ROW_BITS, shard_of
from corpusmill.pipeline.files.workspace_layout import JOB
from corpusmill.pipeline.why.find import Document, LastRun
from corpusmill.pipeline.why.story import story_of

OF_THE_RUN = (*OF_READING, "dedup", "mix", "tokens")


def why(
    *, job: Path, what: str, overrides: tuple[str, ...], sample: float | None, limit: int | None, as_json: bool
) -> None:
    """Print the story of each document that `what` names. RowNotFound where there is none."""
    spec = job_of(job, (*overrides, *sample_overrides(sample, limit)))
    workspace = Store(spec.workspace, spec.storage)
    run = last_run(workspace)
    if other := changed(spec, workspace, OF_THE_RUN):
        echo(f"shown: the last finished run, of another job: {other}", err=True)
    output = Store(spec.output, spec.storage)
    with importable(job.parent):
        stories = [story_of(run, document, output) for document in documents(run, what)]
    if as_json:
        echo(json.dumps([story.to_json() for story in stories], ensure_ascii=True, indent=1, default=str))
        return
    for story in stories:
        for line in story.lines():
            echo(line)
        echo()


def story_lines(spec: JobSpec, job: Path, doc_id: int) -> list[str]:
    """The story of a document of the last finished run, in lines. job: the file, beside which own operators are."""
    run, output = last_run(Store(spec.workspace, spec.storage)), Store(spec.output, spec.storage)
    with importable(job.parent):
        return [line for d in documents(run, str(doc_id)) for line in story_of(run, d, output).lines()]


def last_run(workspace: Store) -> LastRun:
    """The last finished run of a workspace. InputError before the first."""
    try:
        spec = JobSpec.from_canonical(workspace.read(JOB).decode())
    except FileNotFoundError:
        raise InputError([f"no run was finished in {workspace.url} yet: run the job first"]) from None
    return LastRun(spec, workspace)


def documents(run: LastRun, what: str) -> list[Document]:
    """The documents of a number, an address or an id of their source. RowNotFound where the last run has none, with
    what may be the cause.
    """
    if what.isdigit():
        found = run.by_number(int(what))
        if found is None:
            raise RowNotFound(not_there(run, int(what)))
        return [found]
    named = run.by_address(what) or run.by_source_id(what)
    if not named:
        raise RowNotFound(
            f"no document of the last run has the address {what}, or that source_id, kept or dropped: give an address "
            "with its path, or a doc_id"
        )
    return named


def not_there(run: LastRun, doc_id: int) -> str:
    """Why the last run has no document of this number."""
    number, shard, row = shard_of(doc_id)
    place = f"document {doc_id} would be record {row} of shard {shard}, run {number}"
    known = run.shards.get(doc_id >> ROW_BITS)
    if known is None:
        return f"{place}: the workspace never had such a shard"
    if run.unit_of(doc_id) is None:
        return f"{place} ({known.uri}): the last run did not read that file; it is gone, changed or was taken out"
    return (
        f"{place} ({known.uri}): it is no document: a record of another kind (a request, a blank line), not in the "
        "sample, or the file has fewer records"
    )
