"""A tokenizer from a finished workspace: the same from the same documents, weighed, and told by language."""

import os
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from corpusmill.operators.tokens.tokenizer import load
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.train.tokenizer import Training, as_table, trained

pytestmark = pytest.mark.ray

SMALL = Training(vocab_size=600, expression="o200k", sample_tokens=20_000, temperature=2.0, language="language")


def test_the_command_writes_a_tokenizer_and_tells_how_it_fits(undisturbed, tmp_path):
    out = tmp_path / "own.json"
    arguments = ["tokenizer", "train", "--out", out, "--vocab-size", 600, "--sample-tokens", 20_000]
    done = CliRunner().invoke(main, [str(a) for a in (*arguments, undisturbed / "job.yaml")])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "choosing and reading documents" in done.stderr
    assert "then merging them into 600 tokens" in done.stderr
    told = done.stdout.splitlines()
    assert told[0].startswith("trained on ")
    head = next(line for line in told if line.startswith("language"))
    assert head.split() == ["language", "documents", "tokens/word", "then", "bytes/token", "then"]
    assert told[-1] == f"wrote {out}: use it with `tokens: {{tokenizer: {os.path.relpath(out, undisturbed)}}}`"
    made = load(out.read_bytes())
    assert made.path == "fast"
    assert made.vocab_size == 600
    assert made.decode(made.encode(pa.array(["Salt, tea"], pa.large_string())).ids) == "Salt, tea"


def test_the_same_documents_give_the_same_tokenizer_and_more_of_them_another(undisturbed):
    spec = job_of(undisturbed / "job.yaml", ())
    once, again = trained(spec, SMALL), trained(spec, SMALL)
    assert once.content == again.content
    more = trained(spec, Training(**{**SMALL.__dict__, "sample_tokens": 40_000}))
    assert more.bytes > 1.5 * once.bytes
    assert set(once.own) == set(once.default)


def test_too_large_a_vocabulary_and_an_unknown_column_are_reported(undisturbed, tmp_path):
    def say(*arguments: object) -> str:
        command = ["tokenizer", "train", "--out", tmp_path / "x.json", *arguments, undisturbed / "job.yaml"]
        done = CliRunner().invoke(main, [str(a) for a in command])
        assert done.exit_code == 2, (done.output, done.exception)
        return done.output

    assert "train on more text, or request fewer" in say("--vocab-size", 900_000)
    assert "no column 'tongue'" in say("--language", "tongue")
    assert not Path(tmp_path / "x.json").exists()


def test_it_is_reported_beside_the_default_and_beside_the_tokenizer_of_the_job(undisturbed, tmp_path):
    spec = job_of(undisturbed / "job.yaml", ())
    first = trained(spec, SMALL)
    assert first.job is None
    (tmp_path / "own.json").write_bytes(first.content)
    own = spec.model_copy(update={"tokens": spec.tokens.model_copy(update={"tokenizer": str(tmp_path / "own.json")})})
    second = trained(own, SMALL)
    assert second.default == first.default
    assert second.job == first.own
    head, row = as_table(second).splitlines()[:2]
    assert head.split() == [
        "language", "documents", "tokens/word", "job's", "then", "bytes/token", "job's", "then",
    ]  # fmt: skip
    assert len(row.split()) == 8
