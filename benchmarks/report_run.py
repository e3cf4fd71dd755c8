"""Makes the evidence of a workspace, or adds it up and renders the report; prints one JSON object.

Usage: python -m benchmarks.report_run make|report FOLDER UNITS

Two processes, so that what making takes is not counted. A unit stands for 40,000 documents in 50 languages with 40
signals: histograms counted by the kernel that ingest uses, counts of rules, sampled rows, excerpts. The numbers of ten
units are drawn; the others repeat them. They are added up as the stage `evidence` does.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.text.cell_counts import count_cells
from corpusmill.pipeline.evidence import adding, cells, excerpts, rows, rules
from corpusmill.pipeline.evidence.evidence import of_name
from corpusmill.pipeline.evidence.merge import MergeUnit, address, merge, merge_all
from corpusmill.pipeline.evidence.packed import pack
from corpusmill.pipeline.execution import process
from corpusmill.pipeline.report.facts import Facts
from corpusmill.pipeline.report.funnel import Funnel, Leaf, Step
from corpusmill.pipeline.report.page import render

DOCUMENTS, SIGNALS, LANGUAGES, SOURCES, DRAWN = 40_000, 40, 50, 5, 10
NAMES = [f"signal_{i:02d}" for i in range(SIGNALS)]
WORDS = [f"l{i:02d}" for i in range(LANGUAGES)]
STATES = [0.2, 0.1, 0.2, 0.5]  # kept, dropped alone, later, otherwise
TEXT = "word " * 96


@dataclass(frozen=True, kw_only=True)
class Measured:
    """CPU seconds of adding up and of rendering, the most memory of the process, the size of the page.

    kept: documents that the evidence has as kept.
    """

    merge_s: float
    page_s: float
    peak_bytes: int
    page_bytes: int
    documents: int
    kept: int


def unit(seed: int) -> tuple[bytes, int]:
    """The evidence of one unit as it is stored, and how many documents it keeps."""
    generator = np.random.Generator(np.random.PCG64(seed))
    values = generator.lognormal(3, 1, (SIGNALS, DOCUMENTS))
    values[::2] = generator.random((SIGNALS // 2, DOCUMENTS)).round(4)
    values[1::4] = values[1::4].round()  # counts
    kinds = generator.choice(4, DOCUMENTS, p=STATES).astype(np.int8)
    languages = np.minimum(generator.geometric(0.1, DOCUMENTS) - 1, LANGUAGES - 1).astype(np.int64)
    sizes = generator.lognormal(8, 1, DOCUMENTS).astype(np.int64)
    source = f"source_{seed % SOURCES}"
    states = np.repeat(kinds[None, :], SIGNALS, axis=0)
    counts = cells.named(count_cells(values, languages, states, sizes), NAMES, WORDS, "language")
    by_source = adding.under(counts, "source", source)
    kept = np.flatnonzero(kinds == 0)
    sample = _sample(generator.random(len(kept)), source, languages[kept], sizes[kept], values[:, kept])
    sample, rates = rows.lowest(sample, rows.rates_of(sample, 1.0), rows.UNIT_ROWS)
    tables = {
        "cells": adding.added([counts, by_source]),
        "rules": _removed(source),
        "rows": sample,
        "rates": rates,
        "excerpts": excerpts.best_of([_shown(source, generator)]),
    }
    return pack(tables), len(kept)


def _sample(draw: np.ndarray, source: str, languages: np.ndarray, sizes: np.ndarray, values: np.ndarray) -> pa.Table:
    """Rows of kept documents. values: [signals, documents]."""
    many = len(draw)
    fixed = {
        "draw": draw,
        "step_number": np.full(many, -1),
        "near": np.zeros(many, np.bool_),
        "reason": pa.nulls(many, pa.string()),
        "rules_broken": np.zeros(many, np.int16),
        "source": pa.repeat(source, many),
        "language": pa.array(WORDS).take(pa.array(languages)),
        "bytes": sizes,
        "bytes_at_drop": sizes,
    }
    table = pa.table(fixed).cast(rows.FIXED)
    for name, column in zip(NAMES, values, strict=True):
        table = table.append_column(name, pa.array(column))
    return table


def _removed(source: str) -> pa.Table:
    """Counts of a rule for each signal, by language and for the source."""
    places = [*(("language", word) for word in WORDS), ("source", source)]
    fixed = {"step_number": 1, "step": "decide.bounds"}
    counts = dict(zip(rules.COUNTED, (300, 3_000_000, 100, 1_000_000, 500), strict=True))
    named = ({"axis": axis, "value": value, "reason": f"{name}<x"} for name in NAMES for axis, value in places)
    return pa.Table.from_pylist([{**each, **fixed, **counts} for each in named], rules.RULES)


def _shown(source: str, generator: np.random.Generator) -> pa.Table:
    """Excerpts of four documents for each signal and kind."""
    fixed = {"step_number": 1, "source": source, "language": "l00", "measured": 0.39, "text": TEXT}
    kinds = ("drawn", "kept", "dropped")
    numbered = ((name, kind, i) for name in NAMES for kind in kinds for i in range(4))
    found = [
        {"reason": f"{name}<x", "kind": kind, "distance": 0.1 * i, "draw": generator.random(), "doc_id": i}
        | {"url": f"https://example.org/{i}", **fixed}
        for name, kind, i in numbered
    ]
    return pa.Table.from_pylist(found, excerpts.EXCERPTS)


def names_of(units: int) -> list[str]:
    """The names of so many units."""
    return [f"unit{i:05d}" for i in range(units)]


def make(folder: Path, units: int) -> int:
    """Write the evidence of `units` units into a folder; how many documents they keep."""
    store = Store(str(folder))
    drawn = [unit(seed) for seed in range(min(DRAWN, units))]
    for i, name in enumerate(names_of(units)):
        store.publish(address(name), drawn[i % len(drawn)][0])
    return sum(drawn[i % len(drawn)][1] for i in range(units))


def report(folder: Path, units: int) -> Measured:
    """Add up the evidence in a folder, render the page."""
    store = Store(str(folder))

    def one_by_one(work: Sequence[MergeUnit]) -> None:
        for group in work:
            merge(store, group["name"], group["files"])

    begin = time.process_time()
    evidence = of_name(store, merge_all(store, names_of(units), one_by_one))
    merged = time.process_time()
    documents = units * DOCUMENTS
    page = render(replace(Facts(name="generated", funnel=funnel(documents)), evidence=evidence))
    return Measured(
        merge_s=merged - begin,
        page_s=time.process_time() - merged,
        peak_bytes=peak_bytes(),
        page_bytes=len(page.encode()),
        documents=documents,
        kept=round(sum(amount.documents for amount in evidence.groups("language").values())),
    )


def funnel(documents: int) -> Funnel:
    """Counts of a run over so many documents; a fifth is kept, of every source and language alike."""
    each = documents // (SOURCES * LANGUAGES)
    counts = {"read": each, "dropped": each - each // 5, "kept": each // 5, "unique": each // 5}
    leaves = [Leaf((f"source_{i}", "web", word), **counts) for i in range(SOURCES) for word in WORDS]
    return Funnel([Step("read", documents), Step("kept", documents // 5)], leaves)


def peak_bytes() -> int:
    """The most memory this process had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    process.prepare()
    what, place, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print(json.dumps({"kept": make(place, count)} if what == "make" else asdict(report(place, count))))
