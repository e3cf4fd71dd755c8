"""What the commands about classifiers do, once their arguments are read."""

import gzip
from dataclasses import asdict
from pathlib import Path

import zstandard

from corpusmill.operators.text.fasttext.judged import table, warnings
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.written import write
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.train.classifier import Settings, train


def train_classifier(
    *, labelled: str, out: Path, text_field: str, label_field: str, settings: Settings, as_json: bool
) -> None:
    """Train, print how well it does on documents it has not seen, write the model and its card."""
    made = train(
        plain(labelled, resources.read(labelled)),
        name=out.stem,
        text_field=text_field,
        label_field=label_field,
        settings=settings,
        quantised=out.suffix == ".ftz",
    )
    write(out, made.model)
    card = out.with_suffix(".md")
    write(card, made.card.encode())
    if as_json:
        verdict = {"labels": asdict(made.verdict), "warnings": list(warnings(made.verdict))}
        echo_json({"file": str(out), "card": str(card), "bytes": len(made.model), **verdict})
        return
    echo(table(made.verdict))
    for warning in warnings(made.verdict):
        echo(f"warning: {warning}")
    echo(f"wrote {out}, {size(len(made.model))}, and its card, {card}")


def plain(name: str, content: bytes) -> bytes:
    """The bytes of a file that may be compressed, told by the ending of its name.

    >>> plain("a.jsonl.gz", gzip.compress(b"{}")), plain("a.jsonl", b"{}")
    (b'{}', b'{}')
    """
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".zst"):
        return zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()
    return content
