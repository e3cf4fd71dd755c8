"""MinHash signatures from Arrow text against datatrove and datasketch, and how near the estimate is to the truth."""

import gzip
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.peers.run import run_peer
from benchmarks.row import row
from benchmarks.texts import CORPORA, real_texts
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.minhash import signatures
from corpusmill.operators.text.words import WordRule, find_words

ROUNDS = 3
DOCUMENTS = {True: 600, False: 6000}  # of each group of scripts
PASSES = {True: 5, False: 1}  # of ours in a round: one over the few texts of a quick run takes hundredths of a second
BATCH_ROWS = 2000
DENSE = ("ja", "zh")  # scripts in which each character is a word: many more shingles a byte


def sign(texts: pa.Array, rule: WordRule) -> np.ndarray:
    """The minima of every text: uint32[n, 112]."""
    batches = [Batch(pa.table({"text": texts.slice(at, BATCH_ROWS)})) for at in range(0, len(texts), BATCH_ROWS)]
    return np.concatenate([signatures(find_words(batch, rule)).minima for batch in batches])


def rows(quick: bool) -> list[dict[str, Any]]:
    """A row per peer and group of scripts; `answer_ok`: the error of the estimate is at most 1.1 of its theory's."""
    table = real_texts(None)
    dense = pc.match_substring_regex(table.column("lang_path").fill_null(""), f"^({'|'.join(DENSE)})")
    error = error_ratio("eips-versions")
    found = []
    for group, mask, at_least in (("Latin and others", pc.invert(dense), 30.0), ("Chinese and Japanese", dense, 15.0)):
        part = table.filter(mask).slice(0, DOCUMENTS[quick]).combine_chunks()
        texts = part.column("text").chunk(0)
        gigabytes = pc.sum(pc.binary_length(texts)).as_py() / 1e9
        ours, theirs = timed(part, texts, PASSES[quick])
        for peer, seconds in theirs.items():
            name, theirs_gb = f"minhash 14x8 against {peer}, {group}", seconds / gigabytes
            found.append(
                row(name, ours / gigabytes, "CPU-s/GB", peer=theirs_gb, at_least=at_least, answer_ok=error <= 1.1)
            )
    return found


def timed(part: pa.Table, texts: pa.Array, passes: int) -> tuple[float, dict[str, float]]:
    """CPU seconds of ours and of each peer, medians of three rounds taken in turn."""
    sign(texts.slice(0, 2), WordRule.UNICODE)  # kernels are loaded before the clock runs
    ours: list[float] = []
    theirs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "texts.parquet")
        pq.write_table(part, source)
        for _ in range(ROUNDS):
            start = time.process_time()
            for _ in range(passes):
                sign(texts, WordRule.UNICODE)
            ours.append((time.process_time() - start) / passes)
            theirs.append(run_peer("datatrove_minhash.py", str(source))["cpu_s"])
    return statistics.median(ours), {p: statistics.median(cpu[p] for cpu in theirs) for p in theirs[0]}


def error_ratio(name: str) -> float:
    """Root mean square error of the estimate over all gold pairs of a near-duplicate set, over that of a binomial."""
    folder = CORPORA / "neardup"
    with gzip.open(folder / f"{name}.docs.jsonl.gz", "rt") as lines:
        documents = {row["id"]: row["text"] for row in map(json.loads, lines)}
    minima = dict(zip(documents, sign(pa.array(documents.values(), TEXT), WordRule.GOLD), strict=True))
    with gzip.open(folder / f"{name}.pairs.jsonl.gz", "rt") as lines:
        pairs = [(row["jaccard"], (minima[row["a"]] == minima[row["b"]]).mean()) for row in map(json.loads, lines)]
    exact, estimate = np.array(pairs).T
    return float(np.sqrt(np.mean((estimate - exact) ** 2) / np.mean(exact * (1 - exact) / minima[row_of(minima)].size)))


def row_of(minima: dict[str, np.ndarray]) -> str:
    """Any document's id."""
    return next(iter(minima))


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
