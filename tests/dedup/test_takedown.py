"""Documents that must go: with their copies, or leaving their place to the best of them."""

import re
import shutil
from dataclasses import replace

import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.dedup import takedown
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.index import record, with_resolved
from corpusmill.pipeline.dedup.settings import Settings
from corpusmill.pipeline.dedup.takedown import How, address_keys, met_among, read, tombstones, write
from corpusmill.pipeline.dedup.tombstones import Tombstones
from corpusmill.pipeline.stages.takedown.stage import Request, matches, without_match
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


def keys_of(urls: tuple[str, ...]) -> list[str]:
    return [key for key in address_keys(urls) if key is not None]


def deduplicated(ws: Workspace):
    asked = Settings(spec=ws.spec, shards=tuple(ws.shards), takedown=read(ws.store))
    return deduplicate(ws.work(asked), asked)


def met(ws: Workspace, *ids: int, urls: tuple[str, ...] = ()):
    wanted = Tombstones(ids=tuple(ids), urls=tuple(keys_of(urls)))
    work = ws.work(Settings(spec=ws.spec, shards=()))
    return met_among(replace(work, folder=f"met/{wanted}"), [s.unit for s in ws.shards], wanted, label="met")


def take_down(ws: Workspace, *places: int, urls: tuple[str, ...] = (), how: How = How.CONTENT) -> None:
    found = met(ws, *(ws.ids[i] for i in places), urls=urls)
    write(ws.store, read(ws.store) | tombstones(found, keys_of(urls), how))


def reasons(ws: Workspace, outcome) -> dict[int, str]:
    return {ws.ids.index(r["doc_id"]): r["reason"] for r in ws.duplicates(outcome).to_pylist() if r["reason"]}


def test_by_content_its_copies_stay_out(ws):
    before = deduplicated(ws)
    assert reasons(ws, before) == {1: "near", 3: "text"}
    take_down(ws, 0)
    after = deduplicated(ws)
    assert reasons(ws, after) == {0: "takedown", 1: "near", 3: "text"}
    ws.put([Doc(prose(1, changed=(30,)), "http://b.org")], run=1)
    assert reasons(ws, deduplicated(ws))[6] == "near"


def test_only_the_tables_of_its_shard_change(ws):
    before = deduplicated(ws)
    take_down(ws, 0)
    changed = [a != b for a, b in zip(payloads(ws, before), payloads(ws, deduplicated(ws)), strict=True)]
    assert changed == [True, False, False]


def test_by_content_an_equal_text_that_stayed_for_it_goes_too(ws):
    take_down(ws, 3)
    assert reasons(ws, deduplicated(ws)) == {0: "takedown", 1: "near", 3: "text"}


def test_by_address_the_best_copy_comes_back(ws):
    take_down(ws, urls=("https://A.org/1#top",), how=How.URL)
    assert reasons(ws, deduplicated(ws)) == {0: "takedown", 3: "near"}


def test_a_page_holds_its_fragments_and_a_fragment_only_itself(ws):
    ws.put([Doc("one", "http://a.org/7#a"), Doc("two", "http://a.org/7#b"), Doc("all", "http://a.org/7")], run=1)
    one, two, whole = ws.ids[6:]
    assert [m.doc_id for m in met(ws, urls=("http://a.org/7",))] == [one, two, whole]
    assert [m.doc_id for m in met(ws, urls=("http://a.org/7#b",))] == [two, whole]


def test_all_documents_of_an_address_are_met(ws):
    ws.put([Doc("again", "http://a.org/5")], run=1)
    assert [m.doc_id for m in met(ws, urls=("http://a.org/5", "http://nowhere.org"))] == [ws.ids[4], ws.ids[6]]


@pytest.mark.parametrize("how", How)
def test_the_address_stays_out_whatever_is_fetched_from_it_later(ws, how):
    take_down(ws, urls=("http://a.org/5",), how=how)
    ws.put([Doc(prose(77), "http://a.org/5"), Doc(prose(78), "http://a.org/77")], run=1)
    found = reasons(ws, deduplicated(ws))
    assert {4, 6} <= set(found)
    assert {found[i] for i in (4, 6)} <= {"takedown", "url"}
    assert 7 not in found


