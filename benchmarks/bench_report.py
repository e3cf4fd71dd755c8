"""What evidence and the report cost: gathering, as a share of ingest's CPU; adding up and page of many documents."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_wets
from benchmarks.ingest_job import write_job
from benchmarks.row import row
from benchmarks.tree import watch

LIMIT_S = 1200
UNIT_BYTES = 240_000_000  # of text, as a WET file of a crawl has; in a smaller unit what is done once weighs more
UNITS = {True: 50, False: 250}  # of 40,000 documents: two and ten million
SHARE = 3.0  # percent of ingest's CPU that gathering may take
MOST_S, MOST_BYTES, MOST_PAGE_BYTES = 60.0, 1e9, 5e6


def rows(quick: bool) -> list[dict[str, Any]]:
    """Result rows. The answer of the report holds when it has every document that its units kept."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-report-") as name:
        folder = Path(name)
        write_wets(folder / "wet", Corpus.of_size(UNIT_BYTES, seed=11), 1)
        job = write_job(folder, str(folder / "wet" / "*.gz"))
        ingest = run("evidence_run", str(job))
        evidence = run("report_run", "make", str(folder / "report"), str(UNITS[quick]))
        report = run("report_run", "report", str(folder / "report"), str(UNITS[quick]))
    title = f"report of {report['documents'] / 1e6:.0f} million documents"
    seconds, right = report["merge_s"] + report["page_s"], report["kept"] == evidence["kept"]
    share = ingest["evidence"] / ingest["whole"] * 100
    return [
        within("evidence, share of the CPU of an ingest unit", share, "%", SHARE, answer_ok=True),
        within(f"{title}, adding up and page, CPU", seconds, "s", MOST_S, right),
        within(f"{title}, peak memory", report["peak_bytes"] / 1e9, "GB", MOST_BYTES / 1e9, right),
        within(f"{title}, size of the page", report["page_bytes"] / 1e6, "MB", MOST_PAGE_BYTES / 1e6, right),
    ]


def within(name: str, value: float, unit: str, limit: float, answer_ok: bool) -> dict[str, Any]:
    """The row of what must be at most `limit`."""
    return row(name, value, unit, peer=limit, at_least=1.0, answer_ok=answer_ok)


def run(module: str, *arguments: str) -> dict[str, float]:
    """The JSON object that a script prints last, run in a process of its own."""
    done = watch([sys.executable, "-m", f"benchmarks.{module}", *arguments], limit_s=LIMIT_S)
    return json.loads(done.said.splitlines()[-1])
