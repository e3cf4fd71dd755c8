"""Small files of one unit are read as if each were alone: same documents, places and reasons; one that fails, alone."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store
from corpusmill.errors import FilesFailed
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.stages.ingest.files_apart import FilesApart, each_file, require_no_culprit
from corpusmill.pipeline.stages.ingest.unit import Ingest
from corpusmill.pipeline.stages.ingest.unreadable import unreadable
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.workspace import inventory, sharing
from corpusmill.pipeline.workspace.inventory import numbered
from corpusmill.pipeline.workspace.shards import Shards, UnitFiles

FILES, DOCUMENTS = 40, 3
STEPS = "[signals.counts, {decide.bounds: {bounds: {word_count: [3, null]}}}]"
JOB = f"name: j\ninputs: [{{source: a, paths: ['*.jsonl.gz']}}]\ndocuments: {STEPS}\ndedup: {{near: off}}\n"
POISON = "POISON " * 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of three documents, of which one is too short and one has no text."""
    for n in range(FILES):
        lines = [{"text": f"document {n} of a file that is small"}, {"text": f"short {n}"}, {"txt": n}]
        write(tmp_path / f"{n:02d}.jsonl.gz", lines)
    return tmp_path


def write(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    file.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), mtime=0))


def shards_of(folder: Path) -> Shards:
    fs = filesystem(str(folder), {})
    paths = sorted(map(str, folder.glob("*.jsonl.gz")))
    infos = [fs.info(path) for path in paths]
    tags = [content_tag(fs, info) for info in infos]
    files = [InputFile("a", path, int(i["size"]), tag) for path, i, tag in zip(paths, infos, tags, strict=True)]
    return numbered([], [(file, "readers.jsonl", Jsonl()) for file in files], update=False).current


def run(folder: Path, units: Sequence[Any], spec: JobSpec, work: str = "work") -> dict[str, Any]:
    task = Ingest(job=spec.to_canonical(), workspace=Store(str(folder / work)), code={}, files={})
    return {u["name"]: task(u) for u in units}


def rows(folder: Path, table: str, work: str = "work") -> list[dict[str, Any]]:
    tables = [pq.read_table(path) for path in sorted((folder / work / table).iterdir())]
    return pa.concat_tables(tables).drop_columns("doc_id").to_pylist()


def in_order(found: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in found)


def spec_in(folder: Path, text: str = JOB) -> JobSpec:
    return parse(text, folder=folder)


