"""All the real corpora as one job, to a disk and to S3: every row accounted for, the same bytes in both."""

import json

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import made
from tests.pipeline.test_same_bytes import fetched

pytestmark = [pytest.mark.ray, pytest.mark.slow]

JOB = """
name: corpora
workspace: {place}/work
output: {place}/out
{storage}
inputs:
  - {{source: crawl, paths: ['{corpora}/crawl/LOCAL-MAIN-*.warc.gz'], domain: web}}
  - {{source: crawl-text, paths: ['{corpora}/crawl/LOCAL-MAIN-*.warc.wet.gz'], domain: web}}
  - {{source: wet, paths: ['{corpora}/wet/*.warc.wet.gz'], domain: web}}
  - source: docs
    paths: ['{corpora}/docs/*.jsonl.gz']
    columns: {{source_id: id, url: url, domain: domain}}
documents:
  - extract.resiliparse
  - rewrite.unicode
  - signals.language
  - signals.counts
  - decide.bounds: {{bounds: {{word_count: [5, 1_000_000]}}}}
mix: {{axes: [domain, language], temperature: 3.33}}
output_shards: 8
"""
DOCS, WET, PAGES = 17_234, 2_326, 1_079  # as the corpora's README counts them, and fastwarc; pages come twice


def test_a_disk_and_s3_hold_the_same_and_no_row_is_lost(corpora, ray_session, s3, tmp_path):
    here = tmp_path / "here.yaml"
    here.write_text(JOB.format(place=tmp_path, storage="", corpora=corpora))
    done = run_file(here)
    there = tmp_path / "there.yaml"
    there.write_text(
        JOB.format(place="s3://test/corpora", storage=f"storage: {{endpoint_url: '{s3}'}}", corpora=corpora)
    )
    run_file(there)
    copy = fetched(Store("s3://test/corpora/out", {"endpoint_url": s3}), tmp_path / "copy")
    assert made(copy) == made(tmp_path / "out")
    funnel = json.loads((tmp_path / "out" / "_funnel.json").read_text())
    read, kept, unique, selected, mixed = funnel["steps"]
    assert read["documents"] == DOCS + WET + 2 * PAGES
    assert read["documents"] == kept["documents"] + sum(kept["lost"].values())
    assert kept["documents"] == unique["documents"] + sum(unique["lost"].values())
    assert unique["lost"]["text"] + unique["lost"]["url"] + unique["lost"]["near"] > WET  # the WET files repeat docs
    assert unique["documents"] == selected["documents"] + sum(selected["lost"].values())
    assert mixed["documents"] >= selected["documents"]  # some are taken more than once
    parts = [pq.read_table(p, columns=["n_tokens", "input_ids"]) for p in (tmp_path / "out/data").glob("*")]
    assert done.manifest["tokens"] == sum(pc.sum(part["n_tokens"]).as_py() for part in parts)
    assert done.manifest["tokens"] == sum(len(part["input_ids"].combine_chunks().flatten()) for part in parts)
