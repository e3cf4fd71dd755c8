"""Columns that records bring, from JSON lines to the published mix: languages, dates, types, steps for one source."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill_here

pytestmark = pytest.mark.ray

JOB = """
name: columns
workspace: work
output: out
inputs:
  - source: labelled
    paths: [labelled.jsonl]
    columns:
      language: lang
      date: when
      score: {field: quality, type: float}
      good: {field: fine, type: bool}
      tags: {type: strings}
  - source: plain
    paths: [plain.jsonl]
    columns: {at: {type: timestamp}}
documents:
  - {"decide.quantiles": {bounds: {at: [0.5, null]}, by: [], min_documents: 1}, only: {source: plain}}
  - {"decide.bounds": {bounds: {score: [0.2, null]}, null: drop}, only: {source: [labelled]}}
  - {"decide.values": {tags: {drop: [spam]}}, only: {source: labelled}}
dedup: {near: off}
mix: {axes: [domain, language, good], multiplier: {column: score, steps: [[0.9, 2]]}, budget_tokens: 2k}
tokens: {sequence_tokens: 64}
output_shards: 1
"""


@pytest.fixture(scope="module")
def folder(ray_session, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("columns")
    words = [" ".join(f"w{n}x{i}" for i in range(12)) for n in range(60)]
    labelled = [
        {"text": text, "lang": ("de", "fi")[n % 2], "when": 1704164645 if n else "soon", "quality": f"{n / 40}"}
        | {"fine": n % 4 == 0, "tags": ["spam"] if n == 39 else ["a"]}
        for n, text in enumerate(words[:40])
    ]
    plain = [
        {"text": text, "at": f"{2022 + n // 12}-{n % 12 + 1:02}-01T00:00:00Z"} for n, text in enumerate(words[40:])
    ]
    for name, rows in (("labelled", labelled), ("plain", plain)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "job.yaml").write_text(JOB)
    return folder


def said(command: str, folder: Path) -> str:
    """What a command prints, on both streams."""
    done = corpusmill_here(command, str(folder / "job.yaml"))
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_plan_and_run_say_what_gives_each_column(folder):
    told = said("plan", folder)
    assert "language: as the records declare it: labelled\n" in told
    assert "language: null, nothing gives it: plain\n" in told
    assert "warning: no document has a 'domain', so that axis of the mix divides nothing" in told
    assert "no document has a 'language'" not in told
    told = " ".join(said("run", folder).split())
    assert "warning: no document has a 'domain'" in told
    assert "labelled: fetched_at_utc: 1 values could not be read and are null" in told


def test_the_mix_goes_by_declared_languages_and_typed_columns(folder):
    done = run_file(folder / "job.yaml")
    plan = json.loads((folder / "out" / "_plan.json").read_text())
    assert done.funnel.unread == {"labelled: fetched_at_utc": 1}
    assert done.funnel.steps[1].lost == {
        "decide.quantiles: at<q0.5": 10,
        "decide.bounds: score<0.2": 8,
        "decide.values: tags=spam": 1,
    }
    text = json.dumps(plan)
    assert all(f'"{value}"' in text for value in ("de", "fi", "true", "false"))
    (unit,) = [
        table
        for path in (folder / "work" / "documents").iterdir()
        if "tags" in (table := pq.read_table(path)).column_names
    ]
    assert unit["language"].to_pylist() == unit["declared_language"].to_pylist()
    assert str(unit.schema.field("score").type) == "double"
