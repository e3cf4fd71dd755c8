"""Whole runs on real excerpts: every row accounted for, nothing done twice, only what changed done again."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import PAGES, TEXTS, VERSIONS, made, write_job

pytestmark = pytest.mark.ray


def test_every_document_is_kept_dropped_or_failed(undisturbed, inputs):
    funnel = json.loads((undisturbed / "out" / "_funnel.json").read_text())
    steps = {s["name"]: s for s in funnel["steps"]}
    rows = len((inputs / "documents.jsonl").read_bytes().splitlines())
    assert steps["read"]["documents"] == PAGES + TEXTS + rows + VERSIONS
    assert steps["read"]["lost"] == {}
    lost, removed = sum(steps["kept"]["lost"].values()), sum(steps["unique"]["lost"].values())
    assert steps["read"]["documents"] == steps["kept"]["documents"] + lost
    assert steps["kept"]["documents"] == steps["unique"]["documents"] + removed
    assert removed > 0
    sources = funnel["by"]["source"]
    assert {name: told["read"] for name, told in sources.items()} == {
        "crawl": PAGES,
        "crawl-text": TEXTS,
        "documents": rows,
        "eips": VERSIONS,
    }
    for told in sources.values():
        assert told["read"] == told["failed"] + told["dropped"] + told["not_sampled"] + told["kept"]
        assert told["kept"] == told["removed"] + told["unique"]
    assert sum(told["failed"] + told["dropped"] for told in sources.values()) == lost
    assert sum(told["removed"] for told in sources.values()) == removed
    assert sources["documents"]["dropped"] > 0


def test_parts_are_what_the_manifest_says_and_read_as_text(undisturbed):
    out = undisturbed / "out"
    manifest = json.loads((out / "_manifest.json").read_text())
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    found = made(out)
    tokens = 0
    for part in manifest["parts"]:
        assert found[part["name"]] == part["sha256"]
        table = pq.read_table(out / part["name"])
        assert table.num_rows == part["sequences"]
        tokens += sum(map(len, table["input_ids"].to_pylist()))
    assert tokens == manifest["tokens"]
    first = pq.read_table(out / manifest["parts"][0]["name"])["input_ids"][0].as_py()
    assert len(tokenizer.decode(first).split()) > 20


def test_a_second_run_does_nothing_and_says_so(undisturbed):
    before = made(undisturbed / "out")
    again = run_file(undisturbed / "job.yaml")
    assert again.did_nothing
    assert made(undisturbed / "out") == before


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("_plan.json", {"publish"}),
        ("_funnel.json", {"publish"}),
        ("tokenizer.json", {"publish"}),
        ("README.md", {"publish"}),
        ("_profile.json", {"publish"}),
        ("documents.parquet", {"documents"}),
        ("data/part-00000-*.parquet", {"pack"}),
    ],
)
def test_what_was_cut_off_or_is_missing_in_the_output_is_made_again(name, stages, undisturbed, ray_session):
    out = undisturbed / "out"
    before = made(out)
    for harm in (lambda file: file.write_bytes(file.read_bytes()[:100]), Path.unlink):
        harm(next(out.glob(name)))
        assert f"would run: {next(iter(stages))}" in say("plan", str(undisturbed / "job.yaml"))
        again = run_file(undisturbed / "job.yaml")
        assert {stage for stage, units in again.ran.items() if units} == stages
        assert made(out) == before


def test_what_the_card_says_of_the_job_is_kept_true(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs)
    run_file(job)
    job.write_text(job.read_text().replace("    domain: web\n", "    domain: web\n    license: CC-BY-4.0\n", 1))
    again = run_file(job)
    assert {stage for stage, units in again.ran.items() if units} == {"profile", "documents", "publish"}
    assert "CC-BY-4.0" in (tmp_path / "out" / "README.md").read_text()


def test_another_temperature_runs_mix_and_pack_only(inputs, ray_session, tmp_path):
    run_file(write_job(tmp_path, inputs))
    changed = run_file(tmp_path / "job.yaml", overrides=("mix.temperature=1.5",))
    stages = {"mix", "profile", "select", "pack", "documents", "publish"}
    assert {stage for stage, units in changed.ran.items() if units} == stages


def test_going_back_to_an_earlier_mix_gives_its_bytes_again(inputs, ray_session, undisturbed, tmp_path):
    run_file(write_job(tmp_path, inputs))
    run_file(tmp_path / "job.yaml", overrides=("mix.temperature=1.5",))
    run_file(tmp_path / "job.yaml")
    assert made(tmp_path / "out") == made(undisturbed / "out")


def test_another_threshold_runs_ingest_again(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs)
    first = run_file(job)
    job.write_text(job.read_text().replace("word_count: [20,", "word_count: [200,"))
    second = run_file(job)
    assert second.ran["ingest"] == first.ran["ingest"]
    assert second.funnel.steps[1].documents < first.funnel.steps[1].documents


def test_one_more_file_runs_one_ingest_unit(inputs, ray_session, tmp_path):
    mine = tmp_path / "inputs"
    mine.mkdir()
    for file in Path(inputs).iterdir():
        (mine / file.name).write_bytes(file.read_bytes())
    job = write_job(tmp_path, mine)
    run_file(job)
    lines = (mine / "documents.jsonl").read_bytes().splitlines(keepends=True)
    (mine / "documents-more.jsonl").write_bytes(b"".join(lines[:20]))
    more = run_file(job)
    assert more.ran["ingest"] == 1
    kept_of_the_new_file = 19  # one of its 20 rows is too short
    assert more.funnel.steps[2].lost["text"] + more.funnel.steps[2].lost["url"] >= kept_of_the_new_file
