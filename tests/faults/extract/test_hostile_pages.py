"""No page crashes the extractor, makes it slow, or brings out anything but UTF-8."""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from operators import load
from operators.batch import Batch
from operators.contract import Operator
from operators.extract.html.workspace import MAX_BYTES
from tests.faults.extract.pathological import MB, mutated, pathological

WORST_S = 2.5


@cache
def operator() -> Operator:
    return load.equip(load.build("extract.main_text", {}), load.shipped)


def extract(pages: list[bytes]) -> pa.Table:
    table = operator()(Batch(pa.table({"content": pa.array(pages, pa.large_binary())}))).table
    table.column("text").combine_chunks().validate(full=True)
    table.column("title").combine_chunks().validate(full=True)
    return table


def real_pages(folder: Path, most: int) -> list[bytes]:
    found = []
    for path in sorted(folder.glob("LOCAL-MAIN-*.warc.gz")):
        with path.open("rb") as file:
            found += [r.reader.read() for r in ArchiveIterator(file, record_types=WarcRecordType.response)]
    return found[:: max(1, len(found) // most)]


def worst_cpu_s(size: int) -> dict[str, float]:
    extract([b"<p>a"])
    taken = {}
    for name, page in pathological(size):
        before = time.thread_time()
        extract([page])
        taken[name] = time.thread_time() - before
    return taken


def test_pathological_pages_of_100_kb():
    taken = worst_cpu_s(100_000)
    assert len(taken) >= 34
    assert max(taken.values()) < WORST_S, max(taken, key=lambda name: taken[name])


def test_a_page_is_cut_between_characters():
    for shift in range(3):
        cut = extract([b"<p>" + b" " * shift + "日".encode() * (MAX_BYTES // 3 + 9)])
        assert cut.column("truncated").to_pylist() == [True]


@pytest.mark.slow
def test_pathological_pages_of_20_mb():
    taken = worst_cpu_s(20 * MB)
    assert max(taken.values()) < WORST_S, sorted(taken.items(), key=lambda item: -item[1])[:5]


def fuzz(pages: list[bytes], count: int) -> None:
    random = np.random.default_rng(20261121)
    for first in range(0, count, 100):
        chosen = [pages[int(k)] for k in random.integers(0, len(pages), min(100, count - first))]
        extract([mutated(page, random) for page in chosen])


def test_mutated_pages(corpora):
    fuzz(real_pages(corpora / "crawl", 60), 200)


@pytest.mark.slow
def test_ten_thousand_mutated_pages(corpora):
    fuzz(real_pages(corpora / "crawl", 300), 10_000)


@pytest.mark.slow
def test_no_index_is_out_of_bounds(corpora, tmp_path):
    """All of the above with Numba's bounds check on, in a process of its own."""
    code = (
        "from pathlib import Path\n"
        "from tests.faults.extract.test_hostile_pages import fuzz, real_pages, worst_cpu_s\n"
        f"fuzz(real_pages(Path({str(corpora / 'crawl')!r}), 300), 2000)\n"
        "worst_cpu_s(1_000_000)\n"
    )
    settings = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