def test_the_same_text_in_a_file_that_took_the_place_of_the_first_stays_out(ws):
    take_down(ws, 4)
    ws.put([Doc(prose(3), "http://c.org"), Doc(prose(4), "http://c.org/2")])
    del ws.shards[2]
    outcome = deduplicated(ws)
    rows = {r["doc_id"]: r["reason"] for r in ws.duplicates(outcome).to_pylist() if r["reason"] == "takedown"}
    assert list(rows) == [ws.ids[6]]


def test_by_content_an_update_from_the_index_alone_still_compares_with_it(tmp_path):
    """What was taken down keeps its shingles in the index, though it came and went in the same run."""
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={}, index=True))
    ws.put([Doc(prose(1), "http://a.org/1")])
    take_down(ws, 0)
    for run in (1, 2):
        asked = Settings(spec=ws.spec, shards=tuple(ws.shards), takedown=read(ws.store))
        settled = with_resolved(ws.store, asked)
        outcome = deduplicate(ws.work(asked), settled)
        record(ws.work(asked), settled, outcome.tables, outcome.sets)
        shutil.rmtree(ws.root / "documents")
        ws.put([Doc(prose(1, changed=(10 * run,)), f"http://b.org/{run}")], run=run)
    last = with_resolved(ws.store, Settings(spec=ws.spec, shards=tuple(ws.shards), takedown=read(ws.store)))
    assert reasons(ws, deduplicate(ws.work(last), last)) == {0: "takedown", 1: "near", 2: "near"}


def test_the_list_only_grows(ws):
    take_down(ws, 4)
    take_down(ws, 2, how=How.URL)
    assert read(ws.store).buried.ids == (ws.ids[4],)
    assert read(ws.store).withdrawn.ids == (ws.ids[2],)
    assert len(read(ws.store).buried.texts) == 1
    assert not read(ws.store).withdrawn.texts


def test_each_document_says_which_lines_of_the_list_match_it(ws):
    ws.put([Doc("one", "http://a.org/7#a"), Doc("all", "http://a.org/7")], run=1)
    urls = ("http://a.org/7", "https://a.org/7#a", "http://a.org/5", "htps://a.org/3")
    found = met(ws, urls=urls)
    asked, key_of = Request(ids=(), urls=urls), dict(zip(urls, address_keys(urls), strict=True))
    assert matches(asked, key_of, found) == dict(zip(urls, (2, 2, 1, 0), strict=True))


def test_a_line_that_matches_nothing_is_named_and_may_be_allowed():
    key_of = {"http://a.org": "00", "http://null/": None}
    nothing = {7: 0, 8: 1, "http://a.org": 0, "http://null/": 0}
    told = without_match(nothing, key_of, "work", allow_missing=False)
    assert [line.split(":")[0] for line in told] == ["there is no document 7 in work", "http", "http"]
    assert "http://a.org matches no document in work: correct it, or say --allow-missing" in told[1]
    assert "http://null/ is no address of a page" in told[2]
    assert len(without_match(nothing, key_of, "work", allow_missing=True)) == 2


def test_what_an_earlier_version_wrote_of_a_phase_is_gone_on_with(ws):
    before = deduplicated(ws)
    assert before.removed
    for file in ws.store.files("dedup"):
        if "/tables/" in file.uri:
            ws.store.publish(file.uri, re.sub(rb'"few_removed": \[[^]]*\], ', b"", ws.store.read(file.uri)))
    after = deduplicated(ws)
    assert after.tables == before.tables
    assert after.removed == {}, "the tables are read in their place"


def test_sizes_that_ingest_said_are_not_asked_for(ws, monkeypatch):
    said = {s.unit: {f"keys/.{kind}.arrow": 5 for kind in ("text", "url")} for s in ws.shards[:2]}
    asked: list[str] = []
    monkeypatch.setattr(takedown, "sizes", lambda store, folder, names: asked.extend(names) or {})
    work = ws.work(Settings(spec=ws.spec, shards=()))
    met_among(work, [s.unit for s in ws.shards], Tombstones(ids=(1,)), label="met", files_bytes=said)
    assert asked == [f"keys/{ws.shards[2].unit}.{kind}.arrow" for kind in ("text", "url")]
