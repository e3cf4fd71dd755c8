"""Updates: new documents against everything earlier runs decided, from tables and keys, not from old text."""

import random
import shutil
from dataclasses import replace

import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.index import forget, record, versions, with_resolved
from corpusmill.pipeline.dedup.settings import Settings
from tests.dedup.test_invariance import corpus, payloads
from tests.dedup.workspace import Workspace


def spec_of(verify: str = "text", index: bool = False) -> DedupSpec:
    return DedupSpec(near=NearSpec(verify=verify), index=index, max_removed_share={})


def update(ws: Workspace):
    """Deduplicate what there is on top of what earlier runs left in the index."""
    asked = with_resolved(ws.store, Settings(spec=ws.spec, shards=tuple(ws.shards)))
    work = ws.work(asked)
    outcome = deduplicate(work, asked)
    record(work, asked, outcome.tables, outcome.sets)
    return outcome, asked


@pytest.mark.thorough
@pytest.mark.parametrize("verify", ["text", "estimate", "none"])
@pytest.mark.parametrize("seed", range(3))
def test_three_increments_give_the_bytes_of_one_run(tmp_path, verify, seed):
    docs = corpus(60, seed)
    random.Random(seed).shuffle(docs)
    step, by_step, whole = 45, Workspace(tmp_path / "a", spec_of(verify)), Workspace(tmp_path / "b", spec_of(verify))
    for run in range(3):
        for part in range(2):
            begin = (2 * run + part) * step
            by_step.put(docs[begin : begin + step], run=run)
            whole.put(docs[begin : begin + step], run=run)
        last, asked = update(by_step)
    assert sum(s.resolved is not None for s in asked.shards) == 4
    assert payloads(by_step, last) == payloads(whole, whole.dedup())


def test_an_update_reads_no_old_text(tmp_path):
    docs = corpus(60)
    ws, whole = Workspace(tmp_path / "a", spec_of(index=True)), Workspace(tmp_path / "b", spec_of())
    for run in range(3):
        if run:
            shutil.rmtree(ws.root / "documents")
        ws.put(docs[run * 60 : run * 60 + 60], run=run)
        whole.put(docs[run * 60 : run * 60 + 60], run=run)
        last, _ = update(ws)
    assert payloads(ws, last) == payloads(whole, whole.dedup())


def test_published_documents_outlive_newer_and_better_ones(tmp_path):
    docs = corpus(10)
    ws = Workspace(tmp_path, spec_of())
    ws.put([replace(d, fetched_at=1, url=None) for d in docs])
    before = set(ws.removed(update(ws)[0]))
    ws.put([replace(d, fetched_at=99, url=None) for d in docs], run=1)
    removed = ws.removed(update(ws)[0])
    assert {i for i in removed if i < len(docs)} == before
    assert set(range(len(docs), 2 * len(docs))) <= set(removed)


def test_a_run_can_be_rolled_back(tmp_path):
    docs = corpus(30)
    ws = Workspace(tmp_path / "a", spec_of())
    ws.put(docs[:40])
    first = payloads(ws, update(ws)[0])
    ws.put(docs[40:], run=1)
    update(ws)
    assert len(versions(ws.store)) == 2
    forget(ws.store, {ws.shards.pop().number})
    assert [v["run"] for v in versions(ws.store).values()] == [0]
    assert payloads(ws, update(ws)[0]) == first


def test_a_run_over_a_sample_takes_no_versions_place(tmp_path):
    docs = corpus(30)
    ws = Workspace(tmp_path / "a", spec_of())
    for begin in (0, 30, 60):
        ws.put(docs[begin : begin + 30], run=begin // 60)
    update(replace(ws, shards=ws.shards[:2]))
    update(replace(ws, shards=ws.shards[:1]))
    _, asked = update(ws)
    assert [s.resolved is not None for s in asked.shards] == [True, True, False]


def test_other_rules_do_not_build_on_what_these_decided(tmp_path):
    ws = Workspace(tmp_path, spec_of())
    ws.put(corpus(5))
    update(ws)
    stricter = DedupSpec(near=NearSpec(threshold=0.9), max_removed_share={})
    ws.put(corpus(5, 1), run=1)
    shards = tuple(ws.shards)
    assert with_resolved(ws.store, Settings(spec=stricter, shards=shards)).shards == shards
    assert with_resolved(ws.store, Settings(spec=ws.spec, shards=shards)).shards[0].resolved is not None


@pytest.mark.thorough
def test_many_updates_leave_few_files_and_the_bytes_of_one_run(tmp_path):
    docs = corpus(60)
    ws, whole = Workspace(tmp_path / "a", spec_of()), Workspace(tmp_path / "b", spec_of())
    for run in range(18):
        ws.put(docs[run * 9 : run * 9 + 9], run=run)
        whole.put(docs[run * 9 : run * 9 + 9], run=run)
        last, asked = update(ws)
    assert [level.tier for level in asked.levels] == [1, 1, 0]
    assert len(asked.levels[0].files["bands"]) == 1
    assert payloads(ws, last) == payloads(whole, whole.dedup())
