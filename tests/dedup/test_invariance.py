"""The same documents give the same tables: at any partition count, order of units, cut into shards; after any crash."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.exchange import files, planning
from tests.dedup.workspace import Doc, Workspace

SPEC = DedupSpec(max_removed_share={})


def corpus(families: int = 40, seed: int = 0) -> list[Doc]:
    """Families of up to six texts that drift apart, with shared URLs, equal texts, and some that are alone."""
    rng, docs = random.Random(seed), []
    for family in range(families):
        words = [f"w{family}x{i}" for i in range(80)]
        for _ in range(rng.randrange(1, 7)):
            url = f"http://site.org/{rng.randrange(60)}" if rng.random() < 0.3 else None
            docs.append(Doc(" ".join(words), url, rng.randrange(5), rng.random()))
            if rng.random() < 0.7:
                for place in rng.sample(range(80), rng.randrange(1, 3)):
                    words[place] = f"new{rng.random()}"
    rng.shuffle(docs)
    return docs


def filled(root: Path, docs: list[Doc], shards: int, spec: DedupSpec = SPEC) -> Workspace:
    ws = Workspace(root, spec)
    size = -(-len(docs) // shards)
    for begin in range(0, len(docs), size):
        ws.put(docs[begin : begin + size])
    return ws


def payloads(ws: Workspace, outcome) -> list[bytes]:
    return [(ws.root / outcome.tables[s.unit]).read_bytes() for s in ws.shards]


@pytest.fixture
def tiny_parts(monkeypatch):
    """Files are cut and partitioned as if they were a million times larger."""
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 9)
    monkeypatch.setattr(planning, "MIN_BATCH_BYTES", 1 << 9)


@pytest.mark.thorough
@pytest.mark.parametrize("verify", ["text", "none"])
@pytest.mark.parametrize("unit_bytes", [1 << 11, 1 << 12])
@pytest.mark.usefixtures("tiny_parts")
def test_partition_counts_change_nothing(tmp_path, unit_bytes, verify):
    spec = DedupSpec(near=NearSpec(verify=verify), max_removed_share={})
    ws = filled(tmp_path / "many", corpus(), 7, spec)
    many = payloads(ws, ws.dedup(unit_bytes=unit_bytes, shuffle=unit_bytes))
    assert len(list((ws.root / "dedup").rglob("star*"))) > 1
    whole = filled(tmp_path / "one", corpus(), 7, spec)
    assert payloads(whole, whole.dedup()) == many


@pytest.mark.thorough
@pytest.mark.parametrize("shards", [1, 3, 20])
def test_how_documents_are_cut_into_shards_changes_no_removal(tmp_path, shards):
    one, other = filled(tmp_path / "a", corpus(), 5), filled(tmp_path / "b", corpus(), shards)
    assert one.removed(one.dedup()) == other.removed(other.dedup())


def test_the_order_of_documents_changes_only_ties(tmp_path):
    docs = [Doc(d.text, d.url, 1000 * i) for i, d in enumerate(corpus())]  # distinct times: no ties
    shuffled = random.Random(1).sample(docs, len(docs))
    found = []
    for name, order in (("a", docs), ("b", shuffled)):
        ws = filled(tmp_path / name, order, 4)
        found.append({(order[i].fetched_at, order[k].fetched_at) for i, k in ws.removed(ws.dedup()).items()})
    assert found[0] == found[1]


CRASHING = """
import itertools, os, signal, sys
from pathlib import Path
from corpusmill.cluster import faultpoint
from tests.dedup.test_invariance import corpus, filled
from corpusmill.pipeline.exchange import files, planning
files.MIN_BATCH_BYTES = planning.MIN_BATCH_BYTES = 512
passed = itertools.count(1)
faultpoint.reached = lambda name: next(passed) == int(sys.argv[2]) and os.kill(os.getpid(), signal.SIGKILL)
ws = filled(Path(sys.argv[1]), corpus(), 4)
ws.dedup(unit_bytes=1 << 13)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("nth", [1, 9, 30])
@pytest.mark.usefixtures("tiny_parts")
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, nth):
    env = {**os.environ, "PYTHONPATH": "."}
    killed = subprocess.run([sys.executable, "-c", CRASHING, str(tmp_path / "a"), str(nth)], env=env, check=False)
    assert killed.returncode == -9
    ws = filled(tmp_path / "a", corpus(), 4)
    again = payloads(ws, ws.dedup(unit_bytes=1 << 13))
    whole = filled(tmp_path / "b", corpus(), 4)
    assert again == payloads(whole, whole.dedup())


def test_a_second_run_writes_nothing(tmp_path):
    ws = filled(tmp_path, corpus(), 3)
    ws.dedup()
    done = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    ws.dedup()
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == done
