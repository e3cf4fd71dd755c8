"""MinHash signatures by datatrove and by datasketch over one Parquet file; runs with the peers' own Python.

Usage: datatrove_minhash.py TEXTS.parquet
Prints {"cpu_s": {"datatrove": ..., "datasketch": ...}}. Both make 112 permutations over word 5-grams, of the words
our own default rule finds, less its marks: runs of letters and numbers, each character of Han, Kana, Thai, Lao, Khmer
and Myanmar a word. datatrove simplifies the text first as it always does and hashes by xxhash,
its default; datasketch gets it in lower case.
"""

import json
import re
import sys
import time

import pyarrow.parquet as pq
from datasketch import MinHash
from datatrove.pipeline.dedup import minhash

ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
WORD = re.compile(f"(?=\\w)[{ALONE}]|[^\\W{ALONE}]+")


class Words:
    """Takes the place of the peer's word tokenizer."""

    def word_tokenize(self, text: str) -> list[str]:
        return WORD.findall(text)


def main(texts: str) -> None:
    documents = pq.read_table(texts).column("text").to_pylist()
    minhash.load_word_tokenizer = lambda language: Words()
    config = minhash.MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
    signer = minhash.MinhashDedupSignature(output_folder="/nonexistent", config=config)
    start = time.process_time()
    for text in documents:
        shingles = signer.get_shingles(text)
        if shingles.size:
            signer.get_signature(shingles)
    datatrove_s = time.process_time() - start
    start = time.process_time()
    blank = MinHash(num_perm=112)
    for text in documents:
        words = WORD.findall(text.lower())
        signed = blank.copy()  # drawing the permutations anew for each text would be work for nothing
        signed.update_batch({" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))})
    print(json.dumps({"cpu_s": {"datatrove": datatrove_s, "datasketch": time.process_time() - start}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
