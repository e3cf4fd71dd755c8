"""MinHash signatures by rensa over one Parquet file, and over hashes of shingles; runs with the peers' own Python.

Usage: rensa_minhash.py TEXTS.parquet HASHES.npy OFFSETS.npy
Prints {"cpu_s": {"text": ..., "hashes": ...}}, on one thread. `text` is as its README writes it: the words of
`str.split` into one call, which makes signatures of 112 slots over single words, an easier task than ours. `hashes` is
its fastest exact call, over the very shingle hashes that ours takes the minima of; document i has those from
OFFSETS[i] to OFFSETS[i + 1].
"""

import json
import os
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"

import numpy as np
import pyarrow.parquet as pq
from rensa import RMinHash

PERMUTATIONS, SEED = 112, 42


def main(texts: str, hashes: str, offsets: str) -> None:
    documents = pq.read_table(texts).column("text").to_pylist()
    values, first = np.load(hashes), np.load(offsets)
    start = time.process_time()
    RMinHash.from_token_sets([text.split() for text in documents], num_perm=PERMUTATIONS, seed=SEED)
    text_s = time.process_time() - start
    start = time.process_time()
    RMinHash.digest_matrix_from_flat_token_hashes(values, first, num_perm=PERMUTATIONS, seed=SEED)
    print(json.dumps({"cpu_s": {"text": text_s, "hashes": time.process_time() - start}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
