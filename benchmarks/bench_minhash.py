"""MinHash signatures from Arrow text against datatrove, datasketch and rensa; how near the estimate is to the truth."""

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
from benchmarks.ready_minima import minima_of
from benchmarks.row import row
from benchmarks.texts import CORPORA, real_texts
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.minhash import Shingles, shingles, signatures
from corpusmill.operators.text.word_hashes import find_word_hashes
from corpusmill.operators.text.words import WordRule

ROUNDS = 3
DOCUMENTS = {True: 600, False: 6000}  # of each group of scripts
PASSES = {True: 5, False: 1}  # of ours in a round: one over the few texts of a quick run takes hundredths of a second
BATCH_ROWS = 2000
README = "rensa as its README writes it, of shingles"
HASHES = "rensa from ready hashes of shingles: minima alone"
AT_LEAST = {"datatrove": None, "datasketch": None, README: 6.0, HASHES: 1.0}  # null: by group of scripts
DENSE = ("ja", "zh")  # scripts in which each character is a word: many more shingles a byte


def sign(texts: pa.Array, rule: WordRule) -> np.ndarray:
    """The minima of every text: uint32[n, 112]."""
    return np.concatenate([signatures(find_word_hashes(batch, rule)).minima for batch in batches_of(texts)])


def batches_of(texts: pa.Array) -> list[Batch]:
    """The texts in batches as they are ingested."""
    return [Batch(pa.table({"text": texts.slice(at, BATCH_ROWS)})) for at in range(0, len(texts), BATCH_ROWS)]


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
        ours, minima_s, theirs = timed(part, texts, PASSES[quick])
        for peer, seconds in theirs.items():
            mine = minima_s if peer == HASHES else ours
            found.append(
                row(
                    f"minhash 14x8 against {peer}, {group}",
                    mine / gigabytes,
                    "CPU-s/GB",
                    peer=seconds / gigabytes,
                    at_least=AT_LEAST[peer] or at_least,
                    answer_ok=error <= 1.1,
                )
            )
    return found


def timed(part: pa.Table, texts: pa.Array, passes: int) -> tuple[float, float, dict[str, float]]:
    """CPU seconds of ours, of our minima from ready hashes, and of each peer: medians of three rounds taken in turn.

    Both are handed the same sets of hashes for the minima. AssertionError where ours are not those of the texts.
    """
    words = [find_word_hashes(batch, WordRule.UNICODE) for batch in batches_of(texts)]
    sets = [shingles(of_batch) for of_batch in words]
    minima = np.concatenate([minima_of(of_batch) for of_batch in sets])  # kernels are loaded before the clock runs
    assert np.array_equal(minima, sign(texts, WordRule.UNICODE))
    ours, minima_s = list[float](), list[float]()
    theirs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "texts.parquet")
        pq.write_table(part, source)
        hashes, offsets = written_shingles(sets, Path(folder))
        for _ in range(ROUNDS):
            start = time.process_time()
            for _ in range(passes):
                sign(texts, WordRule.UNICODE)
            ours.append((time.process_time() - start) / passes)
            start = time.process_time()
            for _ in range(passes):
                for of_batch in sets:
                    minima_of(of_batch)
            minima_s.append((time.process_time() - start) / passes)
            found = run_peer("datatrove_minhash.py", str(source))["cpu_s"]
            rensa = run_peer("rensa_minhash.py", str(source), str(hashes), str(offsets))["cpu_s"]
            theirs.append({**found, README: rensa["text"], HASHES: rensa["hashes"]})
    by_peer = {p: statistics.median(cpu[p] for cpu in theirs) for p in theirs[0]}
    return statistics.median(ours), statistics.median(minima_s), by_peer


def written_shingles(sets: list[Shingles], folder: Path) -> tuple[Path, Path]:
    """The hashes of all documents' sets of shingles as files for a peer, and where each set begins."""
    ends = np.cumsum([0, *(size for each in sets for size in np.diff(each.first))])
    hashes, offsets = folder / "hashes.npy", folder / "offsets.npy"
    np.save(hashes, np.concatenate([each.values for each in sets]))
    np.save(offsets, ends.astype(np.uint64))
    return hashes, offsets


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
