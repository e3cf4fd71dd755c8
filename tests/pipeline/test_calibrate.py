"""The stage `calibrate`: thresholds by quantile for each language, the same however the documents lie in files."""

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill_here, made
from tests.pipeline.test_lines import texts_of

pytestmark = pytest.mark.ray

JOB = """
name: quantiles
workspace: work
output: out
inputs:
  - source: pages
    paths: ['in/*.jsonl']
    columns: {language: lang}
    domain: web
documents:
  - signals.counts
  - decide.quantiles: {bounds: {word_count: [0.25, null]}, by: [declared_language], min_documents: 10}
  - signals.buckets: {of: word_count, cuts: [0.5], names: [low, high], by: [declared_language], min_documents: 10}
dedup: {near: off}
mix: {axes: [declared_language, bucket]}
tokens: {sequence_tokens: 64}
output_shards: 1
"""


def rows(language: str, lengths: range) -> list[dict[str, str]]:
    """Documents of so many words each, all different."""
    return [{"text": " ".join(f"{language}{n}x{i}" for i in range(n)), "lang": language} for n in lengths]


EN, DE, FI = rows("en", range(1, 21)), rows("de", range(101, 141)), rows("fi", range(50, 54))


def write(folder: Path, files: dict[str, list[dict[str, str]]], job: str = JOB) -> Path:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / "in" / name).write_text("".join(json.dumps(row) + "\n" for row in content))
    (folder / "job.yaml").write_text(job)
    return folder / "job.yaml"


FILES = {"a.jsonl": [*EN[::2], *DE[:20]], "b.jsonl": [*EN[1::2], *FI], "c.jsonl": DE[20:]}


@pytest.fixture(scope="module")
def ran(ray_session, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quantiles")
    run_file(write(folder, FILES))
    return folder


def kept(folder: Path, language: str) -> list[int]:
    """Words of the documents of a language that were kept."""
    return sorted(len(text.split()) for text in texts_of(folder) if text.startswith(language))


def test_the_lowest_quarter_of_each_language_goes(ran):
    assert kept(ran, "en") == list(range(6, 21))
    assert kept(ran, "de") == list(range(111, 141))
    # four documents are too few: all 64 together have their lowest quarter below 17 words
    assert kept(ran, "fi") == [50, 51, 52, 53]


def test_buckets_are_halves_of_each_language_and_can_be_mixed_by(ran):
    plan = json.loads((ran / "out" / "_plan.json").read_text())
    assert {tuple(leaf["leaf"]) for leaf in plan["leaves"]} >= {("en", "low"), ("en", "high"), ("de", "low")}
    funnel = json.loads((ran / "out" / "_funnel.json").read_text())
    assert funnel["steps"][1]["lost"] == {"decide.quantiles: word_count<q0.25": 15}


def test_the_thresholds_are_reported(ran):
    told = corpusmill_here("plan", str(ran / "job.yaml"))
    assert 'word_count of ["en"]: 6 at 0.25, of 20 documents' in told.stdout, told.stdout + told.stderr
    thresholds = json.loads((ran / "out" / "_thresholds.json").read_text())
    assert {"column": "word_count", "documents": 40, "group": '["de"]', "quantiles": {"0.25": 111.0}, "run": 0} in (
        thresholds["decide.quantiles"]
    )


def test_a_second_run_does_nothing(ran):
    before = made(ran / "out")
    assert run_file(ran / "job.yaml").did_nothing
    assert made(ran / "out") == before


def test_files_split_otherwise_give_the_same_documents(ray_session, ran, tmp_path):
    whole = [row for content in FILES.values() for row in content]
    run_file(write(tmp_path, {"x.jsonl": whole[::3], "y.jsonl": whole[1::3], "z.jsonl": whole[2::3]}))
    assert texts_of(tmp_path) == texts_of(ran)


def test_another_quantile_measures_nothing_again(ray_session, tmp_path):
    job = write(tmp_path, FILES)
    run_file(job)
    job.write_text(JOB.replace("[0.25, null]", "[0.5, null]"))
    changed = run_file(job)
    assert (changed.ran["ingest1"], changed.ran["ingest2"], changed.ran["ingest"]) == (0, 3, 3)
    assert kept(tmp_path, "en") == list(range(11, 21))


def test_a_new_file_runs_only_shards_whose_thresholds_moved(ray_session, tmp_path):
    job = write(tmp_path, FILES)
    run_file(job)
    (tmp_path / "in" / "d.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows("en", range(1000, 1020))))
    more = run_file(job)
    assert (more.ran["ingest1"], more.ran["calibrate"]) == (1, 2)
    assert more.ran["ingest2"] == 3  # the new one, and two with English in them; the third has German only
