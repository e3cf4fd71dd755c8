"""A job file becomes a JobSpec."""

from pipeline.config.load import parse
from pipeline.config.spec import JobSpec

JOB = """
name: my-corpus
inputs:
  - source: crawl
    paths: [data/*.warc.gz]
    columns: {text: body}
documents:
  - signals.line_shape
  - signals.line_shape: {bullets: ["-"]}
dedup: {near: off}
mix: {temperature: 2, budget_tokens: 1_000_000}
"""


def test_a_short_job_file_gets_every_default():
    job = parse(JOB)
    assert job.inputs[0].paths == ("data/*.warc.gz",)
    assert job.dedup.near is None
    assert job.mix.power == 0.5
    assert job.mix.budget_tokens == 1_000_000
    assert job.documents[1].build().bullets == ("-",)
    assert job.tokens.sequence_tokens == 2048


def test_canonical_text_gives_the_same_spec():
    job = parse(JOB)
    assert JobSpec.from_canonical(job.to_canonical()) == job
