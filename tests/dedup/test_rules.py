"""The three rules on a handful of documents, checkable by eye."""

from dataclasses import replace

import pytest

from corpusmill.errors import GiantCluster, RemovalCeiling
from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.index import record, with_resolved
from corpusmill.pipeline.dedup.settings import Settings
from tests.dedup.workspace import Doc, Workspace


def prose(seed: int, words: int = 120, changed: tuple[int, ...] = ()) -> str:
    """Words that no other seed has; `changed` places are replaced."""
    return " ".join("other" if i in changed else f"w{seed}x{i}" for i in range(words))


@pytest.fixture
def ws(tmp_path) -> Workspace:
    return Workspace(tmp_path, DedupSpec(max_removed_share={}))


def test_of_one_url_the_newest_stays_across_shards_and_spellings(ws):
    ws.put([Doc(prose(1), "http://a.org/x", 10), Doc(prose(2), "https://A.org:443/x#top", 30)])
    ws.put(
        [Doc(prose(3), "http://a.org/x", 20), Doc(prose(4), "http://a.org/y"), Doc(prose(5), None), Doc(prose(6), None)]
    )
    outcome = ws.dedup()
    assert ws.removed(outcome) == {0: 1, 2: 1}
    assert set(ws.reasons(outcome).values()) == {"url"}


def test_fragments_that_name_an_entry_keep_texts_apart_and_what_is_no_address_joins_nothing(ws):
    urls = [f"http://a.org/how#{n}" for n in (7701, 7702)] + [f"http://a.org/#/details/{n}" for n in (1, 2)]
    urls += [f"http://a.org/#!{n}" for n in (1, 2)] + ["N/A", "n/a", "anna", "anna", "http://null/", "http://null/"]
    ws.put([Doc(prose(n), url) for n, url in enumerate(urls)])
    assert ws.removed(ws.dedup()) == {}


def test_an_entry_that_was_fetched_twice_is_one(ws):
    ws.put([Doc(prose(n), "http://a.org/how#7701", n) for n in range(2)])
    assert ws.removed(ws.dedup()) == {0: 1}


def test_with_first_the_first_input_stays(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(url="first"))
    ws.put([Doc(prose(1), "http://a.org/x", 10)])
    ws.put([Doc(prose(3), "http://a.org/x", 20)])
    assert ws.removed(ws.dedup()) == {1: 0}


def test_a_source_of_higher_priority_survives_a_newer_one(ws):
    ws.put([Doc(prose(1), fetched_at=99)], source="web", priority=1)
    ws.put([Doc(prose(1), fetched_at=1)], source="books", priority=5)
    assert ws.removed(ws.dedup()) == {0: 1}


def test_a_loser_of_one_rule_takes_no_part_in_the_next(ws):
    """Document 1 lost its URL: the text equal to its own stays, and so does the near copy of both losers."""
    ws.put(
        [Doc(prose(1), "http://a.org/x", 30), Doc(prose(2), "http://a.org/x", 10), Doc(prose(2), "http://a.org/z", 5)]
    )
    ws.put([Doc(prose(1, changed=(60,)), "http://b.org"), Doc(prose(2, changed=(60,)), "http://c.org", 1)])
    outcome = ws.dedup()
    assert ws.removed(outcome) == {1: 0, 3: 0, 4: 2}
    assert ws.reasons(outcome) == {1: "url", 3: "near", 4: "near"}


def test_copies_add_up_through_all_rules(ws):
    """0 takes over 1's URL; 2 has the same text as 0 and is newer, so it stands for three; 3 resembles it: four."""
    ws.put([Doc(prose(1), "http://a/x", 20), Doc(prose(9), "http://a/x", 10), Doc(prose(1), "http://a/z", 30)])
    ws.put([Doc(prose(1, changed=(60,)), "http://a/w", 5), Doc(prose(7))])
    outcome = ws.dedup()
    kept = [r for r in ws.duplicates(outcome).to_pylist() if r["reason"] is None]
    assert [(ws.ids.index(r["doc_id"]), r["copies"]) for r in kept] == [(2, 4)]
    assert outcome.facts["entered"] == 5


def test_a_removal_carries_its_evidence(ws):
    ws.put([Doc(prose(1)), Doc(prose(1, changed=(60,)))])
    (row,) = [r for r in ws.duplicates(ws.dedup()).to_pylist() if r["reason"]]
    assert row["survivor"] == ws.ids[0]
    assert row["similarity"] == pytest.approx(111 / 121)
    assert row["cluster_id"] == ws.ids[0]
    assert 0 <= row["band"] < 14


def test_documents_without_words_bypass_the_near_rule_and_are_counted(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(text=False))
    ws.put([Doc("..."), Doc("?!"), Doc(""), Doc("  ")])
    outcome = ws.dedup()
    assert ws.removed(outcome) == {}
    assert outcome.facts["without_words"] == 4


def test_short_documents_are_one_shingle_each(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(text=False))
    ws.put([Doc("two words"), Doc("two, words!"), Doc("words two"), Doc("two")])
    assert ws.removed(ws.dedup()) == {0: 1}  # the longer one stays


def test_rules_can_be_switched_off(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(url="off", text=False, near=None))
    ws.put([Doc(prose(1), "http://a"), Doc(prose(1), "http://a")])
    assert ws.removed(ws.dedup()) == {}


