"""Gold sets of near duplicates, and independent judges of a removal."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.minhash import shingles
from corpusmill.operators.text.words import WordRule, find_words

SETS = ("eips-versions", "cc-legalcode", "httpd-manual-versions", "electron-i18n-versions")


@dataclass(frozen=True)
class Gold:
    """Documents in file order, and every pair of them (by place) with Jaccard >= 0.3 under the word rule `gold`."""

    texts: list[str]
    pairs: dict[tuple[int, int], float]


@dataclass(frozen=True)
class Judged:
    recall: float
    pairs: int
    false_removals: int
    removed: int


def load(folder: Path, name: str) -> Gold:
    docs = lines(folder / f"{name}.docs.jsonl.gz")
    place = {d["id"]: i for i, d in enumerate(docs)}
    pairs = {(place[p["a"]], place[p["b"]]): p["jaccard"] for p in lines(folder / f"{name}.pairs.jsonl.gz")}
    return Gold([d["text"] for d in docs], pairs)


def lines(path: Path) -> list[dict]:
    with gzip.open(path, "rt") as f:
        return [json.loads(line) for line in f]


def judge(pairs: dict[tuple[int, int], float], removed: Iterable[int], threshold: float) -> Judged:
    """Recall of pairs at the threshold (at least one goes); removed documents that resemble no kept one as much."""
    gone = set(removed)
    alike = [p for p, j in pairs.items() if j >= threshold]
    best: dict[int, float] = {}
    for (a, b), j in pairs.items():
        for one, other in ((a, b), (b, a)):
            if other not in gone:
                best[one] = max(best.get(one, 0.0), j)
    hit = sum(a in gone or b in gone for a, b in alike)
    false = sum(best.get(d, 0.0) < threshold for d in gone)
    return Judged(hit / len(alike) if alike else 1.0, len(alike), false, len(gone))


def all_pairs(texts: list[str], rule: WordRule, least: float) -> dict[tuple[int, int], float]:
    """Every pair with Jaccard >= least, by brute force: each document against all that share any shingle."""
    found = shingles(find_words(Batch(pa.table({"text": pa.array(texts, TEXT)})), rule))
    sizes = np.diff(found.first)
    docs = np.repeat(np.arange(len(texts)), sizes)
    _, shingle = np.unique(found.values, return_inverse=True)
    order = np.argsort(shingle, kind="stable")
    holders = docs[order]
    first = np.concatenate(([0], np.cumsum(np.bincount(shingle))))
    pairs = {}
    for a in range(len(texts)):
        mine = shingle[found.first[a] : found.first[a + 1]]
        others = [holders[first[s] : first[s + 1]] for s in mine.tolist()]
        shared = np.bincount(np.concatenate([*others, np.empty(0, np.int64)]).astype(np.int64), minlength=len(texts))
        for b in np.flatnonzero(shared[a + 1 :]) + a + 1:
            j = shared[b] / (sizes[a] + sizes[b] - shared[b])
            if j >= least:
                pairs[a, int(b)] = float(j)
    return pairs
