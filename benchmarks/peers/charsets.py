"""Detectors of encodings over one Parquet file of pages; runs with the peers' own Python, imports nothing of ours.

Usage: charsets.py PAGES.parquet, with a binary column `content`.
Prints {"resiliparse": {"names": [...], "cpu_s": ...}, ...}; a name is null where a detector gives none.
"""

import json
import sys
import time

import chardet
import charset_normalizer
import pyarrow.parquet as pq
from resiliparse.parse.encoding import detect_encoding


def best(content: bytes) -> str | None:
    found = charset_normalizer.from_bytes(content).best()
    return found.encoding if found else None


DETECTORS = {
    "resiliparse": detect_encoding,
    "charset-normalizer": best,
    "chardet": lambda content: chardet.detect(content)["encoding"],
}


def main(pages: str) -> None:
    contents = pq.read_table(pages).column("content").to_pylist()
    found = {}
    for name, detector in DETECTORS.items():
        before = time.process_time()
        names = [detector(content) for content in contents]
        found[name] = {"names": names, "cpu_s": time.process_time() - before}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
