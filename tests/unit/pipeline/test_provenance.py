"""How a dataset was made: the job, versions and inputs, without secrets and without folders of a desk."""

import hashlib
import json
from pathlib import Path

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.load import find
from corpusmill.pipeline.commands.jobs import written_in
from corpusmill.pipeline.config.base.formats import LIST_MARK
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.inputs.as_written import AsWritten, as_written
from corpusmill.pipeline.inputs.files import find as find_inputs
from corpusmill.pipeline.run import provenance as made
from corpusmill.pipeline.run.provenance import DIGESTS, inputs, provenance
from corpusmill.pipeline.workspace.inventory import Shard

JOB = """
name: mine
workspace: ./work
inputs:
  - {{source: a, paths: ['data/*.jsonl', '${{DATA}}/b.jsonl'], columns: {{source_id: id}}}}
  - {{source: up, paths: ['../shared/c.jsonl']}}
  - {{source: far, paths: ['{far}/*.jsonl']}}
documents: [signals.counts]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A job file with relative, absolute and variable paths, and its files."""
    job = tmp_path / "home" / "joe" / "proj"
    for place in (job / "data", tmp_path / "home" / "joe" / "shared", tmp_path / "env", tmp_path / "far"):
        place.mkdir(parents=True)
    for n, path in enumerate((job / "data" / "a.jsonl", job.parent / "shared" / "c.jsonl")):
        path.write_text(f'{{"text": "{n}"}}\n')
    (tmp_path / "env" / "b.jsonl").write_text('{"text": "b"}\n')
    (tmp_path / "far" / "d.jsonl").write_text('{"text": "d"}\n')
    (job / "job.yaml").write_text(JOB.format(far=tmp_path / "far"))
    monkeypatch.setenv("DATA", str(tmp_path / "env"))
    return job


def shards_of(job: Path) -> list[Shard]:
    spec = load(job)
    paths = [((), path, each) for each in spec.inputs for path in each.paths]
    files = find_inputs(paths).files
    cut = [(f.size // 2, f) for f in files]
    return [
        Shard(0, 2 * n + half, f.source, "readers.jsonl", f.uri, *((0, at), (at, f.size))[half], f.size, f.etag)
        for n, (at, f) in enumerate(cut)
        for half in (0, 1)
    ]


def provenance_of(folder: Path) -> dict:
    job = folder / "job.yaml"
    workspace = Store(str(folder / "work"))
    return provenance(load(job), shards_of(job), workspace, {"tokens.tokenizer": "ab"}, written_in(job, ()))


def test_each_input_once_with_size_and_digest_as_the_job_writes_it(folder, tmp_path):
    found = {line["file"]: line for line in provenance_of(folder)["inputs"]}
    assert {*found} == {"data/a.jsonl", "${DATA}/b.jsonl", "../shared/c.jsonl", f"{tmp_path}/far/d.jsonl"}
    content = (folder / "data" / "a.jsonl").read_bytes()
    line = {"source": "a", "file": "data/a.jsonl", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert found["data/a.jsonl"] == line


def test_no_folder_of_the_desk_is_reported_that_the_job_does_not_name(folder):
    text = json.dumps(provenance_of(folder))
    assert "joe" not in text
    assert str(folder) not in text
    assert json.loads(text)["job"]["inputs"][0]["paths"] == ["data/*.jsonl", "${DATA}/b.jsonl"]
    assert json.loads(text)["job"]["workspace"] == "work"


def test_a_job_without_its_file_tells_names_of_files_only(folder):
    job = folder / "job.yaml"
    found = provenance(load(job), shards_of(job), Store(str(folder / "work")), {}, AsWritten())
    assert "joe" not in json.dumps(found)
    assert {line["file"] for line in found["inputs"]} == {f".../{x}.jsonl" for x in "abcd"}


def test_no_secret_is_reported(folder, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENG")
    job = folder / "job.yaml"
    job.write_text(job.read_text().replace("name: mine", "name: wJalrXUtnFEMIK7MDENG"))
    assert "wJalrXUtnFEMIK7MDENG" not in json.dumps(provenance_of(folder))


def test_code_steps_and_libraries_have_versions(folder):
    found = provenance_of(folder)
    assert found["code"]["steps"] == {"signals.counts": find("signals.counts").version}
    assert found["code"]["sha256"] == made.code_sha256()
    assert {"pyarrow", "numpy", "numba", "tokenizers", "ray", "python"} <= {*found["libraries"]}
    assert found["files"] == {"tokens.tokenizer": "ab"}


def test_files_in_a_store_have_its_etag_and_no_query(folder):
    shard = Shard(0, 0, "s", "readers.jsonl", "https://x.org/a.jsonl?sig=abcdefgh", 0, 5, 5, "E1")
    (line,) = inputs([shard], Store(str(folder / "work")), AsWritten())
    assert line == {"source": "s", "file": "https://x.org/a.jsonl", "size": 5, "etag": "E1"}


def test_a_file_that_changed_since_it_was_read_has_no_digest_and_one_that_did_not_is_read_once(folder, monkeypatch):
    shards, workspace = shards_of(folder / "job.yaml"), Store(str(folder / "work"))
    (folder / "data" / "a.jsonl").write_text("another, longer content")
    found = {line["file"]: line["sha256"] for line in inputs(shards, workspace, AsWritten())}
    assert found[".../a.jsonl"] is None
    assert len(json.loads(workspace.read(DIGESTS))) == 3
    monkeypatch.setattr(made, "_digest", lambda *_: None)
    assert {line["file"]: line["sha256"] for line in inputs(shards, workspace, AsWritten())} == found


def test_of_very_much_only_the_ends_are_hashed(folder, monkeypatch):
    monkeypatch.setattr(made, "WHOLE_BYTES", 1)
    shards = shards_of(folder / "job.yaml")
    assert all("sha256_of_ends" in line for line in inputs(shards, Store(str(folder / "work")), AsWritten()))


def test_what_is_written_travels_with_a_job_that_is_sent():
    written = as_written({"a": ["data/x", "/mnt/y", f"{LIST_MARK}lists/z"]}, Path("/home/joe"), {})
    assert AsWritten.from_json(written.to_json()) == written
    assert written.address(f"{LIST_MARK}/home/joe/lists/z") == f"{LIST_MARK}lists/z"
    assert written.address("/mnt/y") == "/mnt/y"
    assert written.address("/home/joes/x") == ".../x"
