"""What is excluded gets no shard; what no run rests on is swept, the index with it."""

from dataclasses import replace

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.pipeline.dedup import index
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.index import record
from corpusmill.pipeline.dedup.settings import Settings
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.run.stages import folders
from corpusmill.pipeline.workspace import excluded, sweep
from corpusmill.pipeline.workspace.excluded import Excluded
from corpusmill.pipeline.workspace.inventory import Numbered, numbered
from tests.dedup.test_increments import spec_of, update
from tests.dedup.test_invariance import corpus
from tests.dedup.workspace import Workspace


def files(*names: str, etag: str = "1"):
    return [(InputFile(source=n[0], uri=f"/{n}", size=10, etag=etag), "jsonl", Jsonl()) for n in names]


def uris(found: Numbered) -> list[str]:
    return [f"{s.uri}@{s.run}" for s in found.current]


@pytest.fixture
def numbered_files() -> Numbered:
    """Two files in run 0, one more in run 1."""
    first = numbered([], files("a1", "b1"), update=False)
    return numbered(first.all, files("a1", "b1", "a2"), update=True)


def test_a_run_that_was_rolled_back_stays_out_until_its_files_change(numbered_files):
    out = Excluded().with_run(1, again=False)
    same = numbered(numbered_files.all, files("a1", "b1", "a2"), update=True, out=out)
    assert uris(same) == ["/a1@0", "/b1@0"]
    assert list(same.all) == list(numbered_files.all)
    changed = numbered(numbered_files.all, files("a1", "b1") + files("a2", etag="2"), update=True, out=out)
    assert uris(changed) == ["/a1@0", "/b1@0", "/a2@2"]
    assert {s.shard for s in changed.new} == {3}


def test_a_run_that_was_rolled_back_may_come_again_under_new_numbers(numbered_files):
    out = Excluded().with_run(1, again=True)
    for update_ in (True, False):
        found = numbered(numbered_files.all, files("a1", "b1", "a2"), update=update_, out=out)
        assert [(s.uri, s.run, s.shard) for s in found.new] == [("/a2", 2, 3)]
    again = numbered(found.all, files("a1", "b1", "a2"), update=True, out=out)
    assert not again.new


def test_a_removed_source_gets_no_shards(numbered_files):
    found = numbered(numbered_files.all, files("a1", "b1", "b2"), update=True, out=Excluded(sources=("b",)))
    assert uris(found) == ["/a1@0", "/a2@1"]
    assert not found.new


def test_an_update_keeps_what_was_published_and_cannot_be_read_any_more(numbered_files):
    first = {s.number for s in numbered_files.current}
    changed = numbered(numbered_files.all, files("a1", etag="2") + files("b1"), update=True, published=first)
    assert uris(changed) == ["/a1@0", "/b1@0", "/a2@1", "/a1@2"]
    assert [s.uri for s in changed.kept] == ["/a1", "/a2"]


def test_an_update_drops_what_was_made_of_a_changed_file_where_its_source_says_so(numbered_files):
    first, now = {s.number for s in numbered_files.current}, files("a1", etag="2") + files("b1", etag="2")
    changed = numbered(numbered_files.all, now, update=True, published=first, replaced={"a"})
    assert uris(changed) == ["/b1@0", "/a2@1", "/a1@2", "/b1@2"], "a2 is gone, and not replaced by anything"
    again = numbered(changed.all, now, update=True, published={s.number for s in changed.current}, replaced={"a"})
    assert uris(again) == uris(changed)
    assert not again.new


def test_what_a_run_did_without_does_not_come_back_with_an_update(numbered_files):
    changed = files("a1", etag="2") + files("b1")
    run = numbered(numbered_files.all, changed, update=False)
    later = numbered(run.all, changed, update=True, published={s.number for s in run.current})
    assert uris(later) == uris(run) == ["/b1@0", "/a1@1"]
    assert not later.kept


def test_a_source_that_comes_back_has_all_it_had(numbered_files):
    later = numbered(numbered_files.all, files("a1", "b1", "a2", "b2"), update=True)
    of_b = {s.number for s in later.current if s.source == "b"}
    found = numbered(later.all, files("a1", "b1", "b2"), update=True, published=of_b)
    assert uris(found) == ["/a1@0", "/b1@0", "/a2@1", "/b2@2"]
    assert [s.uri for s in found.kept] == ["/a2"]


def test_what_went_before_a_run_was_done_with_it_is_distinguished(numbered_files):
    first = {s.number for s in numbered_files.current if s.run == 0}
    found = numbered(numbered_files.all, files("a1", "b1"), update=True, published=first)
    assert [s.uri for s in found.unfinished] == ["/a2"]
    assert not found.kept


def test_what_is_excluded_is_read_as_it_was_written(tmp_path):
    store = Store(str(tmp_path))
    before = excluded.state(store)
    assert excluded.read(store) == Excluded()
    out = Excluded().with_run(3, again=False).with_run(1, again=True).with_sources({"b", "a"})
    excluded.write(store, out)
    assert excluded.read(store) == Excluded(runs=(1, 3), again=(1,), sources=("a", "b"))
    assert excluded.state(store) != before


@pytest.mark.thorough
def test_versions_of_the_index_go_with_the_units_they_rest_on(tmp_path):
    docs = corpus(30)
    ws = Workspace(tmp_path, spec_of())
    for run in range(9):  # eight levels become one
        ws.put(docs[run * 8 : run * 8 + 8], run=run)
        update(ws)
    units = {s.unit for s in ws.shards}
    assert sweep.unreferenced(ws.store, units, folders()).names == tuple(
        sorted(f.uri for f in ws.store.files("dedup"))
    )  # nothing else
    left = units - {"unit0008"}
    gone = sweep.unreferenced(ws.store, left, folders()).names
    assert sum(name.startswith("index/") for name in gone) == 1
    sweep.sweep(ws.store, sweep.unreferenced(ws.store, left, folders()))
    ws.shards.pop()
    whole = Settings(spec=ws.spec, shards=tuple(ws.shards))
    assert index.with_resolved(ws.store, replace(whole, shards=(*ws.shards, ws.put(docs[80:], run=8)))).levels
    outcome = deduplicate(ws.work(whole), whole)
    record(ws.work(whole), whole, outcome.tables, outcome.sets)
