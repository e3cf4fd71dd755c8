"""Three slots of real documents by their dates, one killed and missed: what one run over everything makes of them."""

import gzip
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import corpusmill
from corpusmill.pipeline.cli.main import main
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import corpusmill as in_a_process

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SOURCES = ("eips", "fed-speeches", "plos", "gesetze-de")
UNTIL = {"2026-08": "2024", "2026-09": "2026", "2026-10": "9999"}  # each slot takes what is dated before
JOB = """
name: slots
workspace: work
output: out
inputs:
  - source: docs
    paths: [{paths}]
    columns: {{source_id: id, url: url, domain: domain}}
documents: [signals.language, signals.counts]
dedup: {{url: newest, text: true, near: fineweb}}
mix: {{axes: [domain], temperature: 1}}
tokens: {{sequence_tokens: 512}}
output_shards: 2
"""


def documents(corpora: Path) -> Iterator[dict[str, str]]:
    for name in SOURCES:
        with gzip.open(corpora / "docs" / f"{name}.jsonl.gz") as file:
            yield from map(json.loads, file)


def by_slot(corpora: Path) -> dict[str, list[str]]:
    """JSON lines of each slot; those without a year are in the first."""
    found: dict[str, list[str]] = {slot: [] for slot in UNTIL}
    for document in documents(corpora):
        year = (document.get("date") or "")[:4]
        slot = next(slot for slot, until in UNTIL.items() if not year.isdigit() or year < until)
        found[slot].append(json.dumps(document) + "\n")
    return found


def arrive(folder: Path, slot: str, lines: list[str]) -> None:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / f"{slot}.jsonl").write_text("".join(lines))


def texts(output: Path) -> set[tuple[int, ...]]:
    """The token ids of every document of the latest version."""
    return {tuple(d.ids.tolist()) for d in corpusmill.open_dataset(str(output)).documents()}


def test_three_slots_one_killed_and_missed_are_one_run_over_everything(corpora, ray_session, tmp_path):
    slots = by_slot(corpora)
    folder = tmp_path / "slots"
    folder.mkdir()
    job = folder / "job.yaml"
    job.write_text(JOB.format(paths="'in/{slot:%Y-%m}.jsonl'"))
    arrive(folder, "2026-08", slots["2026-08"])
    say("update", "--quiet", "--slot", "2026-08", job)
    arrive(folder, "2026-09", slots["2026-09"])
    killed = in_a_process(
        "update", "--quiet", "--slot", "2026-09", str(job), env={"CORPUSMILL_FAULT_POINT": "tokenize.manifest"}
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [each["slot"] for each in json.loads(say("versions", "--json", job))] == ["2026-08"]
    first = texts(folder / "out")
    arrive(folder, "2026-10", slots["2026-10"])
    caught_up = CliRunner().invoke(main, ["update", "--quiet", "--every", "monthly", "--since", "2026-08", str(job)])
    assert caught_up.exit_code in (0, 2), caught_up.output  # 2: today there are later slots, which have no file
    versions = json.loads(say("versions", "--json", job))
    assert [each["slot"] for each in versions] == [*UNTIL]
    whole = tmp_path / "whole"
    whole.mkdir()
    for slot, lines in slots.items():
        arrive(whole, slot, lines)
    (whole / "job.yaml").write_text(JOB.format(paths="'in/*.jsonl'"))
    run_file(whole / "job.yaml")
    assert texts(folder / "out") == texts(whole / "out")
    assert first < texts(folder / "out")
    assert "valid: all" in say("verify", job)
    assert unique_of(folder) == unique_of(whole)
    records = [json.loads((folder / "out" / each["version"] / "_version.json").read_text()) for each in versions]
    print()
    costs = []
    for record in records:
        size = sum(map(len, slots[record["slot"]]))
        costs.append(record["cpu_seconds"] / size)
        print(
            f"{record['slot']}: {size / 1e6:.2f} MB and {record['new']['documents']:,} documents are new, "
            f"{record['cpu_seconds']:.1f} CPU-s, {costs[-1] * 1e6:.1f} a MB"
        )
    assert records[-1]["cpu_seconds"] < records[0]["cpu_seconds"] / 2, "a sixth of the data costs as all of it does"


def unique_of(folder: Path) -> int:
    """Documents that deduplication left, as the report says."""
    steps = json.loads((folder / "work" / "_funnel.json").read_text())["steps"]
    return next(step["documents"] for step in steps if step["name"] == "unique")
