"""Documents that end their worker, on Ray: each is a failed row with its file and place, the rest is a dataset."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import run_file

pytestmark = pytest.mark.ray

DEADLY = '''
"""Ends its process on a word. Source: none."""
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal

ENDS = {
    "EXITS": lambda: os._exit(7),
    "LEAVES": lambda: os._exit(0),  # without an error
    "ABORTS": os.abort,  # as a library written in C does
    "LATER": os.abort,
    "FILLS": lambda: os.kill(os.getpid(), signal.SIGKILL),  # as the system does when memory is short
}


@dataclass(frozen=True, kw_only=True)
class Deadly(Signal):
    """Adds nothing of use.

    words: those on which it ends its process.
    """

    words: tuple[str, ...]
    column: str = "deadly"
    adds: ClassVar[Columns] = {}

    def columns_added(self) -> Columns:
        return {self.column: pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        for word in self.words:
            if pc.any(pc.match_substring(batch.column("text"), word)).as_py():
                ENDS[word]()
        return {self.column: pa.array([0] * batch.num_rows, pa.int32())}
'''
JOB = """
name: killers
workspace: work
output: out
inputs: [{{source: a, paths: ['in/*.jsonl'], language: en, domain: web}}]
documents:
  - {{uses: deadly.Deadly, with: {{words: [EXITS, LEAVES, ABORTS, FILLS], column: first}}}}
  - signals.counts{second}
dedup: {{near: off}}
tokens: {{sequence_tokens: 128}}
output_shards: 1
"""
SECOND = """
  - decide.top: {count: 1000, column: word_count, by: []}
  - {uses: deadly.Deadly, with: {words: [LATER], column: second}}"""


def lines_of(marked: dict[int, str], count: int, name: str) -> list[str]:
    """JSON lines of documents, of which some hold a word."""
    return [
        json.dumps({"text": f"number {n} of {name} " * 9 + str(n * 7919) + " " + marked.get(n, "")}) + "\n"
        for n in range(count)
    ]


def job_in(folder: Path, files: dict[str, list[str]], second: str = "") -> Path:
    (folder / "in").mkdir()
    for name, lines in files.items():
        (folder / "in" / name).write_text("".join(lines))
    (folder / "deadly.py").write_text(DEADLY)
    (folder / "job.yaml").write_text(JOB.format(second=second))
    return folder / "job.yaml"


def killed(folder: Path) -> list[tuple[str, int, str]]:
    """File, offset and reason of each document that ended a worker, sorted."""
    rows = [row for path in (folder / "work" / "dropped").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    found = {(Path(r["uri"]).name, r["offset"], r["reason"]) for r in rows if r["step"] == "worker"}
    return sorted(found)


@pytest.mark.slow
def test_each_way_to_die_is_one_failed_row_with_its_place(ray_session, tmp_path):
    ways = {0: "FILLS", 2: "EXITS", 5: "ABORTS", 7: "LEAVES"}
    files = {"a.jsonl": lines_of(ways, 8, "a"), "b.jsonl": lines_of({}, 8, "b")}
    done = run_file(job_in(tmp_path, files))

    def offset(row: int) -> int:
        return sum(map(len, files["a.jsonl"][:row]))

    assert killed(tmp_path) == [
        ("a.jsonl", 0, "killed: SIGKILL"),
        ("a.jsonl", offset(2), "killed: exit code 7"),
        ("a.jsonl", offset(5), "killed: SIGABRT"),
        ("a.jsonl", offset(7), "killed: exit code 0"),
    ]
    steps = done.funnel.steps
    assert (steps[0].documents, steps[1].documents) == (16, 12)
    assert dict(steps[1].lost) == {"failed, worker: killed": 4}
    assert done.manifest["documents"] == 12


@pytest.mark.slow
def test_steps_behind_a_ranking_run_isolated_too(ray_session, tmp_path):
    files = {"a.jsonl": lines_of({3: "LATER", 6: "EXITS"}, 8, "a")}
    done = run_file(job_in(tmp_path, files, SECOND))
    lines = files["a.jsonl"]
    assert killed(tmp_path) == [
        ("a.jsonl", sum(map(len, lines[:3])), "killed: SIGABRT"),
        ("a.jsonl", sum(map(len, lines[:6])), "killed: exit code 7"),
    ]
    assert done.manifest["documents"] == 6
