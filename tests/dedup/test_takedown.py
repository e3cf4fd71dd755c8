"""Documents that must go: with their copies, or leaving their place to the best of them."""

import pytest

from pipeline.config.dedup import DedupSpec
from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.settings import Settings
from pipeline.dedup.takedown import How, documents_at, read, take_down
from tests.dedup.test_invariance import payloads
from tests.dedup.test_rules import prose
from tests.dedup.workspace import Doc, Workspace


@pytest.fixture
def ws(tmp_path) -> Workspace:
    """0 stays for its near copy 1 and its equal 3; 2, 4 and 5 are alone, in three shards."""
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={}))
    ws.put([Doc(prose(1), "http://a.org/1", 9), Doc(prose(1, changed=(60,)), "http://a.org/2", 5)])
    ws.put([Doc(prose(2), "http://a.org/3"), Doc(prose(1), "http://a.org/4", 3)])
    ws.put([Doc(prose(3), "http://a.org/5"), Doc(prose(4), "http://a.org/6")])
    return ws


def deduplicated(ws: Workspace):
    asked = Settings(spec=ws.spec, shards=tuple(ws.shards), takedown=read(ws.store))
    return deduplicate(ws.work(asked), asked)


def tables(ws: Workspace, outcome) -> dict[int, str]:
    return {s.number: outcome.tables[s.unit] for s in ws.shards}


def reasons(ws: Workspace, outcome) -> dict[int, str]:
    return {ws.ids.index(r["doc_id"]): r["reason"] for r in ws.duplicates(outcome).to_pylist() if r["reason"]}


def test_by_content_its_copies_stay_out(ws):
    before = deduplicated(ws)
    assert reasons(ws, before) == {1: "near", 3: "text"}
    take_down(ws.store, [ws.ids[0]], tables(ws, before), How.CONTENT)
    after = deduplicated(ws)
    assert reasons(ws, after) == {0: "takedown", 1: "near", 3: "text"}
    ws.put([Doc(prose(1, changed=(30,)), "http://b.org")], run=1)
    assert reasons(ws, deduplicated(ws))[6] == "near"


def test_only_the_tables_of_its_shard_change(ws):
    before = deduplicated(ws)
    take_down(ws.store, [ws.ids[0]], tables(ws, before), How.CONTENT)
    changed = [a != b for a, b in zip(payloads(ws, before), payloads(ws, deduplicated(ws)), strict=True)]
    assert changed == [True, False, False]


def test_by_content_an_equal_text_that_stayed_for_it_goes_too(ws):
    before = deduplicated(ws)
    take_down(ws.store, [ws.ids[3]], tables(ws, before), How.CONTENT)
    assert reasons(ws, deduplicated(ws)) == {0: "takedown", 1: "near", 3: "text"}


def test_by_address_the_best_copy_comes_back(ws):
    before = deduplicated(ws)
    take_down(ws.store, documents_at(ws.store, ws.shards, ["https://A.org/1#top"]), tables(ws, before), How.URL)
    assert reasons(ws, deduplicated(ws)) == {0: "takedown", 3: "near"}


def test_all_documents_of_an_address_are_found(ws):
    ws.put([Doc("again", "http://a.org/5")], run=1)
    assert documents_at(ws.store, ws.shards, ["http://a.org/5", "http://nowhere.org"]) == [ws.ids[4], ws.ids[6]]


def test_the_list_only_grows(ws):
    before = tables(ws, deduplicated(ws))
    take_down(ws.store, [ws.ids[4]], before, How.CONTENT)
    take_down(ws.store, [ws.ids[2]], before, How.URL)
    assert read(ws.store).buried == (ws.ids[4],)
    assert read(ws.store).withdrawn == (ws.ids[2],)
