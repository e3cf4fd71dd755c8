"""SimHash or MinHash for texts under 50 words: which finds more pairs that share their words, and which errs.

Usage: python -m benchmarks.short_texts. Truth: Jaccard similarity of the sets of words, all pairs by brute force.
Texts: real lines of 8 to 49 words, each with a copy in which some words were replaced by words of other lines.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from benchmarks.texts import real_texts
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup import minhash
from corpusmill.operators.dedup.simhash import distances, simhashes
from corpusmill.operators.text.words import WordRule, Words, find_words

THRESHOLD = 0.8
LINES = 4000
ROW = "{:44s} {:>7s} {:>14s}"


def texts() -> list[str]:
    """Lines, then for each a copy with up to a third of its words replaced."""
    rng = np.random.default_rng(3)
    lines: dict[str, None] = {}
    for text in real_texts(3000)["text"].to_pylist():
        own = [line.strip() for line in text.splitlines() if 8 <= len(line.split()) < 50]
        lines.update(dict.fromkeys(own[:3]))
    chosen = list(lines)[:LINES]
    vocabulary = " ".join(chosen).split()
    copies = []
    for line in chosen:
        words = line.split()
        for at in rng.choice(len(words), int(rng.integers(0, len(words) // 3 + 1)), replace=False):
            words[at] = vocabulary[int(rng.integers(len(vocabulary)))]
        copies.append(" ".join(words))
    return chosen + copies


def true_pairs(words: Words, size: int, least: float) -> dict[tuple[int, int], float]:
    """Every pair with Jaccard >= least over shingles of `size` words."""
    sets = minhash.shingles(words, shingle_words=size)
    counts = np.diff(sets.first)
    _, shingle = np.unique(sets.values, return_inverse=True)
    docs = np.repeat(np.arange(len(counts)), counts)[np.argsort(shingle, kind="stable")]
    first = np.concatenate(([0], np.cumsum(np.bincount(shingle))))
    found = {}
    for a in range(len(counts)):
        mine = shingle[sets.first[a] : sets.first[a + 1]].tolist()
        others = np.concatenate([docs[first[s] : first[s + 1]] for s in mine] or [np.empty(0, np.int64)])
        shared = np.bincount(others, minlength=len(counts))
        for b in np.flatnonzero(shared[a + 1 :]) + a + 1:
            j = shared[b] / (counts[a] + counts[b] - shared[b])
            if j >= least:
                found[a, int(b)] = float(j)
    return found


def by_simhash(words: Words, most: int) -> set[tuple[int, int]]:
    """All pairs at most so many bits apart, by brute force: no blocking can find more."""
    found = simhashes(words)
    pairs: set[tuple[int, int]] = set()
    for a in range(len(found)):
        near = np.flatnonzero(distances(found[a], found[a + 1 :]) <= most) + a + 1
        pairs.update((a, int(b)) for b in near)
    return pairs


def by_minhash(words: Words, size: int, bands: int, rows: int) -> set[tuple[int, int]]:
    """Pairs that share a band."""
    signed = minhash.signatures(words, shingle_words=size, permutations=bands * rows)
    keys = minhash.bands(signed.minima, bands=bands, rows=rows)
    pairs: set[tuple[int, int]] = set()
    for column in keys.T:
        order = np.argsort(column, kind="stable")
        cuts = np.flatnonzero(np.diff(column[order])) + 1
        for bucket in np.split(order, cuts):
            pairs.update((int(a), int(b)) for i, a in enumerate(bucket) for b in bucket[i + 1 :])
    return pairs


def methods(words: Words) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    for most in (3, 6, 9, 12):
        yield f"SimHash, at most {most} bits apart", by_simhash(words, most)
    for size in (1, 2, 3, 5):
        found = by_minhash(words, size, 14, 8)
        yield f"MinHash 14x8, {size} words a shingle, unverified", found
        sure = set(true_pairs(words, size, THRESHOLD))
        yield f"MinHash 14x8, {size} words a shingle, verified", found & sure


def main() -> None:
    batch = Batch(pa.table({"text": pa.array(texts(), TEXT)}))
    words = find_words(batch, WordRule.UNICODE)
    truth = {pair for pair, j in true_pairs(words, 1, THRESHOLD).items()}
    print(f"{batch.num_rows} texts, {len(truth)} pairs that share {THRESHOLD:.0%} of their words")
    print(ROW.format("", "recall", "false of found"))
    for name, found in methods(words):
        false = len(found - truth)
        print(ROW.format(name, f"{len(found & truth) / len(truth):.3f}", f"{false} of {len(found)}"))


if __name__ == "__main__":
    main()
