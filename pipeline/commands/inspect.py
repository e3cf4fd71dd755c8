"""What `inspect` does, once its arguments are read: says what it shows, then shows it, or says that there is none."""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.run import as_given, job_of, sample_overrides
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import screen
from corpusmill.pipeline.execution.run_stage import committed
from corpusmill.pipeline.report import documents as inspection
from corpusmill.pipeline.report.duplicates import clusters
from corpusmill.pipeline.run.explain import differences, last_job
from corpusmill.pipeline.steps.step_groups import LAST
from corpusmill.pipeline.workspace import sweep, withheld

NAMES = {
    "documents": "kept documents",
    "dropped": "dropped documents",
    "duplicates": "duplicates",
    "clusters": "clusters of duplicates",
}
USED_BY = {"--reason": ("dropped",), "--source": tuple(NAMES), "--row": ("sequence",)}
OF_READING = ("inputs", "sample", "documents")  # the parts of a job that decide what is kept and dropped
CHANGES_SHOWN = 4


@dataclass(frozen=True)
class Chosen:
    """Ingest units to look at, with their counts, and in words whose they are."""

    units: Mapping[str, Mapping[str, Any]]
    told: str


def inspect(
    *,
    job: Path,
    overrides: tuple[str, ...],
    what: str,
    reason: str | None,
    source: str | None,
    most: int,
    row: int | None,
    sample: float | None,
    limit: int | None,
    seed: int,
) -> None:
    """Show a sample of a table, or a sequence. sample, limit, overrides: those of the run to look at."""
    refuse_unused(what, {"--reason": reason, "--source": source, "--row": row})
    spec = job_of(job, (*overrides, *sample_overrides(sample, limit)))
    if what == "sequence":
        show([inspection.sequence(Store(spec.output, spec.storage), row or 0)])
        return
    if source is not None and source not in (known := [i.source for i in spec.inputs]):
        raise InputError([f"--source: the job has no source {source!r}{nearest(source, known)}"])
    workspace = Store(spec.workspace, spec.storage)
    chosen = duplicates_of(spec, workspace) if what in ("duplicates", "clusters") else documents_of(spec, workspace)
    click.echo(f"shown: {chosen.told}", err=True)
    units = {name for name, counts in chosen.units.items() if source in (None, counts["source"])}
    tables = sweep.remembered(workspace, "duplicates")
    match what:
        case "documents":
            shown: Iterator[inspection.Shown] = inspection.documents(workspace, units, most, seed=seed)
        case "dropped":
            shown = inspection.dropped(workspace, units, most, reason, seed=seed)
        case "clusters":
            shown = clusters(workspace, sorted(tables), most, units=units)
        case _:
            shown = inspection.duplicates(workspace, units, tables, most, seed=seed)
    if not show(shown):
        why = f" with {reason!r} in their reason" if what == "dropped" and reason is not None else ""
        of = f" of source {source!r}" if source is not None else ""
        removed = source is not None and source in withheld.read(workspace).sources
        back = f"; it is removed: `corpusmill remove-source --undo {job} {source}` lets it in again" if removed else ""
        click.echo(f"0 {NAMES[what]}{why}{of}{back}")


def refuse_unused(what: str, given: Mapping[str, object]) -> None:
    """InputError for options that say nothing about what is to be shown. given: None where an option was not."""
    wrong = [
        f"{option} is about {', '.join(USED_BY[option])}, not about {what}: leave it out"
        for option, value in given.items()
        if value is not None and what not in USED_BY[option]
    ]
    if wrong:
        raise InputError(wrong)


def show(items: Iterable[inspection.Shown]) -> int:
    """Print these; how many they were."""
    console, shown = screen(), 0
    say = functools.partial(console.print, markup=False, soft_wrap=not console.is_terminal)  # a pipe gets whole lines
    for item in items:
        shown += 1
        say(item.heading, style="bold")
        say("  " + "  ".join(f"{k}={v}" for k, v in item.facts.items()), style="dim")
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
