"""The stage `lines`: what is removed is what plain counting says, whatever the files, the workers and the accidents."""

import json
import signal
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.workspace import sweep
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill, corpusmill_here, made

pytestmark = pytest.mark.ray

MOST, SHORTEST = 3, 5
MENU, FOOTER, RARE = "Home | About | Search", "  All rights reserved.  ", "Only three of us say this."
JOB = """
name: lines
workspace: work
output: out
inputs:
  - source: pages
    paths: ['in/*.jsonl']
    domain: web
    language: en
documents:
  - rewrite.common_lines: {max_documents: 3, min_chars: 5}
  - signals.counts
  - decide.bounds: {bounds: {word_count: [3, null]}}
dedup: {near: off}
tokens: {sequence_tokens: 128}
output_shards: 2
"""


def pages(first: int, count: int) -> list[str]:
    """Documents that share lines with others: a menu in each, a footer in every second, a line in three of all."""
    texts = []
    for i in range(first, first + count):
        lines = [MENU, f"Page {i} tells of boats and tides.", "ok", *([FOOTER] if i % 2 else []), f"End of page {i}."]
        lines += [RARE, RARE] if i in (2, 9, 16) else []
        texts.append("\n".join(lines))
    return [*texts, f"{MENU}\n{MENU}"] if first == 0 else texts


def write(folder: Path, files: dict[str, list[str]], job: str = JOB) -> Path:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    for name, texts in files.items():
        (folder / "in" / name).write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
    (folder / "job.yaml").write_text(job)
    return folder / "job.yaml"


FILES = {"a.jsonl": pages(0, 8), "b.jsonl": pages(8, 8), "c.jsonl": pages(16, 4)}


def texts_of(folder: Path) -> list[str]:
    """The texts of all documents that ingest kept, sorted."""
    store = Store(str(folder / "work"))
    names = sweep.remembered(store, "ingested")
    return sorted(t for n in names for t in pq.read_table(folder / f"work/documents/{n}.parquet")["text"].to_pylist())


def plainly(texts: list[str], most: int = MOST) -> list[str]:
    """The same by counting in a dictionary."""
    held = Counter(
        core for text in texts for core in {c for c in map(str.strip, text.split("\n")) if len(c) >= SHORTEST}
    )
    return ["\n".join(line for line in text.split("\n") if held[line.strip()] <= most) for text in texts]


def long_enough(texts: list[str]) -> list[str]:
    return sorted(text for text in texts if len(text.split()) >= 3)


