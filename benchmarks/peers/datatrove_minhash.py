"""MinHash signatures by datatrove and by datasketch over one Parquet file; runs with the peers' own Python.

Usage: datatrove_minhash.py TEXTS.parquet
Prints {"cpu_s": {"datatrove": ..., "datasketch": ...}}. Both make 112 permutations over word 5-grams, words by
str.split of the text as each tool normalises it: datatrove by its simplify_text, datasketch by lower-casing.
"""

import json
import sys
import time

import pyarrow.parquet as pq
from datasketch import MinHash
from datatrove.pipeline.dedup import minhash
from datatrove.utils.hashing import HashConfig


def main(texts: str) -> None:
    documents = pq.read_table(texts).column("text").to_pylist()
    minhash.split_into_words = lambda text, language: text.split()
    hashing = HashConfig(hash_fc="sha1", precision=64)
    config = minhash.MinhashConfig(hash_config=hashing, num_buckets=14, hashes_per_bucket=8, n_grams=5)
    signer = minhash.MinhashDedupSignature(output_folder="/nonexistent", config=config)
    start = time.process_time()
    for text in documents:
        shingles = signer.get_shingles(text)
        if shingles.size:
            signer.get_signature(shingles)
    datatrove_s = time.process_time() - start
    start = time.process_time()
    for text in documents:
        words = text.lower().split()
        signed = MinHash(num_perm=112)
        signed.update_batch({" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))})
    print(json.dumps({"cpu_s": {"datatrove": datatrove_s, "datasketch": time.process_time() - start}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