def test_a_source_above_its_ceiling_is_an_error_that_names_it(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={"default": 0.5}))
    ws.put([Doc(prose(i)) for i in range(4)], source="books")
    ws.put([Doc(prose(i)) for i in range(4)], source="forum")
    with pytest.raises(RemovalCeiling, match=r"forum: 4 of 4 documents \(100.0%\)") as caught:
        ws.dedup()
    assert "books" not in str(caught.value)
    assert "max_removed_share" in str(caught.value)


def test_a_raised_ceiling_lets_the_same_work_pass(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={"default": 0.5}))
    ws.put([Doc(prose(i)) for i in (0, 0, 0, 0)])
    with pytest.raises(RemovalCeiling):
        ws.dedup()
    done = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.arrow")}
    ws.spec = DedupSpec(max_removed_share={"default": 0.9})
    assert len(ws.removed(ws.dedup())) == 3
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.arrow")} == done


def test_a_giant_cluster_is_an_error_that_names_its_source(tmp_path, monkeypatch):
    monkeypatch.setattr("corpusmill.pipeline.dedup.safeguards.GIANT_CLUSTER_LEAST", 3)
    ws = Workspace(tmp_path, DedupSpec(text=False, max_removed_share={}))
    ws.put([Doc(prose(1, changed=(i,))) for i in range(20)], source="forum")
    with pytest.raises(GiantCluster, match="source forum"):
        ws.dedup()
    ws.spec = DedupSpec(text=False, max_removed_share={}, max_cluster_share=1.0)
    assert len(ws.removed(ws.dedup())) == 19


def test_no_documents_at_all(ws):
    assert ws.dedup().facts["entered"] == 0
    ws.put([])
    assert ws.dedup().facts["entered"] == 0


def test_a_chain_keeps_distinct_ends(tmp_path):
    """Each resembles the next, none the one after that: every second one stays."""
    ws = Workspace(tmp_path, DedupSpec(near=NearSpec(threshold=0.8)))
    words = [f"w{i}" for i in range(1000)]
    ws.put([Doc(" ".join(words[i * 10 : i * 10 + 100])) for i in range(9)])
    removed = ws.removed(ws.dedup())
    assert removed
    assert all(abs(loser - survivor) == 1 for loser, survivor in removed.items())
    assert not set(removed) & set(removed.values())


def test_a_document_missing_from_its_shard_is_an_error(ws):
    ws.put([Doc(prose(1)), Doc(prose(1, changed=(60,)))])
    (ws.root / "sketches" / "unit0000.parquet").unlink()
    with pytest.raises(FileNotFoundError):
        ws.dedup()
    ws.shards = [replace(ws.shards[0], unit="unit0009")]
    with pytest.raises(FileNotFoundError, match="unit0009"):
        ws.dedup()


def test_sources_can_be_excluded_by_name(tmp_path):
    """Nothing of `forms` goes, and nothing goes for it; in `letters` only near duplicates are left out."""
    spec = DedupSpec.model_validate(
        {"except": ("forms",), "near": {"except": ("letters",)}, "max_removed_share": {}}, by_alias=True
    )
    ws = Workspace(tmp_path, spec)
    texts = [prose(1), prose(1), prose(1, changed=(60,))]
    ws.put([Doc(text, "http://a.org/x") for text in texts], source="forms", priority=9)
    ws.put([Doc(text) for text in texts], source="letters", priority=5)
    ws.put([Doc(text) for text in texts], source="web")
    outcome = ws.dedup()
    assert ws.reasons(outcome) == {4: "text", 6: "text", 7: "text", 8: "text"}
    assert outcome.facts["entered"] == 9


@pytest.mark.parametrize("verify", ["text", "estimate"])
def test_of_two_sources_the_higher_threshold_holds(tmp_path, verify):
    near = NearSpec(verify=verify, thresholds={"forms": 0.95})
    ws = Workspace(tmp_path, DedupSpec(near=near, max_removed_share={}))
    pair = [Doc(prose(1)), Doc(prose(1, changed=(60,)))]  # 0.92 alike
    ws.put(pair, source="forms")
    ws.put([Doc(prose(2)), Doc(prose(2, changed=(60,)))], source="web")
    ws.put([Doc(prose(1, changed=(30,)))], source="web")
    assert ws.removed(ws.dedup()) == {3: 2}


def test_excluded_sources_stay_excluded_of_an_update_with_an_index(tmp_path):
    spec = DedupSpec.model_validate({"except": ("forms",), "index": True, "max_removed_share": {}}, by_alias=True)
    ws = Workspace(tmp_path, spec)
    outcomes = []
    for run in range(2):
        ws.put([Doc(prose(1)), Doc(prose(1))], source="forms", run=run)
        ws.put([Doc(prose(1, changed=(run,)))], source="web", run=run)
        asked = with_resolved(ws.store, Settings(spec=spec, shards=tuple(ws.shards)))
        outcomes.append(deduplicate(ws.work(asked), asked))
        record(ws.work(asked), asked, outcomes[-1].tables, outcomes[-1].sets)
    assert ws.removed(outcomes[-1]) == {5: 2}