@pytest.fixture(scope="module")
def ran(ray_session, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lines")
    run_file(write(folder, FILES))
    return folder


def test_what_goes_is_what_plain_counting_says(ran):
    given = [text for texts in FILES.values() for text in texts]
    expected = plainly(given)
    assert texts_of(ran) == long_enough(expected)
    assert MENU not in "".join(expected)
    assert RARE in "".join(expected)


def test_lines_and_characters_that_went_are_counted(ran):
    given = [t for texts in FILES.values() for t in texts]
    told = json.loads((ran / "out" / "_funnel.json").read_text())
    gone = sum(map(len, given)) - sum(map(len, plainly(given)))
    assert told["rewritten"]["rewrite.common_lines: common_chars_removed"] == gone
    assert told["rewritten"]["rewrite.common_lines: common_lines_removed"] == len(given) + 1 + len(given) // 2


def test_dropped_documents_and_their_reasons_are_reported_once(ran):
    told = json.loads((ran / "out" / "_funnel.json").read_text())
    assert told["steps"][1]["lost"] == {"decide.bounds: word_count<3": 1}
    store = Store(str(ran / "work"))
    dropped = [pq.read_table(ran / f"work/dropped/{n}.parquet") for n in sweep.remembered(store, "ingested")]
    (row,) = [row for table in dropped for row in table.to_pylist()]
    assert row["reason"] == "word_count<3"
    file = Path(
        row["uri"].removeprefix("file://")
    ).read_bytes()  # it left after the lines were counted, in a later part
    assert json.loads(file[row["offset"] : row["offset"] + row["length"]])["text"] == f"{MENU}\n{MENU}"


def test_a_second_run_does_nothing(ran):
    before = made(ran / "out")
    again = run_file(ran / "job.yaml")
    assert again.did_nothing
    assert made(ran / "out") == before


def test_how_the_documents_are_spread_over_files_changes_no_text(ran, tmp_path):
    whole = [t for texts in FILES.values() for t in texts]
    run_file(write(tmp_path, {"x.jsonl": whole[:5], "y.jsonl": whole[5:]}))
    assert texts_of(tmp_path) == texts_of(ran)


def test_a_new_file_runs_only_the_shards_whose_list_changed(ray_session, tmp_path):
    job = write(tmp_path, FILES)
    run_file(job)
    (tmp_path / "in" / "d.jsonl").write_text(json.dumps({"text": f"{RARE}\nA page nobody else has."}) + "\n")
    more = run_file(job)
    assert (more.ran["ingest1"], more.ran["lines"]) == (1, 1)
    assert more.ran["ingest"] == 4  # documents 2, 9 and 16 lie in three files, the fourth holder is new
    (tmp_path / "in" / "e.jsonl").write_text(json.dumps({"text": "Nothing shared here, at all, ever."}) + "\n")
    more = run_file(job)
    assert (more.ran["ingest1"], more.ran["lines"], more.ran["ingest"]) == (1, 1, 1)


def test_another_bound_runs_only_the_shards_whose_list_changed(ray_session, tmp_path):
    job = write(tmp_path, FILES)
    run_file(job)
    job.write_text(JOB.replace("max_documents: 3", "max_documents: 4"))
    same_lists = run_file(job)
    assert (same_lists.ran["ingest1"], same_lists.ran["lines"], same_lists.ran["ingest"]) == (0, 1, 0)
    job.write_text(JOB.replace("max_documents: 3", "max_documents: 2"))
    other_lists = run_file(job)
    assert (other_lists.ran["ingest1"], other_lists.ran["ingest"]) == (0, 3)


def test_an_update_leaves_what_is_published_as_it_is(ray_session, tmp_path):
    job = write(tmp_path, FILES)
    run_file(job)
    before = texts_of(tmp_path)
    (tmp_path / "in" / "d.jsonl").write_text(json.dumps({"text": f"{RARE}\nA page nobody else has."}) + "\n")
    more = run_file(job, update=True)
    assert (more.ran["ingest1"], more.ran["ingest"]) == (1, 1)
    assert texts_of(tmp_path) == sorted([*before, "A page nobody else has."])


@pytest.mark.parametrize(
    "place",
    [
        "lines.manifest",
        pytest.param("ingest1.manifest", marks=pytest.mark.slow),
        pytest.param("gathered.common", marks=pytest.mark.slow),
        pytest.param("ingest.manifest", marks=pytest.mark.slow),
    ],
)
def test_killed_between_the_parts(place, ran, tmp_path):
    job = write(tmp_path, FILES)
    killed = corpusmill("run", "--quiet", "--workers", "1", str(job), env={"CORPUSMILL_FAULT_POINT": place})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = corpusmill_here("run", "--quiet", str(job))
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "out") == made(ran / "out")


@pytest.mark.slow
def test_a_worker_killed_in_mid_part(ran, tmp_path):
    job = write(tmp_path, FILES)
    done = corpusmill("run", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": f"ingest1.commit@{tmp_path / 'died'}"})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "died").exists(), "no worker came by"
    assert made(tmp_path / "out") == made(ran / "out")


def test_a_quick_look_goes_through_all_parts(ray_session, tmp_path):
    done = run_file(write(tmp_path, FILES), overrides=("sample.limit=10",))
    assert done.funnel.steps[0].documents == 10
    assert MENU not in "".join(texts_of(tmp_path))


def test_plan_tells_of_each_part(ran):
    told = corpusmill_here("plan", str(ran / "job.yaml"))
    assert "ingest1: 3 of 3 committed" in told.stdout, told.stdout + told.stderr
    assert "ingest: 3 of 3 committed" in told.stdout
    assert "nothing to do" in told.stdout


def test_cleaning_up_keeps_what_the_parts_rest_on(ran):
    told = corpusmill_here("clean", str(ran / "job.yaml"))
    assert "would delete 0 files" in told.stdout, told.stdout + told.stderr