@pytest.fixture
def by_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each file gives in a unit of its own, in `alone`."""
    monkeypatch.setattr(sharing, "FEW_FILES", FILES)
    found = run(folder, ingest.units(spec_in(folder), shards_of(folder)), spec_in(folder), "alone")
    monkeypatch.undo()
    return found


@pytest.mark.thorough
def test_documents_and_counts_are_those_of_files_that_are_read_alone(folder, by_itself):
    (unit,) = ingest.units(spec_in(folder), shards_of(folder))
    (counts,) = run(folder, [unit], spec_in(folder)).values()
    assert len(by_itself) == FILES
    for table in ("documents", "dropped"):
        assert in_order(rows(folder, table)) == in_order(rows(folder, table, "alone"))
    dropped = rows(folder, "dropped")
    assert {row["uri"] for row in dropped} == {str(path) for path in folder.glob("*.gz")}
    assert {row["reason"].partition(":")[0] for row in dropped} == {"word_count<3", "missing_field"}
    tally = Tally()
    for each in by_itself.values():
        tally.merge(Tally.from_json(each["tally"]))
    assert Tally.from_json(counts["tally"]) == tally
    documents = pq.read_table(next((folder / "work" / "documents").iterdir()))
    assert documents["doc_id"].to_pylist() == sorted(documents["doc_id"].to_pylist())


@pytest.mark.thorough
def test_a_later_group_of_steps_takes_up_a_shared_unit(folder):
    text = JOB.replace(
        "[signals.counts, ", "[signals.counts, {decide.quantiles: {bounds: {word_count: [0.1, null]}, by: []}}, "
    )
    spec, shards = spec_in(folder, text), shards_of(folder)
    (unit,) = ingest.units(spec, shards)
    run(folder, [unit], spec)
    store = Store(str(folder / "work"))
    store.publish("answers/a.jsonl", b"")
    (group,) = shards.groups()
    (later,) = ingest.later_units(spec, 1, {unit["name"]: group}, {unit["name"]: "answers/a.jsonl"})
    (counts,) = run(folder, [later], spec).values()
    assert counts["documents"] == FILES
    dropped = pq.read_table(folder / "work" / "dropped" / f"{later['name']}.parquet")
    assert (dropped.num_rows, len(dropped["uri"].unique())) == (2 * FILES, FILES)


def test_a_damaged_file_is_named_and_costs_its_own_records_only(folder):
    damaged = folder / "07.jsonl.gz"
    damaged.write_bytes(damaged.read_bytes()[:15])
    shards = shards_of(folder)
    (unit,) = ingest.units(spec_in(folder), shards)
    (counts,) = run(folder, [unit], spec_in(folder)).values()
    assert counts["documents"] == FILES - 1
    (found,) = unreadable({unit["name"]: counts}, {unit["name"]: UnitFiles(shards)})
    assert found.shard.uri == str(damaged)
    assert str(found) == "no record could be read: 1 failed, truncated_gz (15 B)"
    assert Tally.from_json(counts["tally"]).total("lost_bytes", "truncated_gz") == 15


def fails_on(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """The steps raise an error at a batch with this word in a text."""
    steps: Callable[..., Any] = Chain.through

    def fragile(chain: Chain, batch: Any, *places: int | None) -> Any:
        if any(word in text for text in batch.column("text").to_pylist()):
            raise ValueError("this text cannot be measured")
        return steps(chain, batch, *places)

    monkeypatch.setattr(Chain, "through", fragile)


def test_files_that_fail_are_all_named_and_the_others_read_without_them(folder, monkeypatch):
    for n in (3, 30):
        write(folder / f"{n:02d}.jsonl.gz", [{"text": POISON}])
    spec, shards = spec_in(folder), shards_of(folder)
    (folder / "20.jsonl.gz").unlink()
    fails_on(monkeypatch, "POISON")
    (unit,) = ingest.units(spec, shards)
    with pytest.raises(FilesFailed, match="3 of 40 files failed") as caught:
        run(folder, [unit], spec)
    assert not (folder / "work").exists()
    failed = Failed(unit, str(caught.value), "", kind="FilesFailed", culprits=caught.value.culprits)
    with pytest.raises(FilesApart) as apart:
        require_no_culprit(Result("ingest", {}, Tally(), ran=0, failed=[failed]))
    names = [(Path(str(f.unit["uri"])).name, f.kind) for f in apart.value.failed]
    assert sorted(names) == [
        ("03.jsonl.gz", "ValueError"),
        ("20.jsonl.gz", "InputChanged"),
        ("30.jsonl.gz", "ValueError"),
    ]
    groups = apart.value.without_found(shards.groups())
    (counts,) = run(folder, ingest.units_of(spec, groups), spec).values()
    assert counts["documents"] == FILES - 3


def test_a_file_with_more_records_than_a_slot_counts_gets_a_number_of_its_own(folder, monkeypatch):
    write(folder / "11.jsonl.gz", [{"text": "four words in each"}] * 5)
    monkeypatch.setattr("corpusmill.pipeline.files.ids.SLOT_ROW_BITS", 2)
    spec, shards, store = spec_in(folder), shards_of(folder), Store(str(folder / "work"))
    store.publish(inventory.NAME, inventory._to_bytes(shards))
    (unit,) = ingest.units(spec, shards)
    with pytest.raises(FilesFailed) as caught:
        run(folder, [unit], spec)
    failed = Failed(unit, "", "", kind="FilesFailed", culprits=caught.value.culprits)
    with pytest.raises(FilesApart) as apart:
        require_no_culprit(Result("ingest", {}, Tally(), ran=0, failed=[failed]))
    assert apart.value.failed == []
    held = SimpleNamespace(workspace=store, lease=SimpleNamespace(check=lambda: None))
    (moved,) = inventory.with_own_numbers(held, apart.value.too_long)  # pyright: ignore[reportArgumentType]
    assert (Path(moved.uri).name, moved.shard, moved.slot) == ("11.jsonl.gz", 1, 0)
    left = apart.value.without_found(shards.groups())
    counts = run(folder, ingest.units_of(spec, [*left, UnitFiles.of(moved)]), spec).values()
    assert [c["documents"] for c in counts] == [FILES - 1, 5]
    assert [len(group.files) for group in inventory.read(store).groups()] == [FILES - 1, 1]


def test_a_file_that_changed_is_one_that_fails(folder):
    shards = shards_of(folder)
    write(folder / "05.jsonl.gz", [{"text": "another text of four words"}])
    with pytest.raises(FilesFailed, match=r"InputChanged: .*05\.jsonl\.gz changed since"):
        run(folder, ingest.units(spec_in(folder), shards), spec_in(folder))


def test_a_unit_that_fails_as_a_whole_is_reported_file_by_file(folder):
    (unit,) = ingest.units(spec_in(folder), shards_of(folder))
    failed = list(each_file(Failed(unit, "its worker died", "", kind="WorkerCrashedError")))
    assert [Path(str(f.unit["uri"])).name for f in failed] == [f"{n:02d}.jsonl.gz" for n in range(FILES)]
    alone = replace(failed[0], unit={"name": "x", "uri": "/a"})
    assert list(each_file(alone)) == [alone]


def test_a_limit_counts_over_all_files_of_a_unit(folder):
    spec = spec_in(folder, JOB + "sample: {limit: 10}\n")
    (unit,) = ingest.units_of(spec, shards_of(folder).groups(), 10)
    (counts,) = run(folder, [unit], spec).values()
    assert counts["taken"] == 10
