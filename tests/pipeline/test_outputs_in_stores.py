"""An output in a store that cannot be written to is told before any work."""

import pytest

from corpusmill.errors import InputError
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import run_job

JOB = """
name: small
workspace: {folder}/work
output: s3://nowhere/out
storage: {{endpoint_url: '{s3}'}}
inputs:
  - source: a
    paths: ['{folder}/a.jsonl']
"""


@pytest.mark.thorough
def test_a_bucket_that_is_not_there(s3, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    (tmp_path / "a.jsonl").write_text('{"text": "some words"}\n')
    job = tmp_path / "job.yaml"
    job.write_text(JOB.format(folder=tmp_path, s3=s3))
    with pytest.raises(InputError, match=r"output: there is no bucket 'nowhere' in this store; correct its name"):
        run_job(load(job), Options(), Display(quiet=True))
    assert not (tmp_path / "work" / "inventory.parquet").exists()
