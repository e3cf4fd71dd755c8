"""What `inspect` does, once its arguments are read: says what it shows, then shows it, or says that there is none."""

import functools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import as_given, job_of, sample_overrides
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import screen
from corpusmill.pipeline.execution.run_stage import committed
from corpusmill.pipeline.execution.terminal import echo, one_line
from corpusmill.pipeline.files.latest import latest
from corpusmill.pipeline.report import documents as inspection
from corpusmill.pipeline.report.duplicates import clusters
from corpusmill.pipeline.report.search import Query, search
from corpusmill.pipeline.run.explain import differences, last_job
from corpusmill.pipeline.steps.step_groups import LAST
from corpusmill.pipeline.workspace import excluded, sweep

NAMES = {
    "documents": "kept documents",
    "dropped": "dropped documents",
    "duplicates": "duplicates",
    "clusters": "clusters of duplicates",
}
USED_BY = {
    "--reason": ("dropped",),
    "--source": tuple(NAMES),
    "--row": ("sequence",),
    "--find": ("documents", "dropped"),
}
OF_READING = ("inputs", "sample", "documents")  # the parts of a job that decide what is kept and dropped
CHANGES_SHOWN = 4
SEARCHED = ("documents", "dropped")
BROWSED = 200  # documents in the list of the browser


