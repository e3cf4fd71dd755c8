"""The commands that train something from a corpus: classifiers, tokenizers and language models."""

from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JOB, JSON, SET


@click.group()
def classifier() -> None:
    """Classifiers for `signals.fasttext`."""


@classifier.command(name="train")
@click.argument("labelled")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="NAME.bin, or NAME.ftz: quantised, a tenth as large.",
)
@click.option("--text-field", default="text", show_default=True, help="Where the text stands.")
@click.option("--label-field", default="label", show_default=True, help="Where the label stands, one word.")
@click.option("--epochs", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--learning-rate", default=0.1, show_default=True, type=click.FloatRange(0, min_open=True))
@click.option("--dim", default=100, show_default=True, type=click.IntRange(min=1), help="Length of a vector.")
@click.option("--word-ngrams", default=2, show_default=True, type=click.IntRange(min=1), help="Words in a feature.")
@click.option("--min-count", default=1, show_default=True, type=click.IntRange(min=1), help="Rarer words are left out.")
@click.option("--buckets", type=click.IntRange(min=1), help="Rows for n-grams.  [default: as the documents need]")
@click.option("--held-out", default=0.1, show_default=True, type=click.FloatRange(0, 1, min_open=True, max_open=True))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@JSON
def classifier_train(
    labelled: str, out: Path, text_field: str, label_field: str, held_out: float, as_json: bool, **settings: Any
) -> None:
    """Train a fastText classifier from LABELLED, JSONL with a text and a label a line, at any fsspec address.

    Prints precision, recall and F1 on the documents that are held out, by hash; writes the model and a card beside it.
    """
    from corpusmill.pipeline.commands import classifier as commands_classifier
    from corpusmill.pipeline.train.classifier import Settings

    guarded(
        lambda: commands_classifier.train_classifier(
            labelled=labelled,
            out=out,
            text_field=text_field,
            label_field=label_field,
            settings=Settings(held_out_share=held_out, **settings),
            as_json=as_json,
        )
    )


@click.group()
def tokenizer() -> None:
    """Tokenizers of your own."""


@tokenizer.command(name="train")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
@click.option("--vocab-size", type=click.IntRange(min=258), default=32_768, show_default=True)
@click.option(
    "--expression",
    type=click.Choice(["gpt2", "llama3", "qwen2", "o200k", "deepseek3"]),
    default="o200k",
    show_default=True,
    help="How text is cut into words.",
)
@click.option("--sample-tokens", type=click.IntRange(min=1), default=100_000_000, show_default=True, help="To read.")
@click.option(
    "--temperature", type=click.FloatRange(min=1), default=2.0, show_default=True, help="Above 1 languages even out."
)
@click.option("--language", default="language", show_default=True, help="The column of languages.")
@JSON
@SET
@JOB
def tokenizer_train(**arguments: Any) -> None:
    """Train a byte-level BPE tokenizer on the documents of a job, weighed as its mix weighs them.

    A document is read or not by its hash, so the same job gives the same tokenizer. Two documents in a hundred are set
    aside; on these the command counts, by language, what the new tokenizer does better than the job's own.
    """
    from corpusmill.pipeline.commands import tokenizer as commands_tokenizer

    guarded(lambda: commands_tokenizer.train(**arguments))


@click.group(name="language-model")
def language_model() -> None:
    """Language models for `signals.perplexity`."""


@language_model.command(name="train")
@click.argument("texts")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="NAME.arpa")
@click.option("--text-field", default="text", show_default=True, help="Where the text stands.")
@click.option("--order", default=3, show_default=True, type=click.IntRange(2, 6), help="Words of the longest n-gram.")
@click.option("--split", type=click.Choice(["whitespace", "characters"]), default="whitespace", show_default=True)
@click.option("--prepare", type=click.Choice(["nothing", "ccnet"]), default="nothing", show_default=True)
@JSON
def language_model_train(texts: str, out: Path, text_field: str, as_json: bool, **settings: Any) -> None:
    """Train an n-gram model from TEXTS, JSONL with a text a line, at any fsspec address; smoothed as KenLM does.

    All n-grams are held in memory: give it a sample, some ten million words. `export documents` writes one.
    """
    from corpusmill.pipeline.commands import language_model as commands_language_model
    from corpusmill.pipeline.train.language_model import Settings

    guarded(
        lambda: commands_language_model.train_language_model(
            texts=texts, out=out, text_field=text_field, settings=Settings(**settings), as_json=as_json
        )
    )


COMMANDS = (classifier, tokenizer, language_model)
