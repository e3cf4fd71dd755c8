"""Implements `report`, `curve` and `what-if`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.table import Table

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.predict import Predicted, predict
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.files import workspace_layout as layout
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.curves import Point, points_of
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.report.page import percent, render
from corpusmill.pipeline.run import report as reports
from corpusmill.pipeline.run.explain import last_job
from corpusmill.pipeline.run.tokens_of import TokensPerByte


def report(*, what: str, out: Path | None, as_json: bool) -> None:
    """Write the report of a job, a workspace or a dataset."""
    spec, workspace, output = found(what)
    page = render(reports.collect(spec, workspace, output)).encode()
    if out is not None:
        out.write_bytes(page)
        address = str(out)
    else:
        target = output if output is not None and output.exists(MANIFEST) else workspace
        assert target is not None
        target.publish(reports.NAME, page)
        address = f"{target.url.rstrip('/')}/{reports.NAME}"
    if as_json:
        echo_json({"file": address, "bytes": len(page)})
    else:
        click.echo(f"wrote {address} ({size(len(page))})")


def found(what: str) -> tuple[JobSpec | None, Store | None, Store | None]:
    """The job, workspace and dataset behind a job file, a workspace or a dataset, as far as they can be told."""
    if Path(what).is_file():
        spec = job_of(Path(what), ())
        return spec, Store(spec.workspace, spec.storage), Store(spec.output, spec.storage)
    store = Store(what)
    if (job := last_job(store)) is not None:
        spec = JobSpec.from_canonical(json.dumps(job))
        return spec, store, Store(spec.output, spec.storage)
    if not store.exists(MANIFEST):
        message = f"{what} is no job file, no workspace with a finished run (it has no {layout.JOB}), and no dataset"
        raise InputError([f"{message} (it has no {MANIFEST})"])
    return None, None, store


def evidence_for(spec: JobSpec) -> Evidence:
    """The evidence of the last run. InputError where there is none."""
    there = reports.evidence_of(Store(spec.workspace, spec.storage))
    if there is None:
        told = f"no run has finished in {spec.workspace}, so it holds no histograms: run the job, or a sample of it"
        raise InputError([f"{told}; where nothing was kept, `corpusmill inspect dropped JOB` shows what was measured"])
    return there


def curve(
    *,
    job: Path,
    overrides: tuple[str, ...],
    signal: str,
    by: str | None,
    most: int,
    points: int,
    as_json: bool,
) -> None:
    """Print what thresholds on a signal keep."""
    spec = job_of(job, overrides)
    evidence = evidence_for(spec)
    if signal not in evidence.columns:
        have = ", ".join(evidence.columns)
        raise InputError([f"the job measures no signal {signal!r}{nearest(signal, evidence.columns)}; it has {have}"])
    groups: Sequence[str | None] = [None] if by is None else [*evidence.groups(by)][:most]
    bounds = [b for b in reports.bounds_of(spec, evidence) if b.threshold.column == signal]
    if as_json:
        curves = [
            {"group": group, "points": [asdict(p) for p in points_of(histogram, bounds, points)]}
            for group in groups
            for histogram in [evidence.histogram(signal, by or "language", group)]
        ]
        echo_json({"signal": signal, "by": by, "curves": curves})
        return
    console = screen()
    for group in groups:
        there = evidence.histogram(signal, by or "language", group)
        which = "" if group is None else f", {by} {group or 'unknown'}"
        console.print(f"{signal}{which}", style="bold", markup=False)
        print_table(console, _curve_table(points_of(there, bounds, points)))
        console.print()
    if bounds:
        console.print("*: today's bound. Shares are of what is kept today; ~: estimated, see what-if", markup=False)
    else:
        console.print("no step has a bound on this signal", markup=False)


def _curve_table(rows: Sequence[Point]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("", "threshold", "documents", "share", "text", "share of text", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        bar = "█" * round(20 * min(row.share, 1.25))
        about = "~" if row.estimated else ""
        table.add_row(
            "*" if row.today else "",
            f"{'>=' if row.low else '<='} {row.threshold:g}",
            f"{about}{row.documents:,.0f}",
            percent(row.share),
            size(int(row.size_bytes)),
            percent(row.share_of_text),
            bar,
        )
    return table


def what_if(*, job: Path, overrides: tuple[str, ...], most: int, as_json: bool) -> None:
    """Print what the job keeps now, and with the overrides."""
    if not overrides:
        example = "--set 'documents[decide.bounds].bounds.word_count=[50, null]'"
        raise InputError([f"say what to change, for example {example}"])
    before, after = job_of(job, ()), job_of(job, overrides)
    evidence = evidence_for(before)
    of_last_run(before)
    told = predict(evidence, before, after)
    tokens = TokensPerByte.of(Store(before.workspace, before.storage))
    if as_json:
        rows = {language: _amounts(one, *tokens.of_amounts(language, one)) for language, one in told.languages.items()}
        echo_json({"languages": rows, "remarks": list(told.remarks)})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("language", "documents", "then", "change", "+-", "tokens", "then", "change"):
        table.add_column(name, justify="left" if name == "language" else "right", no_wrap=True)
    shown = list(told.languages.items())
    for language, one in shown[:most]:
        table.add_row(language or "unknown", *_cells(one, *tokens.of_amounts(language, one)))
    if len(shown) > most:
        table.add_row(f"and {len(shown) - most} more")
    sums = np.sum([tokens.of_amounts(language, one) for language, one in shown], axis=0) if shown else (0.0, 0.0)
    table.add_row("all", *_cells(told.total, *sums), style="bold")
    console = screen()
    print_table(console, table)
    for remark in _remarks(told.total, told.remarks):
        console.print(remark, markup=False)


def _amounts(one: Predicted, tokens: float, then: float) -> JsonObject:
    return {
        "documents": one.now.documents,
        "documents_then": one.then.documents,
        "error": one.error,
        "exact": one.is_exact,
        "tokens": tokens,
        "tokens_then": then,
    }


def _cells(one: Predicted, tokens: float, then: float) -> Iterator[str]:
    yield f"{one.now.documents:,.0f}"
    yield f"{one.then.documents:,.0f}"
    yield _change(one.now.documents, one.then.documents)
    yield "exact" if one.is_exact else f"{one.error:,.0f}"
    yield f"{tokens:,.0f}"
    yield f"{then:,.0f}"
    yield _change(tokens, then)


def _change(before: float, after: float) -> str:
    return "" if not before else f"{(after - before) / before:+.1%}"


def _remarks(total: Predicted, remarks: Sequence[str]) -> Iterator[str]:
    yield ""
    yield from remarks
    yield "documents: kept by all steps, before deduplication; tokens: bytes over the language's bytes per token"
    if not total.is_exact:
        yield (
            "+-: two standard errors, or documents of a bin that a bound cuts. For exact answers run a sample with "
            "every dropped document measured: corpusmill run JOB --sample 0.1 --set evidence.measure_dropped=1"
        )


def of_last_run(spec: JobSpec) -> None:
    """Say on stderr where the last run was of other steps than the job has now."""
    last = last_job(Store(spec.workspace, spec.storage))
    now = json.loads(spec.to_canonical())
    if last is not None and (last["documents"] != now["documents"] or last["sample"] != now["sample"]):
        click.echo("the last run had other steps, or read another sample; its counts are the ones shown", err=True)
