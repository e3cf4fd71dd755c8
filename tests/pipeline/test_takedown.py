"""Documents, runs and sources taken out of a published dataset by the commands, and what later runs make of it."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.dedup.takedown import How
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.files.ids import shard_of
from corpusmill.pipeline.run.opened import opened
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.stages.takedown.stage import Request, TakenDown, take_down
from corpusmill.pipeline.verify import dataset
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill, corpusmill_here, made, write_job

pytestmark = pytest.mark.ray


@pytest.fixture
def job(undisturbed, tmp_path) -> Path:
    """A job whose workspace and output are copies of the undisturbed run's, at the same addresses of their own."""
    for name in ("work", "out"):
        shutil.copytree(undisturbed / name, tmp_path / name)
    told = (undisturbed / "job.yaml").read_text().replace(str(undisturbed), str(tmp_path))
    (tmp_path / "job.yaml").write_text(told)
    return tmp_path / "job.yaml"


def down(job: Path, *ids: int, urls: tuple[str, ...] = (), how: How = How.CONTENT) -> TakenDown:
    with opened(load(job), Options(), Display(quiet=True)) as run:
        return take_down(run, Request(ids=ids, urls=urls), how)


def manifest(job: Path) -> dict:
    return json.loads((job.parent / "out" / "_manifest.json").read_text())


def ids_in(job: Path) -> dict[int, str]:
    """Every document of the dataset, and a part that holds it."""
    found = {}
    for part in manifest(job)["parts"]:
        column = pq.read_table(job.parent / "out" / part["name"], columns=["doc_ids"])["doc_ids"]
        found |= dict.fromkeys(column.combine_chunks().flatten().to_pylist(), part["name"])
    return found


def tokens_of(job: Path, part: str) -> int:
    return next(p["tokens"] for p in manifest(job)["parts"] if p["name"] == part)


def breaches(job: Path) -> list[str]:
    with Display(quiet=True).stage("verify", 1) as bar:
        return dataset.verify(Store(str(job.parent / "out")), bar).breaches


# what else says how many documents, sequences or tokens there are, or names documents
TOLD = ("README.md", "datasheet.md", "croissant.json", "eu-ai-act-article-53.md")


def documents(job: Path) -> list[dict]:
    columns = ["doc_id", "url", "text"]
    tables = [pq.read_table(f, columns=columns) for f in (job.parent / "work" / "documents").iterdir()]
    return [row for table in tables for row in table.to_pylist()]


def test_only_the_parts_that_hold_a_document_are_written_again(job):
    before, there = made(job.parent / "out"), ids_in(job)
    goes = min(there)
    done = down(job, goes)
    after = made(job.parent / "out")
    parts = {n for n in before if n.startswith(("data/part-", "documents"))}
    assert done.parts == 1
    assert {n.split("-")[0] for n in parts - after.keys()} == {"data/part", "documents.parquet"}
    assert len(parts - after.keys()) == 2
    assert {n: after[n] for n in parts & after.keys()} == {n: before[n] for n in parts & after.keys()}
    assert there.keys() - ids_in(job).keys() == {goes}
    assert {n for n in before if before[n] != after.get(n)} - parts == {"_manifest.json", *TOLD}
    (listed,) = (job.parent / "out").glob("documents-*.parquet")
    about = pq.read_table(listed, columns=["doc_id"])["doc_id"].to_pylist()
    assert set(about) == set(ids_in(job))
    assert breaches(job) == []


def test_a_document_in_every_part_leaves_all_of_them(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs, extra="", temperature=20)
    run_file(job, overrides=("tokens.packing=sliding",))
    copies = [p["tokens"] for p in manifest(job)["parts"]]
    many = sorted(ids_in(job))[::3]
    done = down(job, *many)
    assert done.parts == len(copies)
    assert not set(many) & set(ids_in(job))
    told = [p["taken_down"] for p in manifest(job)["parts"]]
    assert [
        sum(t["tokens"].values()) + p["tokens"] for t, p in zip(told, manifest(job)["parts"], strict=True)
    ] == copies
    assert breaches(job) == []


def test_no_later_run_brings_it_back(job, inputs):
    there = ids_in(job)
    goes = min(there)
    text = next(row["text"] for row in documents(job) if row["doc_id"] == goes)
    down(job, goes)
    (other := job.parent / "more").mkdir()
    for file in inputs.iterdir():
        shutil.copy(file, other)
    again = [{"id": "a", "url": "http://elsewhere.org/a", "text": text}, {"id": "b", "text": "of its own " * 30}]
    (other / "documents-again.jsonl").write_text("".join(json.dumps(row) + "\n" for row in again))
    job.write_text(job.read_text().replace(str(inputs), str(other)))
    changed = run_file(job, update=True)
    assert changed.ran["ingest"]
    kept = {row["doc_id"]: row["text"] for row in documents(job)}
    assert text not in {kept[doc_id] for doc_id in ids_in(job)}
    assert breaches(job) == []


