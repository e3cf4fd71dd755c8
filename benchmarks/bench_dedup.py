"""Near-duplicate removal, from text to tables of duplicates, against datatrove; and its exchange at scale."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.peers.run import run_peer
from benchmarks.texts import real_texts
from cluster.storage import Store
from operators.batch import Batch
from operators.dedup.keys import text_keys
from pipeline.config.dedup import DedupSpec, NearSpec
from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.phases import Work
from pipeline.dedup.settings import EnteredShard, Settings
from pipeline.identity import doc_ids
from pipeline.stages.dedup_keys import KeyWriter

SPEC = DedupSpec(url="off", text=False, near=NearSpec(), max_removed_share={})
CORE_HOURS_A_TERABYTE = 15.0  # what we aim at; published CPU figures lie between 300 and 800


def rows(quick: bool) -> list[dict[str, Any]]:
    """Rows of the benchmark table; `quick` takes fewer documents."""
    return [*against_datatrove(quick), *at_scale(quick)]


def against_datatrove(quick: bool) -> list[dict[str, Any]]:
    """CPU a gigabyte beside datatrove's four stages on the same documents, and what each of us keeps."""
    table = real_texts(1500 if quick else None)
    gigabytes = pc.sum(pc.binary_length(table["text"])).as_py() / 1e9
    with tempfile.TemporaryDirectory() as folder:
        keyed, judged, removed = ours(table, Path(folder))
        source = Path(folder, "texts.jsonl.gz")
        with gzip.open(source, "wt", compresslevel=1) as out:
            out.writelines(json.dumps(doc) + "\n" for doc in table.select(["id", "text"]).to_pylist())
        theirs = run_peer("datatrove_neardup.py", str(source), f"{folder}/peer", "split")
    cpu_s, peer_s = keyed + judged, sum(theirs["cpu_s"].values())
    hours = cpu_s / gigabytes * 1000 / 3600
    agreed = len(removed & (set(table["id"].to_pylist()) - set(theirs["kept"]))) >= 0.8 * len(removed)
    return [
        row("near-dedup, all of it", cpu_s / gigabytes, "CPU-s/GB", peer_s / gigabytes, 25.0, agreed),
        row("  of it, keys and signatures", keyed / gigabytes, "CPU-s/GB", theirs["cpu_s"]["signatures"] / gigabytes),
        row("near-dedup, all of it", hours, "core-hours/TB", CORE_HOURS_A_TERABYTE, 1.0, agreed),
    ]


def ours(table: pa.Table, folder: Path) -> tuple[float, float, set[str]]:
    """CPU seconds for keys, and for the rest; ids of documents removed."""
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
    gone = pq.read_table(folder / found.tables["a"]).filter(pc.field("reason") == "near")["doc_id"].to_numpy()
    return spent[1], judged, set(table["id"].take(pa.array(gone)).to_pylist())


def at_scale(quick: bool) -> list[dict[str, Any]]:
    """CPU a pair at two sizes, and memory: exchange, components and verified removal on two cores."""
    small, large = (200_000, 1_000_000) if quick else (5_000_000, 50_000_000)
    found = {n: synthetic(n) for n in (small, large)}
    right = all(f["removed"] >= 0.999 * f["expected"] for f in found.values())
    per_pair = {n: f["us_a_pair"] for n, f in found.items()}
    peak = found[large]["peak_gb"]
    return [
        row(
            f"dedup of {large:,} synthetic documents", per_pair[large], "CPU-us/pair", per_pair[small] * 1.5, 1.0, right
        ),
        row(f"dedup of {large:,} synthetic documents", peak, "GB resident", 4.0, 1.0, right),
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


def row(
    name: str, value: float, unit: str, peer: float, at_least: float | None = None, answer_ok: bool = True
) -> dict[str, Any]:
    """A row of the table. peer: what to beat, or a bound; ratio: how many times it is above `value`."""
    ratio = peer / value
    told = {"name": name, "value": value, "unit": unit, "peer_value": peer, "ratio": ratio, "at_least": at_least}
    return {**told, "answer_ok": answer_ok, "ok": answer_ok and (at_least is None or ratio >= at_least)}
