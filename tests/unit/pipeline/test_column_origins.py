"""What plan says of languages and axes, and what one shard writes and counts, without Ray."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.preflight.column_origins import lines
from corpusmill.pipeline.report.funnel_of_stages import funnel, of_ingest
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.stages.ingest.unit import Ingest
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.step_groups import parts_of
from corpusmill.pipeline.workspace.inventory import Shard

LABELLED = "{source: labelled, paths: [l.jsonl], columns: {language: lang}}"
FIXED = "{source: fixed, paths: [f.jsonl], columns: {domain: topic}, language: de}"
PLAIN = "{source: plain, paths: [p.jsonl]}"
WET = "{source: wet, paths: [w.warc.wet.gz]}"


def job(inputs: str, steps: str = "", more: str = "") -> JobSpec:
    return parse(f"name: j\ninputs: [{inputs}]\ndocuments: [{steps}]\n{more}", folder="/jobs")


def warnings_of(spec: JobSpec) -> list[str]:
    return list(lines(spec, [(i.source, f"readers.{i.readers()[0]}") for i in spec.inputs]))


def test_plan_says_which_language_is_used():
    assert warnings_of(job(f"{LABELLED}, {FIXED}, {PLAIN}, {WET}")) == [
        "language: fixed as 'de' by the input: fixed",
        "language: as the records declare it: labelled, wet",
        "language: null, nothing gives it: plain",
    ]
    assert warnings_of(job(f"{LABELLED}, {FIXED}, {PLAIN}", "signals.language")) == [
        "language: fixed as 'de' by the input: fixed",
        "language: measured by signals.language; what the records declare stays in declared_language: labelled",
        "language: measured by signals.language: plain",
    ]
    assert warnings_of(job(f"{LABELLED}, {FIXED}", "{signals.language: {}, only: {source: fixed}}"))[1:] == [
        "language: as the records declare it: labelled",
    ]


@pytest.mark.parametrize(
    ("inputs", "steps", "axes", "null"),
    [
        (PLAIN, "", "[domain, language]", ["domain", "language"]),
        (PLAIN, "signals.language", "[domain, language]", ["domain"]),
        (f"{PLAIN}, {FIXED}", "", "[domain, language]", []),
        (LABELLED, "", "[language]", []),
        (PLAIN, "signals.language", "[source, script]", []),
        (f"{PLAIN}, {LABELLED}", "{signals.language: {column: found}, only: {source: plain}}", "[language, found]", []),
    ],
)
def test_plan_warns_of_an_axis_that_is_null_for_everything(inputs, steps, axes, null):
    found = [line for line in warnings_of(job(inputs, steps, f"mix: {{axes: {axes}}}\n")) if line.startswith("warning")]
    assert [line.split("'")[1] for line in found] == null


def unit(tmp_path: Path, rows: list[dict[str, object]], source: str, inputs: str, steps: str, part: int = 0):
    """One shard of JSON lines ingested: its documents and its tally."""
    path = tmp_path / f"{source}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    spec = parse(f"name: j\ninputs: [{inputs}]\ndocuments: [{steps}]\ndedup: {{near: off}}\n", folder=tmp_path)
    info = path.stat()
    uri, size = str(path), info.st_size
    fs = filesystem(uri, {})
    etag = content_tag(fs, fs.info(uri))
    shard = Shard(0, 0, source, "readers.jsonl", uri, 0, size, size, etag)
    workspace = Store(str(tmp_path / "work"), {})
    (work,) = ingest.units(spec, [shard])
    counts = Ingest(job=spec.to_canonical(), workspace=workspace, code={}, files={})(work)
    folder = "documents" if len(parts_of(spec)) == 1 else "parts"
    return pq.read_table(tmp_path / "work" / folder / f"{work['name']}.parquet"), counts


def test_what_could_not_be_read_is_counted_and_kept(tmp_path):
    rows = [
        {"text": f"text {i}", "lang": "de", "when": when, "score": s}
        for i, (when, s) in enumerate([(1704164645, 1), ("soon", "2"), ("later", "high"), (None, None)])
    ]
    inputs = "{source: a, paths: [a.jsonl], columns: {language: lang, date: when, score: {type: float}}}"
    table, counts = unit(tmp_path, rows, "a", inputs, "decide.bounds: {bounds: {score: [1.5, null]}}")
    assert table["language"].to_pylist() == table["declared_language"].to_pylist() == ["de"] * 3
    assert table["score"].to_pylist() == [2.0, None, None]
    assert table["unread_fields"].to_pylist() == ["fetched_at_utc=soon", "fetched_at_utc=later; score=high", None]
    found = funnel([of_ingest(Tally.from_json(counts["tally"]))])
    assert found.unread == {"a: fetched_at_utc": 2, "a: score": 1}
    assert found.to_json()["unread"] == found.unread


def test_nothing_is_gathered_of_sources_that_a_step_is_not_for(tmp_path):
    rows: list[dict[str, object]] = [{"text": "a b", "n": i} for i in range(3)]
    both = ", ".join(f"{{source: {s}, paths: [{s}.jsonl], columns: {{n: {{type: int}}}}}}" for s in "ab")
    steps = "{decide.quantiles: {bounds: {n: [0.5, null]}, by: []}, only: {source: b}}"
    (tmp_path / "b.jsonl").write_text("")
    for source, groups in (("a", []), ("b", ["[]"])):
        table, counts = unit(tmp_path, rows, source, both, steps)
        assert table.num_rows == 3
        assert counts["gathered"]["groups"] == groups


def test_what_a_source_makes_changes_only_with_steps_for_it():
    both, step = f"{LABELLED}, {PLAIN}", "signals.counts, {signals.language: {}, only: {source: plain}}"
    (part,) = parts_of(job(both))
    before, after = (
        {name: sources.fingerprint(job(both, steps), name, "readers.jsonl", part) for name in ("labelled", "plain")}
        for steps in ("signals.counts", step)
    )
    assert before["labelled"] == after["labelled"]
    assert before["plain"] != after["plain"]
