"""Counts of lines and histograms put together over many files and partitions are what plain counting says."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.decide.quantiles import Quantiles
from corpusmill.operators.rewrite.common_lines import HASH, CommonLines
from corpusmill.operators.text.bins import low_of
from corpusmill.operators.text.line_hashes import line_hash
from corpusmill.operators.text.quantiles import from_lines
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.ids import SHARD_BITS
from corpusmill.pipeline.stages.gathered import lines as gathering
from corpusmill.pipeline.stages.gathered.bins import GatherBins
from corpusmill.pipeline.stages.gathered.calibrate import Judged, calibrate
from corpusmill.pipeline.stages.gathered.common_lines import common_lines
from corpusmill.pipeline.stages.gathered.lines import GatherLines
from corpusmill.pipeline.workspace.inventory import Shard

SHARDS = [Shard(n // 4, n, "s", "readers.jsonl", f"{n}.jsonl", 0, 9, 9, "e") for n in range(7)]  # of two runs
LINES = [f"line number {n}" for n in range(400)]


def texts_of(shard: Shard) -> list[str]:
    chance = random.Random(shard.shard)
    return ["\n".join(chance.choices(LINES[: chance.choice([20, 400])], k=12)) for _ in range(30)]


def work(folder: Path, unit_bytes: int, seed: int = 0) -> Work:
    """Units in this process, in any order."""

    def run(units, task):
        order = list(units)
        random.Random(seed).shuffle(order)
        yield from map(task, order)

    return Work(store=Store(str(folder)), folder="gathered/x", run=run, unit_bytes=unit_bytes)


def gathered(folder: Path, gather, batches) -> dict:
    """Everything that is gathered of one shard, published; batch by batch."""
    for batch in batches:
        gather.add(batch)
    return dict(gather.facts())


@pytest.mark.parametrize("unit_bytes", [1 << 28, 1 << 14])
@pytest.mark.parametrize("piece_lines", [4_000_000, 100])
def test_each_shard_gets_the_lines_that_its_runs_hold_too_often(unit_bytes, piece_lines, tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "PIECE_LINES", piece_lines)
    awaited, most = CommonLines(max_documents=25, min_chars=3), 25
    files, counts = {}, 0
    for shard in SHARDS:
        folder = tmp_path / str(shard.shard)
        folder.mkdir()
        texts = texts_of(shard)
        batches = [Batch(pa.table({"text": pa.array(texts[i : i + 7], TEXT)})) for i in range(0, len(texts), 7)]
        facts = gathered(folder, GatherLines(folder, f"unit{shard.shard}", shard, awaited), batches)
        for name in facts["files"]:
            Store(str(tmp_path)).publish_file(name, folder / name)
        files |= facts["files"]
        counts += facts["counts"]
        assert len(facts["files"]) > 1 or piece_lines > 100
    entered = [
        EnteredShard(unit=f"unit{s.shard}", number=s.run << SHARD_BITS | s.shard, source="s", priority=0, uri=s.uri)
        for s in SHARDS
    ]
    found = common_lines(work(tmp_path, unit_bytes), files, entered, max_documents=most, counts=counts)
    for shard in SHARDS:
        before = [s for s in SHARDS if s.run <= shard.run]
        held = Counter(line for s in before for text in texts_of(s) for line in set(text.split("\n")))
        mine = {line for text in texts_of(shard) for line in text.split("\n")}
        expected = sorted(line_hash(line, 3) for line in mine if held[line] > most)
        content = Store(str(tmp_path)).read(found.answers[f"unit{shard.shard}"])
        assert np.frombuffer(content, HASH).tolist() == expected
        assert len(expected) > 0


@pytest.mark.parametrize("unit_bytes", [1 << 28, 1 << 13])
def test_quantiles_are_those_of_the_values_themselves(unit_bytes, tmp_path):
    awaited = Quantiles(bounds={"x": (0.1, 0.9), "y": (0.5, None)}, by=("g",), min_documents=40)
    rows, files, judged = [], {}, []
    for shard in SHARDS:
        chance = random.Random(shard.shard)
        mine = [(chance.randrange(5000), chance.random(), chance.choice("aaabbbc")) for _ in range(25)]
        rows += [(shard.run, *row) for row in mine]
        folder = tmp_path / str(shard.shard)
        folder.mkdir()
        x, y, g = zip(*mine, strict=True)
        table = pa.table({"x": pa.array(x, pa.int64()), "y": pa.array(y, pa.float32()), "g": pa.array(g)})
        batches = [Batch(table.slice(0, 9)), Batch(table.slice(9))]
        facts = gathered(folder, GatherBins(folder, f"unit{shard.shard}", shard, awaited), batches)
        for name in facts["files"]:
            Store(str(tmp_path)).publish_file(name, folder / name)
        files |= facts["files"]
        judged.append(Judged(unit=f"unit{shard.shard}", run=shard.run, groups=tuple(facts["groups"])))
    found = calibrate(
        work(tmp_path, unit_bytes), files, judged, quantiles=awaited.required_quantiles(), min_documents=40
    )
    for shard in judged:
        told = from_lines(Store(str(tmp_path)).read(found.answers[shard.unit]))
        seen = [(x, y, g) for run, x, y, g in rows if run <= shard.run]
        short = False
        for key in (*shard.groups, "null"):
            values = sorted(x for x, _, g in seen if key in (f'["{g}"]', "null"))
            if key != "null" and len(values) < 40:
                short = True
                assert (key, "x", 0.1) not in told
            elif key != "null" or short:
                assert {q: low_of(told[key, "x", q]) for q in (0.1, 0.9)} == {
                    q: values[int(q * len(values))] for q in (0.1, 0.9)
                }
                assert (key, "y", 0.5) in told
        assert short == (("null", "x", 0.1) in told)
    assert any(len(shard.groups) == 3 for shard in judged)
