"""What the commands about the mix and the finished dataset do, once their arguments are read."""

from pathlib import Path

import click

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, InvalidDataset
from corpusmill.operators.mix.plan.advise import advise
from corpusmill.operators.mix.plan.explain import explain
from corpusmill.operators.mix.plan.plan_json import to_json
from corpusmill.pipeline.commands.run import from_job, job_of
from corpusmill.pipeline.commands.written import write
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.export.choices import exporter
from corpusmill.pipeline.stages.mix import estimate as planning
from corpusmill.pipeline.stages.validation.stage import folder_of
from corpusmill.pipeline.verify import dataset


def plan(*, job: Path, overrides: tuple[str, ...], what_if: bool, out: Path | None, most: int) -> None:
    """The plan of a job's mix, leaf by leaf; with `what_if`, beside the plan without the overrides."""
    made = planning.planned(job_of(job, overrides))
    if what_if:
        click.echo(planning.compared(planning.planned(job_of(job, ())), made, shown=most), nl=False)
    else:
        click.echo(explain(made, shown=most), nl=False)
    if out is not None:
        write(out, to_json(made))
        click.echo(f"wrote {out}: edit it, then run with `mix: {{plan: {from_job(out, job)}}}`")


def advice(*, job: Path, overrides: tuple[str, ...], params: float) -> None:
    """How much training the planned mix is for a model of so many parameters."""
    if params <= 0:
        raise InputError([f"--params must be above 0, got {params!r}"])
    click.echo(str(advise(params, planning.planned(job_of(job, overrides)))), nl=False)


def verify(*, what: str, overrides: tuple[str, ...]) -> None:
    """Every check of a dataset, as a table. InvalidDataset when one does not hold."""
    output = dataset_of(what, overrides)
    broken = verified(output)
    if dataset.manifest_of(output).get("validation", {}).get("documents"):
        inside = folder_of(output)
        click.echo(f"held out, {inside.url}:")
        broken += verified(inside)
    if broken:
        raise InvalidDataset(f"{broken} breaches in {output.url}")


def verified(output: Store) -> int:
    """Print every check of one dataset; how many breaches there are."""
    with Display().stage("verify", dataset.parts_of(output)) as bar:
        found = dataset.verify(output, bar)
    click.echo(found.table(), nl=False)
    return len(found.breaches)


def export(*, format_: str, job: str, overrides: tuple[str, ...], out: str) -> None:
    """The dataset in another format."""
    source, target = dataset_of(job, overrides), Store(out)
    with Display().stage("export", dataset.parts_of(source)) as bar:
        names = exporter(format_)(source, target, bar)
    click.echo(f"wrote {' and '.join(names)} to {out}")


def dataset_of(what: str, overrides: tuple[str, ...]) -> Store:
    """The dataset that a job file makes, or the one at an address."""
    if what.endswith((".yaml", ".yml")) or Path(what).is_file():  # a dataset is a folder
        spec = job_of(Path(what), overrides)
        return Store(spec.output, spec.storage)
    return Store(what)
