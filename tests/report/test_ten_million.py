"""The report of ten million documents: within a minute of CPU and a gigabyte."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import resource, sys, time
import numpy as np
import pyarrow as pa
from corpusmill.pipeline.kernels import cache; cache.choose()
from dataclasses import replace
from corpusmill.cluster.storage import Store
from corpusmill.operators.text.cell_counts import count_cells
from corpusmill.pipeline.evidence import cells, rows, rules
from corpusmill.pipeline.evidence.evidence import of_name
from corpusmill.pipeline.evidence.merge import address, groups, merge, merge_all
from corpusmill.pipeline.evidence.packed import pack
from corpusmill.pipeline.report.page import render
from tests.report.test_page import facts

UNITS, DOCUMENTS, SIGNALS, LANGUAGES = 250, 40_000, 40, 50
store = Store(sys.argv[1])
made, some = facts(LANGUAGES, SIGNALS), np.random.Generator(np.random.PCG64(1))
names, words = [f"signal_{i:02d}" for i in range(SIGNALS)], [f"l{i:02d}" for i in range(LANGUAGES)]
packs = []
for unit in range(10):
    values = some.lognormal(3, 1, (SIGNALS, DOCUMENTS))
    values[::2] = some.random((SIGNALS // 2, DOCUMENTS))
    states = some.choice(4, (SIGNALS, DOCUMENTS), p=[0.2, 0.1, 0.2, 0.5]).astype(np.int8)
    groups_ = np.minimum(some.geometric(0.2, DOCUMENTS) - 1, LANGUAGES - 1).astype(np.int64)
    found = cells.named(count_cells(values, groups_, states, np.full(DOCUMENTS, 5000)), names, words, "language")
    table = cells.added([found, cells.under(found, "source", "a")])
    packs.append(pack({"cells": table, "rules": made.evidence.rules, "rows": rows.FIXED.empty_table(),
                       "rates": rows.RATES.empty_table(), "excerpts": made.evidence.excerpts}))
units = [f"u{i:03d}" for i in range(UNITS)]
for i, name in enumerate(units):
    store.publish(address(name), packs[i % 10])
begun = time.process_time()
name = merge_all(store, units, lambda work: [merge(store, u["name"], u["files"]) for u in work])
merged = time.process_time()
evidence = of_name(store, name)
page = render(replace(made, evidence=evidence))
done = time.process_time()
kept = sum(a.documents for a in evidence.groups("language").values())
print(f"{kept:.0f} kept; merge {merged - begun:.1f} s, page {done - merged:.1f} s, {len(page)} bytes, "
      f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)
assert done - begun < 60 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000
assert 1_900_000 < kept < 2_100_000 and len(page.encode()) < 5_000_000
"""


@pytest.mark.slow
def test_ten_million_documents_take_less_than_a_minute_and_a_gigabyte(tmp_path):
    called = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(called, cwd=ROOT, capture_output=True, text=True, timeout=600)
    print(done.stdout)
    assert done.returncode == 0, done.stderr
