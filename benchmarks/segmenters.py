"""Compares the words of `script` with those of maintained segmenters: where words end, how many there are, how fast.

Usage: python -m benchmarks.segmenters PYTHON, of an environment with PyICU, jieba, sudachipy, sudachidict_core,
pythainlp, khmer-nltk, laonlp, pyidaungsu-numpy2, botok and pyarrow. Prints a table in Markdown.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.languages import by_language, declarations
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.text.words import WordRule, find_words
from corpusmill.pipeline.kernels import cache

LANGUAGES = ("cmn_Hani", "jpn_Jpan", "tha_Thai", "lao_Laoo", "khm_Khmr", "mya_Mymr", "bod_Tibt")
MOST = 40
LONGEST_CHARS = 10_000
RULES = {"characters with marks": WordRule.UNICODE, "dictionary (script)": WordRule.SCRIPT}


def texts() -> dict[str, list[str]]:
    """Documents of each language, and its declaration of human rights."""
    found, declared = by_language(MOST), declarations()
    return {
        language: [text[:LONGEST_CHARS] for text in [*found.get(language, []), *filter(None, [declared.get(language)])]]
        for language in LANGUAGES
    }


def ends(each: list[str], rule: WordRule) -> list[list[int]]:
    """Where words with a letter or digit end, in code points."""
    words = find_words(Batch(pa.table({"text": pa.array(each, TEXT)})), rule)
    found = []
    for d, text in enumerate(each):
        raw = text.encode()
        stops = [int(words.start[i] + words.size_bytes[i]) for i in range(words.first[d], words.first[d + 1])]
        places, at, chars = [], 0, 0
        for i, stop in enumerate(stops, int(words.first[d])):
            chars += len(raw[at:stop].decode())
            at = stop
            word = raw[words.start[i] : stop].decode()
            if any(map(str.isalnum, word)):
                places.append(chars - len(word) + len(word.rstrip("་")))
        found.append(places)
    return found


def agreement(ours: list[list[int]], theirs: list[list[int]]) -> float:
    """F1 of the places where words end."""
    both = sum(len({*a} & {*b}) for a, b in zip(ours, theirs, strict=True))
    return 2 * both / max(sum(map(len, ours)) + sum(map(len, theirs)), 1)


def cpu_s(each: list[str], rule: WordRule) -> float:
    """CPU seconds that the words of these texts take, kernels loaded."""
    batch = Batch(pa.table({"text": pa.array(each, TEXT)}))
    find_words(batch, rule)
    start = time.process_time()
    for _ in range(5):
        find_words(batch, rule)
    return (time.process_time() - start) / 5


def main(python: str) -> None:
    cache.choose()
    found = texts()
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "texts.parquet"), Path(folder, "out.jsonl")
        rows = [(language, text) for language, each in found.items() for text in each]
        pq.write_table(pa.table({"language": [r[0] for r in rows], "text": [r[1] for r in rows]}), source)
        script = Path(__file__).parent / "peers" / "segmenters.py"
        subprocess.run([python, str(script), str(source), str(out)], check=True)
        theirs = [json.loads(line) for line in out.read_text().splitlines()]
    print(
        "| language | texts | segmenter | words | F1 with dictionary | F1 with characters | F1 with ICU | MB a CPU-s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for language, each in found.items():
        megabytes = sum(len(text.encode()) for text in each) / 1e6
        mine = {name: ends(each, rule) for name, rule in RULES.items()}
        peers = {row["tool"]: row["ends"] for row in theirs if row["language"] == language}
        speed = {row["tool"]: row["cpu_s"] for row in theirs if row["language"] == language}
        speed |= {name: cpu_s(each, rule) for name, rule in RULES.items()}
        for name, cut in {**mine, **peers}.items():
            shares = [agreement(other, cut) for other in (mine["dictionary (script)"], mine["characters with marks"])]
            shares.append(agreement(peers["ICU"], cut) if "ICU" in peers else float("nan"))
            figures = " | ".join(f"{share:.3f}" for share in shares)
            words = sum(map(len, cut))
            print(f"| {language} | {len(each)} | {name} | {words:,} | {figures} | {megabytes / speed[name]:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
