"""datatrove's four stages of near-duplicate removal over one JSONL file; runs with the peers' own Python.

Usage: datatrove_neardup.py TEXTS.jsonl.gz FOLDER WORDS, WORDS being "split" (str.split) or "default" (its tokenizers).
Prints {"cpu_s": {stage: seconds}, "kept": documents}. FineWeb's 14 buckets of 8 hashes over word 5-grams, by
xxhash, its default. Files are not compressed, and the CPU of its fourth stage, which writes the texts that stay, does
not count: ours writes tables of duplicates.
"""

import glob
import gzip
import json
import os
import resource
import shutil
import sys

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, minhash
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter


class Split:
    """str.split in place of datatrove's own word tokenizers, which take several times as long."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()


def cpu_s() -> float:
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(p.ru_utime + p.ru_stime for p in parts)


def main(texts: str, folder: str, words: str) -> None:
    if words == "split":
        minhash.load_word_tokenizer = lambda language: Split()
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/in")
    with gzip.open(texts, "rb") as packed, open(f"{folder}/in/texts.jsonl", "wb") as plain:
        shutil.copyfileobj(packed, plain)
    config = minhash.MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
    reader = JsonlReader(f"{folder}/in")
    stages = {
        "signatures": [reader, minhash.MinhashDedupSignature(output_folder=f"{folder}/s", config=config)],
        "buckets": [MinhashDedupBuckets(input_folder=f"{folder}/s", output_folder=f"{folder}/b", config=config)],
        "clusters": [MinhashDedupCluster(input_folder=f"{folder}/b", output_folder=f"{folder}/r", config=config)],
        "filter": [
            reader,
            MinhashDedupFilter(input_folder=f"{folder}/r"),
            JsonlWriter(f"{folder}/kept", compression=None),
        ],
    }
    spent = {}
    for name, steps in stages.items():
        start = cpu_s()
        tasks = 14 if name == "buckets" else 1
        LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=1, logging_dir=f"{folder}/logs/{name}").run()
        if name != "filter":  # it writes the texts that stay, and ours writes none
            spent[name] = cpu_s() - start
    kept = []
    for path in glob.glob(f"{folder}/kept/*.jsonl"):
        with open(path) as lines:
            kept += [json.loads(line)["id"] for line in lines]
    print(json.dumps({"cpu_s": spent, "kept": kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])
