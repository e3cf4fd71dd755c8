"""What the command about language models does, once its arguments are read."""

from pathlib import Path

import click

from corpusmill.pipeline.commands.classifier import plain
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.written import write
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.train.language_model import Settings, train


def train_language_model(*, texts: str, out: Path, text_field: str, settings: Settings, as_json: bool) -> None:
    """Train an n-gram model, write it as an ARPA file, and print what it holds."""
    made = train(plain(texts, resources.read(texts)), text_field=text_field, settings=settings)
    write(out, made.arpa)
    if as_json:
        echo_json({"file": str(out), "bytes": len(made.arpa), "documents": made.documents, "ngrams": made.ngrams})
        return
    counts = ", ".join(f"{n:,} of {k}" for k, n in enumerate(made.ngrams, 1))
    click.echo(f"trained on {made.documents:,} documents; n-grams by words: {counts}")
    same = {"split": settings.split, "prepare": settings.prepare}
    options = "".join(f", {name}: {value}" for name, value in same.items() if value not in ("whitespace", "nothing"))
    click.echo(f"wrote {out}, {size(len(made.arpa))}: use it with `signals.perplexity: {{model: {out}{options}}}`")