@dataclass(frozen=True)
class Chosen:
    """Ingest units to look at, with their counts, and in words whose they are."""

    units: Mapping[str, Mapping[str, Any]]
    description: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `inspect` was called with. sample, limit, overrides: those of the run to look at."""

    job: Path
    overrides: tuple[str, ...]
    what: str
    reason: str | None
    source: str | None
    most: int
    row: int | None
    sample: float | None
    limit: int | None
    seed: int
    find: str | None = None
    plain: bool = False
    as_json: bool = False


def inspect(given: Request) -> None:
    """Show a sample of a table, or a sequence."""
    refuse_unused(given.what, {"--reason": given.reason, "--source": given.source, "--row": given.row})
    refuse_unused(given.what, {"--find": given.find})
    spec = job_of(given.job, (*given.overrides, *sample_overrides(given.sample, given.limit)))
    if given.what == "sequence":
        of = "the dataset"
        shown_one = [inspection.sequence(latest(Store(spec.output, spec.storage)), given.row or 0)]
        show_json(given, of, shown_one) if given.as_json else show(shown_one)
        return
    if given.source is not None and given.source not in (known := [i.source for i in spec.inputs]):
        raise InputError([f"--source: the job has no source {given.source!r}{nearest(given.source, known)}"])
    workspace = Store(spec.workspace, spec.storage)
    chosen = (
        duplicates_of(spec, workspace) if given.what in ("duplicates", "clusters") else documents_of(spec, workspace)
    )
    if not given.as_json:
        echo(f"shown: {chosen.description}", err=True)
    units = {name for name, counts in chosen.units.items() if given.source in (None, counts["source"])}
    tables = sweep.remembered(workspace, "duplicates")
    if given.what in SEARCHED and screen().is_terminal and sys.stdin.isatty() and not (given.plain or given.as_json):
        browse(given, spec, workspace, units, chosen.description)
        return
    match given.what:
        case "documents" | "dropped" if given.find is not None:
            shown: Iterator[inspection.Shown] = search(
                workspace, given.what, units, Query.parse(given.find), given.most
            )
        case "documents":
            shown = inspection.documents(workspace, units, given.most, seed=given.seed)
        case "dropped":
            shown = inspection.dropped(workspace, units, given.most, given.reason, seed=given.seed)
        case "clusters":
            shown = clusters(workspace, sorted(tables), given.most, units=units)
        case _:
            shown = inspection.duplicates(workspace, units, tables, given.most, seed=given.seed)
    if given.as_json:
        show_json(given, chosen.description, shown)
    elif not show(shown):
        why = f" with {given.find!r} in them" if given.find is not None else ""
        why += f" with {given.reason!r} in their reason" if given.what == "dropped" and given.reason is not None else ""
        of = f" of source {given.source!r}" if given.source is not None else ""
        removed = given.source is not None and given.source in excluded.read(workspace).sources
        back = (
            f"; it is removed: `corpusmill remove-source --undo {given.job} {given.source}` lets it in again"
            if removed
            else ""
        )
        echo(f"0 {NAMES[given.what]}{why}{of}{back}")


def browse(given: Request, spec: JobSpec, workspace: Store, units: set[str], heading: str) -> None:
    """Open the browser of documents."""
    from corpusmill.pipeline.commands.browse import Browser
    from corpusmill.pipeline.commands.why import story_lines

    def find(query: Query | None) -> list[inspection.Shown]:
        if query is None and given.find is not None:
            query = Query.parse(given.find)
        if query is not None:
            return list(search(workspace, given.what, units, query, BROWSED))
        if given.what == "documents":
            return list(inspection.documents(workspace, units, BROWSED, seed=given.seed))
        return list(inspection.dropped(workspace, units, BROWSED, given.reason, seed=given.seed))

    Browser(f"{NAMES[given.what]}: {heading}", find, lambda doc_id: story_lines(spec, given.job, doc_id)).run()


def refuse_unused(what: str, given: Mapping[str, object]) -> None:
    """InputError for options that say nothing about what is to be shown. given: None where an option was not."""
    wrong = [
        f"{option} is about {', '.join(USED_BY[option])}, not about {what}: leave it out"
        for option, value in given.items()
        if value is not None and what not in USED_BY[option]
    ]
    if wrong:
        raise InputError(wrong)


def show_json(given: Request, of: str, items: Iterable[inspection.Shown]) -> None:
    """Print what is shown as JSON. of: whose documents these are, in words."""
    rows = [{"heading": each.heading, "facts": dict(each.facts), "text": each.text} for each in items]
    echo_json({"what": given.what, "of": of, "shown": json.loads(json.dumps(rows, default=str))})


def show(items: Iterable[inspection.Shown]) -> int:
    """Print these; how many they were."""
    console, shown = screen(), 0
    say = functools.partial(console.print, markup=False, soft_wrap=not console.is_terminal)  # a pipe gets whole lines
    for item in items:
        shown += 1
        say(one_line(item.heading), style="bold")
        say("  " + "  ".join(one_line(f"{k}={v}") for k, v in item.facts.items()), style="dim")
        say(item.text)
        console.print()
    return shown


def documents_of(spec: JobSpec, workspace: Store) -> Chosen:
    """What the job as it is now has read, if it has read all; else the last finished run. InputError for neither."""
    last, changes = last_units(workspace), changed(spec, workspace, OF_READING)
    if last and not changes:
        return Chosen(last, "the last finished run")
    parts = as_given(spec, workspace)
    done = parts[-1].done if parts[-1].part.stage == LAST else {}
    if not last:
        if not done:
            raise InputError([f"nothing is read in {workspace.url} yet: run the job first"])
        return Chosen(done, f"{len(done)} of {len(parts[-1].units)} shards, read by a run that did not finish")
    if len(done) == len(parts[-1].units) > 0:
        return Chosen(done, f"what this job has read; the last finished run was of another one: {changes}")
    return Chosen(last, f"the last finished run, of another job: {changes}; run this one to see what it makes")


def duplicates_of(spec: JobSpec, workspace: Store) -> Chosen:
    """The last finished run, which alone has duplicates. InputError where there is none."""
    last, changes = last_units(workspace), changed(spec, workspace, (*OF_READING, "dedup"))
    if not last:
        raise InputError([f"no run was finished in {workspace.url} yet: run the job first"])
    other = f", of another job: {changes}; run this one to see what it makes" if changes else ""
    return Chosen(last, f"the last finished run{other}")


def last_units(workspace: Store) -> Mapping[str, Mapping[str, Any]]:
    """Ingest units of the last finished run; none before the first."""
    return committed(workspace, LAST, sweep.remembered(workspace, "ingested")).counts


def changed(spec: JobSpec, workspace: Store, keys: tuple[str, ...]) -> str:
    """What of these keys is not as in the last finished run, in words; empty when all of it is."""
    before, now = last_job(workspace) or {}, json.loads(spec.to_canonical())
    found = list(differences({k: before.get(k) for k in keys}, {k: now.get(k) for k in keys}))
    if len(found) <= CHANGES_SHOWN + 1:
        return "; ".join(found)
    return f"{'; '.join(found[:CHANGES_SHOWN])}; and {len(found) - CHANGES_SHOWN} more"
