"""MinHash signatures by rensa over one Parquet file, and over hashes of shingles; runs with the peers' own Python.

Usage: rensa_minhash.py TEXTS.parquet HASHES.npy OFFSETS.npy
Prints {"cpu_s": {"text": ..., "words": ..., "hashes": ...}}, on one thread. `text` is as its README writes it,
`str.split` and one call for all, over shingles of five words as ours are. `words` is the same over single words, which
is another task. `hashes` is its fastest exact call, over the very sets of shingle hashes that ours takes the minima of;
document i has those from OFFSETS[i] to OFFSETS[i + 1].
"""

import json
import os
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"

import numpy as np
import pyarrow.parquet as pq
from rensa import RMinHash

PERMUTATIONS, SEED, SIZE = 112, 42, 5


def main(texts: str, hashes: str, offsets: str) -> None:
    documents = pq.read_table(texts).column("text").to_pylist()
    values, first = np.load(hashes), np.load(offsets)
    start = time.process_time()
    RMinHash.from_token_sets([shingles(text.split()) for text in documents], num_perm=PERMUTATIONS, seed=SEED)
    text_s = time.process_time() - start
    start = time.process_time()
    RMinHash.from_token_sets([text.split() for text in documents], num_perm=PERMUTATIONS, seed=SEED)
    words_s = time.process_time() - start
    start = time.process_time()
    RMinHash.digest_matrix_from_flat_token_hashes(values, first, num_perm=PERMUTATIONS, seed=SEED)
    print(json.dumps({"cpu_s": {"text": text_s, "words": words_s, "hashes": time.process_time() - start}}))


def shingles(words: list[str]) -> list[str]:
    """Five words each; all of a shorter text."""
    return [" ".join(words[i : i + SIZE]) for i in range(max(1, len(words) - SIZE + 1))]


if __name__ == "__main__":
    main(*sys.argv[1:])
