"""What `why` tells of documents of a real run is what its tables and parts hold; so are the files about documents."""

import collections
import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import corpusmill
from corpusmill.cluster.storage import Store
from corpusmill.errors import DriftTooLarge
from corpusmill.pipeline.commands.why import last_run
from corpusmill.pipeline.profile.count import by, from_json
from corpusmill.pipeline.why.story import story_of
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import made, write_job

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def pieces(undisturbed) -> pa.Table:
    """Every piece of every document in the parts, by brute force: part, row, doc_id, tokens, pass."""
    found = []
    for part in sorted((undisturbed / "out").glob("data/part-*.parquet")):
        for row, line in enumerate(pq.read_table(part).to_pylist()):
            for doc_id, n, pass_ in zip(line["doc_ids"], line["seq_lens"], line["pass"], strict=True):
                found.append({"part": f"data/{part.name}", "row": row, "doc_id": doc_id, "tokens": n, "pass": pass_})
    return pa.Table.from_pylist(found)


def stories(undisturbed, ids):
    run, output = last_run(Store(str(undisturbed / "work"))), Store(str(undisturbed / "out"))
    return [story_of(run, run.by_number(int(i)), output) for i in ids]


def test_a_document_of_the_dataset_is_where_it_is_said_to_be(undisturbed, pieces):
    ids = pieces["doc_id"].unique().to_pylist()
    for story in stories(undisturbed, ids[:: max(1, len(ids) // 25)]):
        mine = pieces.filter(pc.equal(pieces["doc_id"], story.doc_id)).to_pylist()
        told = [(p.part, p.row, p.tokens, p.pass_) for p in story.chosen.places]
        assert sorted(told) == sorted((p["part"], p["row"], p["tokens"], p["pass"]) for p in mine)
        assert story.chosen.copies == len({p["pass"] for p in mine})
        assert all(step.verdict != "drops it" for step in story.steps)


def test_documents_that_are_not_in_the_dataset_say_why(undisturbed, pieces):
    kept = corpusmill.open_workspace(str(undisturbed / "work")).documents(["doc_id"])["doc_id"].to_pylist()
    duplicates = corpusmill.open_workspace(str(undisturbed / "work")).duplicates()
    removed = duplicates.filter(duplicates["reason"].is_valid())
    out = sorted({*kept} - {*pieces["doc_id"].to_pylist()} - {*removed["doc_id"].to_pylist()})
    for story in stories(undisturbed, out[:10]):
        assert story.chosen.reason == "not drawn"
        assert story.chosen.draw >= story.chosen.taken_up_to
    for row in removed.to_pylist()[:10]:
        (story,) = stories(undisturbed, [row["doc_id"]])
        assert (story.removal.reason, story.removal.survivor.doc_id) == (row["reason"], row["survivor"])
        assert story.chosen is None


def test_dropped_documents_are_found_by_number_and_by_address(undisturbed):
    dropped = corpusmill.open_workspace(str(undisturbed / "work")).dropped(["doc_id", "url", "reason", "step"])
    for row in dropped.to_pylist()[:10]:
        (story,) = stories(undisturbed, [row["doc_id"]])
        assert row["reason"] in story.end
        if row["url"]:
            job = str(undisturbed / "job.yaml")
            assert str(row["doc_id"]) in say("why", job, row["url"])
            assert row["reason"] in say("trace", job, f"{row['url'].replace('https://', 'HTTP://')}#top")


def test_the_command_gives_json_and_says_what_is_not_there(undisturbed, pieces):
    job = undisturbed / "job.yaml"
    (story,) = json.loads(say("why", "--json", job, pieces["doc_id"][0].as_py()))
    assert story["chosen"]["copies"] >= 1
    leaves = json.loads((undisturbed / "out" / "_plan.json").read_text())["leaves"]
    (group,) = [leaf for leaf in leaves if "/".join(leaf["leaf"]) == story["chosen"]["group"]]
    planned = f"{sum(group['targets']):,} planned for the mix ({group['epochs']:.2f} epochs)"
    assert planned in say("why", job, pieces["doc_id"][0].as_py())
    assert "the workspace never had such a shard" in say("why", job, 2**60, code=2)
    assert "no document of the last run has the address" in say("why", job, "https://nowhere.example/", code=2)


def test_a_page_is_tried_again_from_the_file_it_came_from(undisturbed):
    workspace = corpusmill.open_workspace(str(undisturbed / "work"))
    kept = workspace.documents(["doc_id", "url", "word_count", "text"]).to_pylist()
    for row in [r for r in kept if r["url"]][:3] + [r for r in kept if not r["url"]][:2]:
        told = json.loads(say("try", "--json", undisturbed / "job.yaml", row["doc_id"]))
        counts = next(t["result"]["values"] for t in told if t["result"]["name"] == "signals.counts")
        assert counts["word_count"] == row["word_count"]
        assert told[-1]["result"]["verdict"] == "keeps it"


def test_there_is_one_row_for_each_document_of_the_mix(undisturbed, pieces):
    rows = pq.read_table(undisturbed / "out" / "documents.parquet")
    copies = collections.Counter()
    tokens = collections.Counter()
    for piece in pieces.to_pylist():
        copies[piece["doc_id"]] = max(copies[piece["doc_id"]], piece["pass"] + 1)
        tokens[piece["doc_id"]] += piece["tokens"]
    assert dict(zip(rows["doc_id"].to_pylist(), rows["copies"].to_pylist(), strict=True)) == dict(copies)
    for row in rows.to_pylist():
        assert row["n_tokens"] * row["copies"] == tokens[row["doc_id"]]
        assert row["group"] == f"{row['domain']}/{row['language']}"
    profile = from_json(json.loads((undisturbed / "out" / "_profile.json").read_text()))
    assert by(profile, "total") == {"": (rows.num_rows, sum(tokens.values()))}
    sources = {v: d for v, (d, _) in by(profile, "source").items()}
    assert sources == dict(collections.Counter(rows["source"].to_pylist()))


@pytest.mark.parametrize("out", ["text.parquet", "folder"])
def test_texts_are_exported_once_for_each_document(undisturbed, pieces, tmp_path, out):
    job = undisturbed / "job.yaml"
    say("export", "text", job, "--out", tmp_path / "mixed" / out)
    say("export", "text", job, "--which", "unique", "--out", tmp_path / "unique" / out)
    mixed, unique = (pq.read_table(tmp_path / which / out) for which in ("mixed", "unique"))
    workspace = corpusmill.open_workspace(str(undisturbed / "work"))
    texts = workspace.documents(["doc_id", "text"])
    text_of = dict(zip(texts["doc_id"].to_pylist(), texts["text"].to_pylist(), strict=True))
    removed = workspace.duplicates()
    removed = removed.filter(removed["reason"].is_valid())["doc_id"].to_pylist()
    assert sorted(mixed["doc_id"].to_pylist()) == sorted(pieces["doc_id"].unique().to_pylist())
    assert sorted(unique["doc_id"].to_pylist()) == sorted({*text_of} - {*removed})
    for table in (mixed, unique):
        assert all(text_of[r["doc_id"]] == r["text"] for r in table.select(["doc_id", "text"]).to_pylist())


def test_drift_beyond_the_limit_ends_a_run_and_leaves_what_is_published(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs, extra="drift: {psi: 0.2, least_documents: 10}\n")
    run_file(job)
    before = made(tmp_path / "out")
    other = ("mix.temperature=null", "mix.max_epochs=1", "mix.weights={code/en: 1, '*': 0.0001}")
    with pytest.raises(DriftTooLarge, match=r"source: PSI 0\.\d+"):
        run_file(job, overrides=other)
    assert made(tmp_path / "out") == before
    assert run_file(job).did_nothing
    run_file(job, overrides=(*other, "drift.psi=100"))
    assert made(tmp_path / "out") != before
    assert "domain" in say("diff", tmp_path / "out", tmp_path / "out")
