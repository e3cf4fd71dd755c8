"""Whole runs: six published datasets by name in one mix, and pairs of pictures and captions out of WARC files."""

import gzip
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpusmill.pipeline.config.sections.datasets import named_dataset
from tests.pipeline.conftest import run_file, say
from tests.unit.config.test_named_datasets import stored
from tests.unit.pipeline.test_unfolding import DATA

pytestmark = pytest.mark.ray
SIX = ("c4", "pile", "fineweb", "the-stack", "oasst1", "coyo")


def documents_of(folder):
    return pq.ParquetFile(folder / "out" / "documents.parquet").read()


def test_one_job_mixes_six_named_datasets(ray_session, tmp_path):
    inputs = []
    for name in SIX:
        found = named_dataset(name)
        (tmp_path / found.file).write_bytes(stored(found))
        inputs.append(f"  - {{dataset: {name}, paths: [{found.file}]}}")
    text = "name: six\nworkspace: work\noutput: out\ninputs:\n" + "\n".join(inputs)
    text += "\nmix: {axes: [domain, source]}\ndedup: {near: off}\ntokens: {sequence_tokens: 64}\noutput_shards: 1\n"
    (tmp_path / "job.yaml").write_text(text)
    run_file(tmp_path / "job.yaml")
    found = documents_of(tmp_path)
    assert sorted(found["source"].to_pylist()) == sorted(SIX)
    domains = dict(zip(found["source"].to_pylist(), found["domain"].to_pylist(), strict=True))
    assert domains == {
        "c4": "web",
        "pile": "Pile-CC",
        "fineweb": "web",
        "the-stack": "code",
        "oasst1": "instructions",
        "coyo": "pictures",
    }
    assert "arXiv:2101.00027" in (tmp_path / "out" / "datasheet.md").read_text()


def test_one_job_goes_from_pages_to_pairs(ray_session, tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(DATA, mtime=0))
    text = (
        "name: pairs\nworkspace: work\noutput: out\ninputs: [{source: crawl, paths: [a.warc.gz], domain: pictures}]\n"
    )
    text += "documents: [extract.image_text, signals.counts]\ndedup: {url: newest, near: off}\n"
    text += "mix: {axes: [domain]}\ntokens: {sequence_tokens: 64}\noutput_shards: 1\n"
    (tmp_path / "job.yaml").write_text(text)
    run_file(tmp_path / "job.yaml")
    funnel = json.loads((tmp_path / "out" / "_funnel.json").read_text())
    assert [step["documents"] for step in funnel["steps"][:2]] == [4, 3]  # three pairs, and a page that is a PDF file
    found = documents_of(tmp_path)
    assert len(np.unique(found["doc_id"].to_numpy())) == 3
    say(
        "export",
        "text",
        "--columns",
        "page_url,alt,picture",
        "--out",
        tmp_path / "pairs.parquet",
        tmp_path / "job.yaml",
    )
    pairs = pq.ParquetFile(tmp_path / "pairs.parquet").read().select(["url", "text", "page_url", "alt", "picture"])
    assert sorted(map(tuple, (row.values() for row in pairs.to_pylist()))) == [
        ("https://example.org/0/two.png", "two", "https://example.org/0/", "two", 1),
        ("https://example.org/3/z.png", "trois", "https://example.org/3/", None, 0),
        ("https://example.org/one.png", "the one", "https://example.org/0/", "the one", 0),
    ]
