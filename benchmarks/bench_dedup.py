"""Near-duplicate removal, from text to tables of duplicates, against datatrove and datasketch; and at scale."""

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.peers.run import run_peer
from benchmarks.row import row
from benchmarks.texts import real_texts
from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import Batch
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.dedup.settings import EnteredShard, Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.ids import doc_ids

SPEC = DedupSpec(url="off", text=False, near=NearSpec(), max_removed_share={})
AGREE = 0.9  # of our removals a peer must see; it finds a pair of 0.8 in 92 of 100 cases, and cuts words otherwise
SPACED_WORDS = 20  # fewer have texts of languages written without spaces, of which the peers see nothing here
ROUNDS = 3  # ours and the peers' in turn; the median counts
CORE_HOURS_A_TERABYTE = 15.0  # what we aim at; published CPU figures lie between 300 and 800


def rows(quick: bool) -> list[dict[str, Any]]:
    """Rows of the benchmark table; `quick` takes fewer documents."""
    return [*against_peers(quick), *at_scale(quick)]


@dataclass(frozen=True)
class Spent:
    """CPU seconds of one run for keys and for the rest, and the ids of the documents that went.

    survivors: of those that white space cuts into words, as the peers do, the one that stayed in its place; peers do
    not tell.
    """

    keyed: float
    judged: float
    removed: set[str]
    survivors: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> float:
        return self.keyed + self.judged


def against_peers(quick: bool) -> list[dict[str, Any]]:
    """CPU a gigabyte beside datatrove's stages and datasketch on the same documents, and what each of us keeps."""
    table = real_texts(3000 if quick else None)
    gigabytes = pc.sum(pc.binary_length(table["text"])).as_py() / 1e9
    everyone = set(table["id"].to_pylist())
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "texts.jsonl.gz")
        with gzip.open(source, "wt", compresslevel=1) as out:
            out.writelines(json.dumps(doc) + "\n" for doc in table.select(["id", "text"]).to_pylist())
        mine, datatrove, datasketch = [], [], []
        for turn in range(ROUNDS):
            mine.append(ours(table, Path(folder, f"ours{turn}")))
            datatrove.append(theirs("datatrove_neardup.py", everyone, str(source), f"{folder}/peer", "split"))
            datasketch.append(theirs("datasketch_neardup.py", everyone, str(source)))
    whole, keyed = median(mine, "whole") / gigabytes, median(mine, "keyed") / gigabytes
    agree = all(found_by(peer[0], mine[0]) >= AGREE for peer in (datatrove, datasketch))
    same = all(m.removed == mine[0].removed for m in mine)
    hours = whole * 1000 / 3600
    name, unit = "near-dedup, all of it", "CPU-s/GB"
    four, sketch = median(datatrove, "whole") / gigabytes, median(datasketch, "whole") / gigabytes
    signatures = median(datatrove, "keyed") / gigabytes
    return [
        row(f"{name}, against datatrove", whole, unit, peer=four, at_least=25.0, answer_ok=agree and same),
        row(f"{name}, against datasketch", whole, unit, peer=sketch, answer_ok=agree),
        row("  of it, keys and signatures, against datatrove", keyed, unit, peer=signatures),
        row(name, hours, "core-hours/TB", peer=CORE_HOURS_A_TERABYTE, at_least=1.0, answer_ok=same),
    ]


def found_by(peer: Spent, mine: Spent) -> float:
    """The share of our removals that a peer sees too: it removes the document, or the one that stayed for us."""
    seen = [bool({gone, stayed} & peer.removed) for gone, stayed in mine.survivors.items()]
    return sum(seen) / len(seen)


def median(runs: Sequence[Spent], what: str) -> float:
    return statistics.median(getattr(run, what) for run in runs)


def theirs(script: str, everyone: set[str], *arguments: str) -> Spent:
    """One run of a peer."""
    told = run_peer(script, *arguments)
    spent = told["cpu_s"]
    return Spent(spent["signatures"], sum(spent.values()) - spent["signatures"], everyone - set(told["kept"]))


def ours(table: pa.Table, folder: Path) -> Spent:
    """One run of all phases, in this process."""
    folder.mkdir()
    ids = doc_ids(run=0, shard=0, rows=np.arange(table.num_rows), uri="")
    texts = table["text"].combine_chunks()
    blank = pa.nulls(len(ids), pa.timestamp("s", "UTC"))
    documents = pa.table(
        {
            "doc_id": ids,
            "text_key": text_keys(texts),
            "url": pa.nulls(len(ids), pa.string()),
            "fetched_at_utc": blank,
            "text": texts,
        }
    )
    (folder / "documents").mkdir()
    pq.write_table(documents, folder / "documents" / "a.parquet", row_group_size=2000, compression="zstd")
    spent = []
    for name in ("warm", "a"):  # kernels are loaded before the clock runs
        start = time.process_time()
        with KeyWriter(folder, name, SPEC) as writer:
            for at in range(0, 10 if name == "warm" else len(ids), 2000):
                writer.add(Batch(documents.slice(at, 10 if name == "warm" else 2000)))
        spent.append(time.process_time() - start)
    shard = EnteredShard(unit="a", number=0, source="docs", priority=1, uri="a")
    settings = Settings(spec=SPEC, shards=(shard,))
    work = Work(store=Store(str(folder)), folder="dedup/x", run=lambda units, task: map(task, units))
    deduplicate(Work(store=work.store, folder="dedup/warm", run=work.run), settings)
    start = time.process_time()
    found = deduplicate(work, settings)
    judged = time.process_time() - start
    gone = pq.read_table(folder / found.tables["a"]).filter(pc.field("reason") == "near")
    went, stayed = (table.take(gone[c].combine_chunks()) for c in ("doc_id", "survivor"))
    spaced = pc.greater_equal(pc.list_value_length(pc.utf8_split_whitespace(went["text"])), SPACED_WORDS)
    survivors = dict(zip(went["id"].filter(spaced).to_pylist(), stayed["id"].filter(spaced).to_pylist(), strict=True))
    return Spent(spent[1], judged, set(went["id"].to_pylist()), survivors)


def at_scale(quick: bool) -> list[dict[str, Any]]:
    """CPU a pair at two sizes, and memory: exchange, components and verified removal on two cores."""
    # The keys of up to about 600,000 documents are grouped in one piece, at half the cost: no measure of growth.
    small, large = (700_000, 1_400_000) if quick else (5_000_000, 50_000_000)
    found = {n: synthetic(n) for n in (small, large)}
    right = all(f["removed"] >= 0.999 * f["expected"] for f in found.values())
    bound, name = found[small]["us_a_pair"] * 1.5, f"dedup of {large:,} synthetic documents"
    return [
        row(
            f"{name}, against {small:,}",
            found[large]["us_a_pair"],
            "CPU-us/pair",
            peer=bound,
            at_least=1.0,
            answer_ok=right,
        ),
        row(name, found[large]["peak_gb"], "GB resident", peer=4.0, at_least=1.0, answer_ok=right),
    ]


def synthetic(documents: int) -> dict[str, Any]:
    """One run of `benchmarks.dedup_synthetic` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.dedup_synthetic", str(documents), f"{folder}/work"]
        root = Path(__file__).resolve().parents[1]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=root)
    if done.returncode:
        raise RuntimeError(f"the synthetic run of {documents} documents failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])