def test_the_next_run_mixes_anew_without_it(job):
    goes = min(ids_in(job))
    down(job, goes)
    again = run_file(job)
    assert again.ran["ingest"] == 0
    assert again.ran["tokenize"] == 1
    assert goes not in ids_in(job)
    assert again.funnel.steps[2].lost["takedown"] == 1
    assert breaches(job) == []
    assert run_file(job).did_nothing


def test_by_address_the_best_copy_takes_its_place_in_the_next_run(inputs, ray_session, tmp_path):
    (mine := tmp_path / "in").mkdir()
    text = " ".join(f"word{i}" for i in range(60))
    rows = [{"id": str(i), "url": f"http://{host}.org/page", "text": text} for i, host in enumerate("ab")]
    rows += [{"id": str(i), "url": f"http://c.org/{i}", "text": f"page {i} " * 30} for i in range(2, 9)]
    (mine / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for file in inputs.iterdir():
        if file.name != "documents.jsonl":
            shutil.copy(file, mine)
    job = write_job(tmp_path, mine)
    run_file(job)
    copies = [row["doc_id"] for row in documents(job) if row["text"] == text]
    (stayed,) = set(copies) & set(ids_in(job))
    (other,) = set(copies) - {stayed}
    address = next(row["url"] for row in documents(job) if row["doc_id"] == stayed)
    down(job, urls=(address,), how=How.URL)
    assert not set(copies) & set(ids_in(job))
    run_file(job)
    assert set(copies) & set(ids_in(job)) == {other}


WORKER = "takedown.commit"
PLACES = (
    "takedown.manifest",
    *(pytest.param(p, marks=pytest.mark.slow) for p in ("takedown.listed", "publish.manifest")),
)


@pytest.mark.parametrize("place", [*PLACES, pytest.param(WORKER, marks=pytest.mark.slow)])
def test_killed_anywhere_it_ends_the_same(place, job, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for name in ("work", "out"):
        shutil.copytree(job.parent / name, other / name)
    (other / "job.yaml").write_text(job.read_text().replace(str(job.parent), str(other)))
    there = ids_in(job)
    goes = [min(i for i, part in there.items() if part == name) for name in sorted(set(there.values()))[:2]]
    (job.parent / "list.txt").write_text("".join(f"{i}\n" for i in goes))
    command = ("takedown", str(job), str(job.parent / "list.txt"))
    died = job.parent / "died"
    killed = corpusmill(*command, env={"CORPUSMILL_FAULT_POINT": f"{place}@{died}"})
    assert died.exists(), "nobody came by"
    # A worker's death costs a try. After the driver's the same command goes on.
    assert killed.returncode == (0 if place == WORKER else -signal.SIGKILL), killed.stderr
    # The dataset stays what it was until its manifest is replaced; parts that wait for that lie beside it.
    assert [b for b in breaches(job) if "belongs to no dataset" not in b] == []
    done = corpusmill_here(*command)
    assert done.returncode == 0, done.stderr
    down(other / "job.yaml", *goes)
    assert made(job.parent / "out") == made(other / "out")


def test_a_document_that_is_not_there_is_refused_before_anything(job):
    with pytest.raises(InputError, match="there is no document 123456789"):
        down(job, 123456789)
    assert not (job.parent / "work" / "index" / "takedown.json").exists()
    (job.parent / "list.txt").write_text("# asked for in May\nexample\n")
    done = corpusmill_here("takedown", str(job), str(job.parent / "list.txt"))
    assert done.returncode == 2
    assert "list.txt:2: 'example' is neither a doc_id nor an address" in done.stderr


def test_an_address_that_matches_nothing_is_reported_and_nothing_is_done(job):
    there, urls = ids_in(job), {row["doc_id"]: row["url"] for row in documents(job)}
    first, second = sorted(i for i in there if urls[i])[:2]
    (list_ := job.parent / "list.txt").write_text(f"{first}\n")
    assert "1 document taken down now, 1 in all" in corpusmill_here("takedown", str(job), str(list_)).stdout
    list_.write_text(f"htps://nowhere.example/page\n{urls[second]}\n")
    refused = corpusmill_here("takedown", str(job), str(list_))
    assert refused.returncode == 2
    assert "htps://nowhere.example/page matches no document" in refused.stderr
    assert "nothing was taken down; the other 1 line of the list matches 1 document" in refused.stderr
    assert second in ids_in(job)
    done = corpusmill_here("takedown", "--allow-missing", str(job), str(list_))
    assert done.returncode == 0, done.stderr
    assert "htps://nowhere.example/page  0 documents: nothing to take down now" in done.stdout
    assert f"{urls[second]}  1 document\n1 document taken down now, 2 in all" in done.stdout
    assert second not in ids_in(job)
    assert "0 documents taken down now" in corpusmill_here("takedown", "--allow-missing", str(job), str(list_)).stdout


@pytest.mark.parametrize("content", [b"\xff\xfe1\x00", b"9" * 30, b"\xef\xbb\xbf"])
def test_a_list_that_cannot_be_meant_is_refused(job, content):
    (list_ := job.parent / "list.txt").write_bytes(content)
    assert corpusmill_here("takedown", str(job), str(list_)).returncode == 2


def update_of(job: Path, inputs: Path) -> dict[str, str]:
    """One more file, taken in by an update; what the dataset was before."""
    before = made(job.parent / "out")
    (more := job.parent / "more").mkdir()
    rows = [json.loads(line) for line in (inputs / "documents.jsonl").read_bytes().splitlines()]
    new = [{**row, "url": f"{row['url']}/more", "text": row["text"].replace("e", "ee")} for row in rows]
    (more / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in new))
    job.write_text(job.read_text().replace(f"'{inputs}/documents*", f"'{more}/documents*"))
    run_file(job, update=True)
    assert {shard_of(i)[0] for i in ids_in(job)} == {0, 1}
    return before


def test_a_run_that_is_rolled_back_leaves_the_bytes_of_before(job, inputs):
    before = update_of(job, inputs)
    refused = corpusmill_here("rollback", str(job), "0")
    assert refused.returncode == 2
    assert "the newest is run 1" in refused.stderr
    done = corpusmill_here("rollback", str(job), "1")
    assert done.returncode == 0, done.stderr
    assert made(job.parent / "out") == before
    assert run_file(job, update=True).did_nothing  # the same files stay out until they change
    assert corpusmill_here("rollback", "--again", str(job), "1").returncode == 0
    run_file(job, update=True)
    assert {shard_of(i)[0] for i in ids_in(job)} == {0, 2}
    assert "before the first run there is nothing" in _rolled_back_to_the_first(job)


def _rolled_back_to_the_first(job: Path) -> str:
    assert corpusmill_here("rollback", str(job), "2").returncode == 0
    return corpusmill_here("rollback", str(job), "0").stderr


def test_a_removed_source_leaves_the_dataset_of_the_others(job, inputs, ray_session, tmp_path_factory):
    refused = corpusmill_here("remove-source", str(job), "eip")
    assert refused.returncode == 2
    assert "there are crawl, crawl-text, documents, eips" in refused.stderr
    undone = corpusmill_here("remove-source", "--undo", str(job), "eips")
    assert undone.returncode == 2
    assert "source 'eips' is not removed" in undone.stderr
    done = corpusmill_here("remove-source", str(job), "eips")
    assert done.returncode == 0, done.stderr
    assert "source eips is taken out: 1 file\n" in done.stdout
    fresh = write_job(tmp_path_factory.mktemp("fresh"), inputs)
    lines = fresh.read_text().split("  - source: eips")
    fresh.write_text(lines[0] + lines[1][lines[1].index("documents:\n  - ") :])
    run_file(fresh)
    ours, theirs = made(job.parent / "out"), made(fresh.parent / "out")
    papers = ("datasheet.md", "croissant.json", "eu-ai-act-article-53.md", "california-ab-2013.md")
    card = {
        "README.md",
        "_manifest.json",
        *papers,
    }  # the papers name every source of the job, the manifest their checksum
    assert {n: ours[n] for n in ours.keys() - card} == {n: theirs[n] for n in theirs.keys() - card}
    own, other = (json.loads((j.parent / "out/_manifest.json").read_bytes()) for j in (job, fresh))
    assert own | {"papers_sha256": ""} == other | {"papers_sha256": ""}
    assert run_file(job).did_nothing
    assert corpusmill_here("remove-source", "--undo", str(job), "eips").returncode == 0
    run_file(job)
    assert any(np.array(sorted(ids_in(job))) >> 26 == 3)
