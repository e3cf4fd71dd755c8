"""A whole job, from WARC files to packed tokens, beside an earlier state of the project in the same minutes.

CPU seconds of everything that runs, workers and Ray included. Input is pages made of real ones, enough that they cost
more than the start of Ray and its workers. What a job costs that has next to nothing to read, but as many files as
workers, is measured on both sides and taken off. A gigabyte is one of the texts that ours keeps, on both sides.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import earlier, generated_pages
from benchmarks.row import row
from benchmarks.running import ROOT
from benchmarks.tree import watch

AT_LEAST = 1.5
ROUNDS = 3
STORED_BYTES = {True: 100_000_000, False: 300_000_000}
FILES = 8
FEW_BYTES = 1_000_000  # stored bytes of each file of pages that measure the fixed cost
MEMBER = b"\x1f\x8b\x08\x00"  # begins each record of a gzip file
LIMIT_S = 900.0
RUN = "import sys; from {module} import main; sys.argv[0] = 'corpusmill'; sys.exit(main())"


def rows(quick: bool) -> list[dict[str, Any]]:
    """The one row; `quick` runs each side once."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-whole-") as name:
        tree = earlier.unpacked()
        folder = Path(name)
        generated_pages.write(folder / "pages", STORED_BYTES[quick], FILES)
        inputs = {"many": sorted(map(str, (folder / "pages").iterdir())), "few": few_pages(folder)}
        states = {"ours": (ROOT, "corpusmill.pipeline.cli.main"), "earlier": (tree, "pipeline.cli")}
        spent: dict[tuple[str, str], list[float]] = {}
        for turn in range((1 if quick else ROUNDS) + 1):
            for state, (root, module) in states.items():
                env = earlier.environment(tree) if root == tree else None
                for amount, paths in inputs.items():
                    job = write_job(folder / f"{state}-{amount}-{turn}", paths)
                    command = [sys.executable, "-c", RUN.format(module=module), "run", str(job), "--quiet"]
                    done = watch(command, limit_s=LIMIT_S, env=env, folder=root)
                    if turn:  # kernels are compiled in the first
                        spent.setdefault((state, amount), []).append(done.cpu_s)
        gigabytes = text_bytes(folder / "ours-many-0" / "work") / 1e9
    cost = {}
    for state in states:
        many, few = (statistics.median(spent[state, amount]) for amount in ("many", "few"))
        cost[state] = (many - few) / gigabytes
    name = f"whole job, WARC to packed tokens, against commit {earlier.COMMIT}"
    return [row(name, cost["ours"], "CPU-s/GB", peer=cost["earlier"], at_least=AT_LEAST)]


def few_pages(folder: Path) -> list[str]:
    """A WARC file for each worker, of the first records of another: whole gzip members, up to FEW_BYTES."""
    paths = []
    sources = sorted((folder / "pages").iterdir())
    for number, source in zip(range(os.cpu_count() or 1), sources, strict=False):
        with source.open("rb") as file:
            stored = file.read(FEW_BYTES)
        path = folder / f"few-{number}.warc.gz"
        path.write_bytes(stored[: stored.rindex(MEMBER)])
        paths.append(str(path))
    return paths


def write_job(folder: Path, paths: list[str]) -> Path:
    """A job in `folder`: main text, FineWeb's rules and deduplication, sequences of 2,048 tokens."""
    folder.mkdir()
    job = {
        "name": "whole",
        "workspace": str(folder / "work"),
        "output": str(folder / "out"),
        "inputs": [{"source": "web", "format": "warc", "paths": paths, "domain": "web"}],
        "documents": ["extract.main_text", {"recipe": "fineweb"}],
        "dedup": {"url": "newest", "text": True, "near": "fineweb"},
        "mix": {},
        "tokens": {"sequence_tokens": 2048},
        "output_shards": 4,
    }
    path = folder / "job.yaml"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def text_bytes(workspace: Path) -> int:
    """Bytes of the texts of all documents that a workspace keeps."""
    tables = (pq.read_table(path, columns=["text"]) for path in workspace.glob("documents/**/*.parquet"))
    return sum(pc.sum(pc.binary_length(table["text"])).as_py() or 0 for table in tables)
