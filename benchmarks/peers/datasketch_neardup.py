"""Near-duplicate removal with datasketch over one JSONL file, as its users write it; runs with the peers' own Python.

Usage: datasketch_neardup.py TEXTS.jsonl.gz
Prints {"cpu_s": {"signatures": seconds, "clusters": seconds}, "kept": ids}. 112 permutations over word 5-grams, its
MinHashLSH with 14 bands of 8, and of each connected component the first document.
"""

import gzip
import json
import sys
import time

from datasketch import MinHash, MinHashLSH

WORDS = 5


BLANK = MinHash(num_perm=112)  # drawing the permutations anew for each text would be work for nothing


def signature(text: str) -> MinHash | None:
    words = text.lower().split()
    shingles = {" ".join(words[i : i + WORDS]).encode() for i in range(len(words) - WORDS + 1)}
    if not shingles:
        return None
    made = BLANK.copy()
    made.update_batch(list(shingles))
    return made


def main(texts: str) -> None:
    with gzip.open(texts, "rt") as lines:
        documents = [json.loads(line) for line in lines]
    start = time.process_time()
    signatures = [signature(d["text"]) for d in documents]
    signed = time.process_time()
    lsh = MinHashLSH(num_perm=112, params=(14, 8))
    root = list(range(len(documents)))

    def first(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, made in enumerate(signatures):
        if made is None:
            continue
        for other in lsh.query(made):
            a, b = sorted((first(i), first(other)))
            root[b] = a
        lsh.insert(i, made)
    kept = [d["id"] for i, d in enumerate(documents) if first(i) == i]
    spent = {"signatures": signed - start, "clusters": time.process_time() - signed}
    print(json.dumps({"cpu_s": spent, "kept": kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])
