"""What the commands about the mix and the finished dataset do, once their arguments are read."""

import json
from dataclasses import asdict
from pathlib import Path

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, InvalidDataset
from corpusmill.operators.mix.plan.advise import advise
from corpusmill.operators.mix.plan.explain import explain
from corpusmill.operators.mix.plan.plan_json import to_json
from corpusmill.pipeline.commands.export_place import require_apart
from corpusmill.pipeline.commands.inspect import documents_of
from corpusmill.pipeline.commands.jobs import from_job, job_of, sent_job
from corpusmill.pipeline.commands.messages import export_messages
from corpusmill.pipeline.commands.printed import Exported, echo_json
from corpusmill.pipeline.commands.text import TextRequest, export_text
from corpusmill.pipeline.commands.written import write
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.export.choices import exporter
from corpusmill.pipeline.files.dataset_layout import validation_folder
from corpusmill.pipeline.files.latest import latest
from corpusmill.pipeline.report import tables
from corpusmill.pipeline.stages.describe.texts import Which
from corpusmill.pipeline.stages.mix import estimate as planning
from corpusmill.pipeline.steps.tokenizer import tokenizer_of
from corpusmill.pipeline.verify import dataset
from corpusmill.pipeline.verify.findings import Findings, verdict


def plan(*, job: Path, overrides: tuple[str, ...], what_if: bool, out: Path | None, most: int, as_json: bool) -> None:
    """The plan of a job's mix, leaf by leaf; with `what_if`, beside the plan without the overrides."""
    made = planning.planned(job_of(job, overrides))
    if as_json:
        echo_json(json.loads(to_json(made)))
    elif what_if:
        echo(planning.compared(planning.planned(job_of(job, ())), made, shown=most), nl=False)
    else:
        echo(explain(made, shown=most), nl=False)
    if out is not None:
        write(out, to_json(made))
        echo(f"wrote {out}: edit it, then run with `mix: {{plan: {from_job(out, job)}}}`", err=as_json)


def advice(*, job: Path, overrides: tuple[str, ...], params: float, width: float | None, as_json: bool) -> None:
    """How much training the planned mix is for a model of so many parameters, and the vocabulary beside it."""
    if params <= 0:
        raise InputError([f"--params must be above 0, got {params!r}"])
    if width is not None and width <= 0:
        raise InputError([f"--width must be above 0, got {width!r}"])
    spec = job_of(job, overrides)
    if spec.mix.unit != "tokens":
        told = f"the mix of {job} is counted in {spec.mix.unit.replace('_', ' ')}"
        raise InputError([f"{told}, and the advice is about tokens: leave `mix.unit` and its budget out for it"])
    found, vocabulary = advise(params, planning.planned(spec), width), tokenizer_of(spec.tokens).vocab_size
    if as_json:
        echo_json({**asdict(found), "vocabulary": vocabulary})
        return
    echo(str(found), nl=False)
    echo(f"the job's tokenizer has {vocabulary:,} tokens")


def verify(*, what: str, overrides: tuple[str, ...], sent: bool, as_json: bool) -> None:
    """Print every check of a dataset, and last whether it is valid. InvalidDataset when a check does not hold."""
    output = output_of_sent(Path(what)) if sent else dataset_of(what, overrides)
    found = [verified(output, as_json=as_json)]
    if dataset.manifest_of(output).get("validation", {}).get("documents"):
        inside = validation_folder(output)
        if not as_json:
            echo(f"held out, {inside.url}:")
        found.append(verified(inside, as_json=as_json))
    breaches, checks = sum(len(f.breaches) for f in found), sum(len(f.checks) for f in found)
    if as_json:
        echo_json({"valid": not breaches, "datasets": [asdict(each) for each in found]})
    if breaches:
        raise InvalidDataset(verdict(output.url, breaches, checks))
    if not as_json:
        echo(verdict(output.url, breaches, checks))


def output_of_sent(job: Path) -> Store:
    """The dataset of a job as `submit` wrote it; of several versions the latest."""
    spec, _ = sent_job(job)
    return latest(Store(spec.output, spec.storage))


def verified(output: Store, *, as_json: bool) -> Findings:
    """Work out every check of one dataset, and print it unless `as_json`."""
    with Display(quiet=as_json).stage("verify", dataset.parts_of(output)) as bar:
        found = dataset.verify(output, bar)
    if not as_json:
        echo(found.table(), nl=False)
    return found


def export(
    *,
    format_: str,
    job: str,
    overrides: tuple[str, ...],
    out: str,
    which: Which,
    columns: str | None = None,
    repeat: bool = False,
    as_json: bool,
) -> None:
    """Write a dataset in another format, texts, or a table of the workspace."""
    done = exported(format_, job, overrides, out, TextRequest(which=which, columns=names_in(columns), repeat=repeat))
    if as_json:
        echo_json({"format": format_, **asdict(done)})
    else:
        echo(done.line())


def names_in(columns: str | None) -> tuple[str, ...]:
    """The names in a list with commas.

    >>> names_in(" a,b, "), names_in(None)
    (('a', 'b'), ())
    """
    return tuple(name.strip() for name in (columns or "").split(",") if name.strip())


def exported(format_: str, job: str, overrides: tuple[str, ...], out: str, texts: TextRequest) -> Exported:
    """Write what `export` was called for; what it is."""
    if texts.columns and format_ != "text":
        raise InputError([f"--columns is for `export text`; {format_} has the columns that it has"])
    if texts.repeat and format_ not in ("text", "messages"):
        raise InputError([f"--repeat is for `export text` and `messages`; {format_} has its own number of copies"])
    require_apart(out, job, overrides)
    if format_ in ("text", "messages"):
        if not Path(job).is_file():
            raise InputError([f"texts are in the workspace of a job: expected a job file, found {job}"])
        spec = job_of(Path(job), overrides)
        workspace = Store(spec.workspace, spec.storage)
        if format_ == "text":
            return export_text(workspace, out, texts)
        return export_messages(workspace, out, texts)
    if format_ in tables.NAMES:
        return export_table(format_, Path(job), overrides, out)
    source, target = dataset_of(job, overrides), Store(out)
    with Display().stage("export", dataset.parts_of(source)) as bar:
        names = exporter(format_)(source, target, bar)
    return Exported(out=out, files=list(names))


def export_table(name: str, job: Path, overrides: tuple[str, ...], out: str) -> Exported:
    """Write the documents or the dropped documents of the last run into one file."""
    if not job.is_file():
        raise InputError([f"{name} are in the workspace of a job: expected a job file, found {job}"])
    ending = tables.ending_of(out)
    spec = job_of(job, overrides)
    workspace = Store(spec.workspace, spec.storage)
    chosen = documents_of(spec, workspace)
    echo(f"written: {chosen.description}", err=True)
    rows = tables.write(workspace, name, sorted(chosen.units), out, ending)
    return Exported(out=out, what="row", rows=rows)


def dataset_of(what: str, overrides: tuple[str, ...]) -> Store:
    """The dataset that a job file makes, or the one at an address; of several versions the latest."""
    if what.endswith((".yaml", ".yml")) or Path(what).is_file():  # a dataset is a folder
        spec = job_of(Path(what), overrides)
        return latest(Store(spec.output, spec.storage))
    return latest(Store(what))
