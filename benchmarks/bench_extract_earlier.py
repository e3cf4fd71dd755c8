"""extract.main_text beside an earlier state of the project: the same pages, in turn, in processes of their own."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import earlier
from benchmarks.bench_extract import WCXB, mean_f1
from benchmarks.gold_pages import gold, pages
from benchmarks.row import row_of_more
from benchmarks.running import ROOT
from benchmarks.texts import CORPORA
from training.extract.folds import OUTER_FOLDS, fold_of

AGAINST_EARLIER = 1.8
LIMIT_S = 600.0
PROCESSES, ROUNDS = 4, 5  # of each state, in turn; rounds over all pages in each


def rows(quick: bool) -> list[dict]:
    """Pages a second against an earlier state of the project, in turn; the answer: held-out word F1 is not lower."""
    told = gold(CORPORA / "extract" / "wcxb-dev-gold.jsonl.gz")
    found = pages(CORPORA / "extract", "wcxb-dev-*.warc.gz", set(told))
    urls = sorted(found)[:: 4 if quick else 1]
    with tempfile.TemporaryDirectory(prefix="corpusmill-extract-") as name:
        tree = earlier.unpacked()
        of_pages, run = Path(name, "pages.parquet"), ROOT / "benchmarks" / "extract_run.py"
        content = pa.array([found[url].content for url in urls], pa.large_binary())
        charsets = pa.array([found[url].http_charset for url in urls], pa.string())
        folds = [fold_of(told[url]["host"], OUTER_FOLDS, "outer") for url in urls]
        pq.write_table(pa.table({"url": urls, "content": content, "http_charset": charsets, "fold": folds}), of_pages)
        states = {"ours": (ROOT, None), "earlier": (tree, earlier.environment(tree))}
        spent: dict[str, list[float]] = defaultdict(list)
        for number in range(PROCESSES):
            for state, (folder, env) in states.items():
                texts = [str(Path(name, state))] if number == 0 else []
                command = [sys.executable, str(run), str(of_pages), str(ROUNDS), *texts]
                done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=LIMIT_S, check=True)
                spent[state] += json.loads(done.stdout.splitlines()[-1])["cpu_s"]
        f1 = {}
        for state in states:
            of_url = {row["url"]: row["text"] or "" for row in pq.read_table(Path(name, state)).to_pylist()}
            f1[state] = mean_f1([of_url[url] for url in urls], [told[url]["text"] for url in urls])
    # The least, not the median: other work on the machine only adds, for both, and seldom all the time.
    rate, before = (len(urls) / min(spent[state]) for state in states)
    title = f"{WCXB}; held-out word F1 {f1['ours']:.4f}, at {earlier.COMMIT} {f1['earlier']:.4f}"
    good = f1["ours"] >= f1["earlier"]
    unit = f"pages/s, commit {earlier.COMMIT}"
    return [row_of_more(title, rate, unit, peer=before, at_least=AGAINST_EARLIER, answer_ok=good)]
