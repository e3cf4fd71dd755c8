"""A document that ends its process is found and becomes a failed row; the others are kept, within so many tries."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import FilesFailed, WorkerDied
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.stages.ingest import isolated
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.stages.ingest.isolated import Ended, Watch, run_isolated
from corpusmill.pipeline.stages.ingest.unit import Ingest
from corpusmill.pipeline.steps import user_code
from corpusmill.pipeline.workspace.inventory import numbered
from tests.unit.pipeline.test_shared_files import shards_of, write

KILLER = '''
"""Ends the process on one word. Source: none."""
import os
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal


@dataclass(frozen=True, kw_only=True)
class Deadly(Signal):
    """Adds nothing of use."""

    adds: ClassVar[Columns] = {"deadly": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        if pc.any(pc.match_substring(batch.column("text"), "POISON")).as_py():
            os._exit(7)
        return {"deadly": pa.array([0] * batch.num_rows, pa.int32())}
'''
JOB = "name: j\ninputs: [{source: a, paths: ['*.jsonl.gz']}]\ndocuments: [{uses: deadly.Deadly}]\ndedup: {near: off}\n"


@pytest.mark.thorough
def test_the_document_is_a_failed_row_and_the_rest_is_kept(tmp_path):
    (tmp_path / "deadly.py").write_text(KILLER)
    rows = [{"text": f"document {n} of some"} for n in range(5)]
    write(tmp_path / "a.jsonl.gz", [*rows[:3], {"text": "a POISON here"}, *rows[3:]])
    spec = parse(JOB, folder=tmp_path)
    (unit,) = ingest.units(spec, shards_of(tmp_path))
    task = Ingest(
        job=spec.to_canonical(), workspace=Store(str(tmp_path / "work")), code=user_code.files_of(spec), files={}
    )
    counts = task({**unit, "isolated": True})
    assert counts["documents"] == 5
    assert Tally.from_json(counts["tally"]).total("failed", "worker", "killed") == 1
    (row,) = pq.read_table(tmp_path / "work" / "dropped" / f"{unit['name']}.parquet").to_pylist()
    assert (row["kind"], row["step"], row["reason"]) == ("failed", "worker", "killed: exit code 7")
    assert (row["uri"], row["text"]) == (str(tmp_path / "a.jsonl.gz"), "a POISON here")
    assert row["offset"] == len("".join(json.dumps(r) + "\n" for r in rows[:3]))


class Fake:
    """Processes that die where a batch holds one of these documents."""

    def __init__(self, documents: int, deadly: set[int], *, together: bool = False) -> None:
        self.documents, self.deadly, self.together = documents, deadly, together
        self.started = 0

    def __call__(
        self, folder: Path, task: Any, unit: Any, set_aside: Mapping[int, str], batch: pa.Table | None = None
    ) -> Ended:
        self.started += 1
        ids = [n for n in range(self.documents) if n not in set_aside] if batch is None else batch["doc_id"].to_pylist()
        if batch is None:
            Watch(folder, {}).takes(pa.table({"doc_id": ids}))
        dies = len(ids) > 1 if self.together else bool(self.deadly.intersection(ids))
        return Ended(death="SIGSEGV") if dies else Ended(result={"set_aside": dict(set_aside)})


@pytest.mark.parametrize("deadly", [{0}, {99}, {3, 64, 65}])
def test_halves_find_each_of_them(deadly, monkeypatch):
    fake = Fake(100, deadly)
    monkeypatch.setattr(isolated, "_process", fake)
    found = run_isolated(None, {})["set_aside"]  # pyright: ignore[reportArgumentType]
    assert found == dict.fromkeys(deadly, "killed: SIGSEGV")
    assert fake.started <= 1 + len(deadly) * 9  # a run of the unit, seven halves and one more look for each


def test_the_reason_is_how_the_document_ends_its_process_alone(monkeypatch):
    ways = {0: "SIGKILL", 2: "exit code 7"}  # the step looks for this word first, in all of a batch

    class InOrder(Fake):
        def __call__(self, *given: Any) -> Ended:
            ended = super().__call__(*given)
            batch = given[4] if len(given) > 4 else None
            ids = set(range(8)) - set(given[3]) if batch is None else set(batch["doc_id"].to_pylist())
            return ended if ended.death is None else Ended(death=ways[max(ids & ways.keys())])

    monkeypatch.setattr(isolated, "_process", InOrder(8, set(ways)))
    found = run_isolated(None, {})["set_aside"]  # pyright: ignore[reportArgumentType]
    assert found == {doc_id: f"killed: {way}" for doc_id, way in ways.items()}


def test_tries_are_bounded_and_no_document_is_blamed_that_is_not_to_blame(monkeypatch):
    fake = Fake(100, set(range(100)))
    monkeypatch.setattr(isolated, "_process", fake)
    with pytest.raises(WorkerDied, match="9 documents ended their process"):
        run_isolated(None, {})  # pyright: ignore[reportArgumentType]
    assert fake.started <= 100
    monkeypatch.setattr(isolated, "_process", Fake(100, set(), together=True))
    with pytest.raises(WorkerDied, match="on none of them alone: give it more memory"):
        run_isolated(None, {})  # pyright: ignore[reportArgumentType]


def test_a_reader_that_dies_names_its_file(monkeypatch):
    files = [(InputFile("a", f"/{n}", 10, "1"), "jsonl", Jsonl()) for n in range(40)]
    (group,) = numbered([], files, update=False).current.groups()

    def dies(folder: Path, *_: Any) -> Ended:
        Watch(folder, {}).reads(17)
        return Ended(death="SIGSEGV")

    monkeypatch.setattr(isolated, "_process", dies)
    with pytest.raises(FilesFailed, match="its reader ended the worker process") as caught:
        run_isolated(None, group.to_unit())  # pyright: ignore[reportArgumentType]
    assert [c["slot"] for c in caught.value.culprits] == [17]


@pytest.mark.thorough
def test_a_process_that_takes_too_much_memory_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(isolated, "MEMORY_BYTES", 10_000_000)
    spec = parse("name: j\ninputs: [{source: a, paths: ['*.jsonl.gz']}]\n", folder=tmp_path)
    task = Ingest(job=spec.to_canonical(), workspace=Store(str(tmp_path / "work")), code={}, files={})
    assert isolated._process(tmp_path, task, {}, {}).death == "more than 0 GB of memory"
