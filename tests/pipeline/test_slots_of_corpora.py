"""Three slots of real documents by their dates, one killed, one missed: together what one run over everything makes."""

import gzip
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import corpusmill
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.events import history
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import corpusmill as in_a_process

pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.timeout(1800)]

SOURCES = ("eips", "fed-speeches", "plos", "gesetze-de")
UNTIL = {"2026-08": "2024", "2026-09": "2026", "2026-10": "9999"}  # each slot takes what is dated before
MOST_TIMES, FIXED_CPU_S = 2.0, 1.0  # of what is proportional to the data (measured: 1.4), and on top of it
JOB = """
name: slots
workspace: work
output: out
inputs:
  - source: docs
    paths: [{paths}]
    columns: {{source_id: id, url: url, domain: domain}}
documents: [signals.language, signals.counts]
dedup: {{url: newest, text: true, near: fineweb, index: true}}
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


def sets(folder: Path) -> set[tuple[int, ...]]:
    """The shingle sets of the documents that the newest index compares new ones with."""
    newest = max((folder / "work" / "index").glob("*/*.json"), key=lambda path: path.stat().st_mtime_ns)
    files = {name for _, _, name in json.loads(newest.read_text())["shards"].values()}
    columns = [pq.ParquetFile(folder / "work" / name).read(["shingles"]).column(0) for name in sorted(files)]
    return {tuple(shingles) for column in columns for shingles in column.to_pylist()}


def report(folder: Path) -> dict[str, int]:
    """Documents that came to each step, as the funnel of the report has them."""
    steps = json.loads((folder / "work" / "_funnel.json").read_text())["steps"]
    return {step["name"]: step["documents"] for step in steps}


def test_three_slots_one_killed_one_missed_are_one_run_over_everything(corpora, ray_session, tmp_path):
    slots = by_slot(corpora)
    folder = tmp_path / "slots"
    folder.mkdir()
    job = folder / "job.yaml"
    job.write_text(JOB.format(paths="'in/{slot:%Y-%m}.jsonl'"))
    arrive(folder, "2026-08", slots["2026-08"])
    say("update", "--quiet", "--slot", "2026-08", job)
    first = texts(folder / "out")
    arrive(folder, "2026-09", slots["2026-09"])
    second = ("update", "--quiet", "--slot", "2026-09", str(job))
    killed = in_a_process(*second, env={"CORPUSMILL_FAULT_POINT": "tokenize.manifest"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [each["slot"] for each in json.loads(say("versions", "--json", job))] == ["2026-08"]
    assert texts(folder / "out") == first, "readers have the version of before"
    say(*second)
    arrive(folder, "2026-10", slots["2026-10"])  # and nobody runs it in its month
    caught_up = CliRunner().invoke(main, ["update", "--quiet", "--every", "monthly", "--since", "2026-08", str(job)])
    assert caught_up.exit_code in (0, 2), caught_up.output  # 2: today there are later slots, which have no file
    assert [each["slot"] for each in json.loads(say("versions", "--json", job))] == [*UNTIL]
    assert "valid: all" in say("verify", job)
    shows_its_costs(folder / "out", slots)

    whole = tmp_path / "whole"
    whole.mkdir()
    for slot, lines in slots.items():
        arrive(whole, slot, lines)
    (whole / "job.yaml").write_text(JOB.format(paths="'in/*.jsonl'"))
    run_file(whole / "job.yaml")
    assert first < texts(folder / "out")
    assert texts(folder / "out") == texts(whole / "out")
    assert sets(folder) == sets(whole)
    assert report(folder) == report(whole)


def shows_its_costs(output: Path, slots: dict[str, list[str]]) -> None:
    """Print what each slot cost. The third, which was not interrupted either, costs what its data is of the first's."""
    versions = json.loads(say("versions", "--json", output.parent / "job.yaml"))
    sizes, costs = list[float](), list[float]()
    print()
    for version in versions:
        sizes.append(sum(map(len, slots[version["slot"]])) / 1e6)
        costs.append(json.loads((output / version["version"] / "_version.json").read_text())["cpu_seconds"])
        cost, size_mb = costs[-1], sizes[-1]
        print(f"{version['slot']}: {size_mb:.2f} MB are new, {cost:.1f} CPU-s, {cost / size_mb:.2f} a MB")
    assert [version["runs"] for version in versions] == [1, 2, 1], "the second was killed and run again"
    share = sizes[2] / sizes[0]
    last = next(
        run for run in history.runs(Store(str(output.parent / "work"))) if run.version == versions[2]["version"]
    )
    loading = sum(stage.first_cpu_seconds for stage in last.stages)  # in a worker that had not run the stage before
    print(f"{loading:.1f} CPU-s of the last were the first units of a process")
    assert costs[2] - loading < MOST_TIMES * share * costs[0] + FIXED_CPU_S, f"{share:.0%} of the data, {costs} CPU-s"
