"""Whole runs: six published datasets by name in one mix, and pairs of pictures and captions out of WARC files."""

import gzip
import json
from collections import Counter

import numpy as np
import pyarrow as pa
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


PUBLISHED = {"de": 40, "fr": 10}  # rows of lists by language; the pages have three pairs, of no language

BALANCED = """
name: balanced
workspace: work
output: out
inputs:
  - {source: crawl, paths: [a.warc.gz], domain: pictures}
  - {dataset: coyo, source: list-de, paths: [de.parquet], language: de}
  - {dataset: coyo, source: list-fr, paths: [fr.parquet], language: fr}
documents: [extract.image_text, signals.counts]
dedup: {url: newest, near: off}
mix: {axes: [domain, language], unit: rows, temperature: 2, budget_rows: 60}
tokens: {packing: none}
output_shards: 2
"""


def published(language: str, count: int) -> pa.Table:
    """Rows in COYO's form, of captions that are long or short."""
    (sample,) = named_dataset("coyo").sample[:1]
    names = [{"id": n, "url": f"https://example.org/{language}{n}.jpg"} for n in range(count)]
    captions = [{"text": f"{'long ' * n}caption {language}"} for n in range(count)]
    return pa.Table.from_pylist([{**sample, **a, **b} for a, b in zip(names, captions, strict=True)])


def test_pairs_of_pages_and_published_lists_are_mixed_exactly_in_pairs(ray_session, tmp_path):
    job, out = tmp_path / "job.yaml", tmp_path / "out"
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(DATA, mtime=0))
    for language, count in PUBLISHED.items():
        pq.write_table(published(language, count), tmp_path / f"{language}.parquet")
    job.write_text(BALANCED)
    assert "mix: counted in rows, a budget of 60" in say("plan", job)
    run_file(job)
    plan = json.loads(say("mix", "plan", "--json", job))
    targets = {"/".join(leaf["leaf"]): sum(leaf["targets"]) for leaf in plan["leaves"]}
    assert targets == {"pictures/": 9, "pictures/de": 34, "pictures/fr": 17}  # as the roots of 3, 40 and 10

    say("export", "text", "--repeat", "--columns", "page_url,width", "--out", tmp_path / "pairs.parquet", job)
    pairs = pq.ParquetFile(tmp_path / "pairs.parquet").read()
    assert dict(Counter(pairs["group"].to_pylist())) == targets
    assert len({*zip(pairs["url"].to_pylist(), pairs["copy"].to_pylist(), strict=True)}) == 60
    say("export", "text", "--out", tmp_path / "each-once", job)
    shards = [pq.read_table(path) for path in sorted((tmp_path / "each-once").iterdir())]
    assert len(shards) == 3
    assert sum(sum(shard["copies"].to_pylist()) for shard in shards) == 60
    assert sum(map(len, shards)) == 3 + 34 + 10

    assert "60 rows written, 60 planned" in say("verify", job)
    assert sum(pq.read_metadata(path).num_rows for path in (out / "data").iterdir()) == 60
    assert "The mix is counted in rows." in (out / "README.md").read_text()
    assert "Share of rows by mix group" in (out / "report.html").read_text()


def test_a_budget_of_pairs_is_held_in_each_language_to_the_pair(ray_session, tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(DATA, mtime=0))
    for language, count in PUBLISHED.items():
        pq.write_table(published(language, count), tmp_path / f"{language}.parquet")
    budget = "decide.budget: {amount: 24, by: language, shares: equal}"
    text = BALANCED.replace("signals.counts]", f"{budget}]").replace(
        "domain: pictures}", "domain: pictures, language: en}"
    )
    (tmp_path / "job.yaml").write_text(text.replace(", temperature: 2, budget_rows: 60", ""))
    run_file(tmp_path / "job.yaml")
    found = documents_of(tmp_path)
    taken = Counter(found["language"].to_pylist())
    assert taken == {"en": 3, "fr": 10, "de": 11}  # 8 each, and of the 5 that the pages lack what there is


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
