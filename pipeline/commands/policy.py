"""Implements `policy`: proposes, approves and checks thresholds, and measures rules on labelled documents."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, InvalidDataset
from corpusmill.pipeline.commands.evidence import evidence_for, of_last_run
from corpusmill.pipeline.commands.jobs import job_of, shards_as_given
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.page import percent
from corpusmill.pipeline.run import policies
from corpusmill.pipeline.run.labelled import Counts, Labelled, read_labelled
from corpusmill.pipeline.run.policies import Policy

NAME = "policy.json"


def address_of(job: Path, spec: JobSpec, policy: Path | None) -> str:
    """Where the policy of a job is stored."""
    if policy is not None:
        return str(policy.resolve())
    return spec.policy.file or str(job.resolve().parent / NAME)


def put(address: str, policy: Policy, spec: JobSpec) -> None:
    """Write a policy file."""
    folder, _, name = address.rpartition("/")
    Store(folder or ".", spec.storage).publish(name, policy.to_json())


def propose(*, job: Path, overrides: tuple[str, ...], policy: Path | None, note: str, as_json: bool) -> None:
    """Write a policy file of the thresholds the last run had."""
    spec = job_of(job, overrides)
    evidence = evidence_for(spec)
    of_last_run(spec)
    kept = evidence.groups("language")
    made = Policy(
        job=spec.name,
        corpus=policies.corpus_of(shards_as_given(spec, Store(spec.workspace, spec.storage))),
        decisions=policies.decisions_of(spec),
        evidence={
            "histograms": evidence.name,
            "kept_documents": int(sum(a.documents for a in kept.values())),
            "kept_bytes": int(sum(a.size_bytes for a in kept.values())),
            "kept_by_language": {name: int(a.documents) for name, a in kept.items()},
        },
        note=note,
        proposed_at_utc=now(),
    )
    address = address_of(job, spec, policy)
    put(address, made, spec)
    if as_json:
        echo_json({"file": address, "policy": asdict(made)})
        return
    click.echo(f"wrote {address}: {len(made.decisions)} decisions, {made.evidence['kept_documents']:,} documents kept")
    click.echo(f"next: look at report.html, then `corpusmill policy approve --by NAME {job}`")


def approve(*, job: Path, overrides: tuple[str, ...], policy: Path | None, who: str, as_json: bool) -> None:
    """Put a name under a policy, if job and corpus are those it was proposed for."""
    spec = job_of(job, overrides)
    address = address_of(job, spec, policy)
    there = policies.read(address, spec.storage)
    made = replace(there, approved_by=who, approved_at_utc=now())
    if wrong := list(policies.mismatches(made, spec, shards_as_given(spec, Store(spec.workspace, spec.storage)))):
        raise InputError([f"{address}: {each}; propose again" for each in wrong])
    put(address, made, spec)
    if as_json:
        echo_json({"file": address, "policy": asdict(made)})
        return
    click.echo(
        f"approved by {who}: {address}; `policy: {{file: {Path(address).name}}}` in the job makes runs keep to it"
    )


def check(*, job: Path, overrides: tuple[str, ...], policy: Path | None, as_json: bool) -> None:
    """Compare job and corpus with what was approved. InvalidDataset where they differ."""
    spec = job_of(job, overrides)
    address = address_of(job, spec, policy)
    there = policies.read(address, spec.storage)
    wrong = list(policies.mismatches(there, spec, shards_as_given(spec, Store(spec.workspace, spec.storage))))
    if as_json:
        approved = {"approved_by": there.approved_by, "approved_at_utc": there.approved_at_utc}
        echo_json({"file": address, "matches": not wrong, "differences": wrong, **approved})
    if wrong:
        raise InvalidDataset("\n".join(f"{address}: {each}" for each in wrong))
    if not as_json:
        click.echo(f"as approved by {there.approved_by} at {there.approved_at_utc}")


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def evaluate(*, job: Path, overrides: tuple[str, ...], labelled: Path, label: str, text: str, as_json: bool) -> None:
    """Print precision and recall of the rules on labelled documents."""
    spec = job_of(job, overrides)
    found = read_labelled(spec, labelled, label=label, text=text)
    if as_json:
        groups = {"languages": found.by_language(), "rules": found.by_rule()}
        echo_json({what: {name: _counts(c) for name, c in rows.items()} for what, rows in groups.items()})
        return
    console = screen()
    print_table(console, counts_table("language", found.by_language()))
    console.print()
    print_table(console, rules_table(found))
    console.print(
        "precision: of what is dropped, labelled drop. recall: of what is labelled drop, dropped", markup=False
    )
    console.print("keep lost: of what is labelled keep, dropped", markup=False)


def _counts(c: Counts) -> JsonObject:
    return {**asdict(c), "precision": c.precision, "recall": c.recall, "keep_lost": c.keep_lost}


def counts_table(axis: str, rows: dict[str, Counts]) -> Table:
    """Precision and recall by group."""
    table = Table(box=None, pad_edge=False)
    for name in (axis, "documents", "labelled drop", "dropped", "precision", "recall", "keep lost"):
        table.add_column(name, justify="left" if name == axis else "right", no_wrap=True)
    for name, c in rows.items():
        shares = (percent(c.precision), percent(c.recall), percent(c.keep_lost))
        table.add_row(name, f"{c.documents:,}", f"{c.labelled_drop:,}", f"{c.dropped:,}", *shares)
    return table


def rules_table(found: Labelled) -> Table:
    """What each rule dropped first, and how much of it is labelled so."""
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "dropped", "labelled drop", "labelled keep", "precision"):
        table.add_column(name, justify="left" if name == "rule" else "right", no_wrap=True)
    for name, c in found.by_rule().items():
        keep = c.dropped - c.dropped_rightly
        table.add_row(name, f"{c.dropped:,}", f"{c.dropped_rightly:,}", f"{keep:,}", percent(c.precision))
    return table
