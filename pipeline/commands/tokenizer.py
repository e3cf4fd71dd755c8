"""What the commands about tokenizers do, once their arguments are read."""

from dataclasses import asdict
from pathlib import Path

from corpusmill.pipeline.commands.jobs import from_job, job_of
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.written import write
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.train.tokenizer import Training, as_table, curve_table, trained


def train(*, job: Path, overrides: tuple[str, ...], out: Path, as_json: bool, **options: object) -> None:
    """Train a tokenizer on the documents of a job, write it, and tell how it fits each language."""
    spec = job_of(job, overrides)
    found = trained(spec, Training(**options), Display().line)  # pyright: ignore[reportArgumentType] (click has checked the types)
    write(out, found.content)
    if as_json:
        fits = {what: getattr(found, what) for what in ("own", "default", "job")}
        languages = {w: None if f is None else {k: asdict(v) for k, v in f.items()} for w, f in fits.items()}
        more = {"languages": languages, "curve": [asdict(point) for point in found.curve]}
        echo_json({"file": str(out), "documents": found.documents, "bytes": found.bytes, **more})
        return
    echo(f"trained on {found.documents:,} documents, {found.bytes:,} bytes with repeats")
    beside = "the default" if found.job is None else f"the default and {spec.tokens.tokenizer}, the job's"
    echo(f"compared with {beside} on held-out documents:")
    echo(as_table(found), nl=False)
    if found.curve[-1].bytes:
        echo("bytes a token by size of the vocabulary: each smaller one is the beginning of the new one")
        echo(curve_table(found), nl=False)
    else:
        echo("no document was set aside: there are too few")
    echo(f"wrote {out}: use it with `tokens: {{tokenizer: {from_job(out, job)}}}`")
