"""Implements `plan`: what a run would do, and what it would cost on a cluster."""

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_to_run
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.run import slots_filled
from corpusmill.pipeline.commands.submitted_paths import at_lines
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.events import history
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.file_remarks import file_remarks
from corpusmill.pipeline.preflight.skipped_steps import skipped_steps
from corpusmill.pipeline.report.cost.prediction import Prediction, predict
from corpusmill.pipeline.report.cost.prices import Cluster, Prices, unit_requests
from corpusmill.pipeline.report.cost.printed import stages_table as cost_table
from corpusmill.pipeline.report.cost.rates import basis_of
from corpusmill.pipeline.run import explain


@dataclass(frozen=True, kw_only=True)
class CostRequest:
    """Where a run would take place, and what that costs. cluster: as 64x16; null: cost is not planned."""

    cluster: str | None
    prices: Prices


def plan(
    *,
    job: Path,
    overrides: tuple[str, ...],
    sample: float | None,
    limit: int | None,
    replace: bool,
    update: bool,
    cost: CostRequest,
    as_json: bool,
) -> None:
    """Say what a run, or an update, would do, of a job that passes every check of one."""
    spec = job_to_run(job, overrides, sample=sample, limit=limit)
    with at_lines(job, overrides):
        spec = slots_filled(spec)
        found = preflight.check_inputs(spec, replace=replace)
    files = preflight.with_readers(spec, found)
    told = explain.explain(spec, files, update=update)
    predicted = None if cost.cluster is None else cost_of(spec, cost, sum(file.size for file, _, _ in files))
    if as_json:
        echo_json({**asdict(told), "cost": None if predicted is None else predicted.to_json()})
        return
    for line in (*map(str, found.sources), *told.lines()):
        click.echo(line)
    for remark in (*found.remarks, *told.remarks, *skipped_steps(spec, files), *file_remarks(spec)):
        click.echo(f"warning: {remark}")
    if predicted is not None:
        click.echo()
        print_table(screen(), cost_table(predicted))
        for line in predicted.lines():
            click.echo(line)


def cost_of(spec: JobSpec, cost_request: CostRequest, input_bytes: int) -> Prediction:
    """What a run over so many bytes of input needs. InputError before any run has measured rates."""
    workspace = Store(spec.workspace, spec.storage)
    basis = basis_of(history.runs(workspace))
    if basis is None:
        told = "no finished run in the workspace to take rates from: `corpusmill run JOB --sample 0.01` makes one"
        raise InputError([f"--cluster: {told}"])
    try:
        cluster = Cluster.parse(cost_request.cluster or "")
    except ValueError:
        raise InputError([f"--cluster: expected NODESxCPUS such as 64x16, found {cost_request.cluster!r}"]) from None
    stored = sum(file.size for file in workspace.files())
    of_unit = unit_requests(spec.workspace)
    return predict(basis, input_bytes, cluster, cost_request.prices, stored_bytes=stored, of_unit=of_unit)
