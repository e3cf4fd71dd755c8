"""Many small files against the same documents in few: time, CPU seconds, memory of the driver a file."""

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_jsonl
from benchmarks.ingest_job import STEPS
from benchmarks.row import row
from benchmarks.tree import Watched, watch

DOCUMENTS = 20  # of a small file
DIFFERENT = 4_000  # documents, which come again and again: reading them is what is measured
FILES = {True: 4_000, False: 20_000}
FEW = {True: 2_000, False: 1_000}  # the driver looks into 2,000 at most: a quick run would measure little else
LARGE_FILES = 20
TIMES = 1.5  # as long as, and as much CPU, at most
FILE_BYTES = 2_800  # of memory of the driver a file, at most: a tenth of what a unit a file took
LIMIT_S = 1700


def rows(quick: bool) -> list[dict[str, Any]]:
    """Small files against large ones, and the driver's memory from few to many small ones."""
    count, least = FILES[quick], FEW[quick]
    with tempfile.TemporaryDirectory(prefix="corpusmill-small-") as name:
        folder = Path(name)
        write_jsonl(folder / "all.jsonl", Corpus(DIFFERENT, seed=41))
        lines = (folder / "all.jsonl").read_bytes().splitlines(keepends=True)
        for which, files, documents in (
            ("small", count, count * DOCUMENTS),
            ("large", LARGE_FILES, count * DOCUMENTS),
            ("few", least, least * DOCUMENTS),
        ):
            write_files(folder / which, lines, files, documents)
        few, large, small = (ingest(folder, which) for which in ("few", "large", "small"))
    same = json.loads(small.said) == json.loads(large.said)
    growth = (small.processes[0].peak_bytes - few.processes[0].peak_bytes) / max(count - least, 1)
    told = f"{count:,} files of {DOCUMENTS} documents, against {LARGE_FILES} files"
    return [
        row(f"{told}: CPU", small.cpu_s, "CPU-s", peer=large.cpu_s * TIMES, at_least=1.0, answer_ok=same),
        row(f"{told}: time", small.wall_s, "s", peer=large.wall_s * TIMES, at_least=1.0, answer_ok=same),
        row("driver, memory a small file", growth / 1e3, "kB", peer=FILE_BYTES / 1e3, at_least=1.0),
    ]


def write_files(folder: Path, lines: list[bytes], files: int, documents: int) -> None:
    """So many documents, the lines again and again, as so many `.jsonl.gz` of consecutive ones."""
    folder.mkdir()
    cuts = [documents * k // files for k in range(files + 1)]
    for k in range(files):
        with gzip.open(folder / f"{k:06}.jsonl.gz", "wb", compresslevel=1) as out:
            out.writelines(lines[n % len(lines)] for n in range(cuts[k], cuts[k + 1]))


def ingest(folder: Path, which: str) -> Watched:
    """The ingest stage with FineWeb's steps on the files of a folder, its kernels compiled."""
    job = folder / f"{which}.yaml"
    job.write_text(
        f"name: small\nworkspace: {json.dumps(str(folder / f'work-{which}'))}\n"
        f"output: {json.dumps(str(folder / 'out'))}\ninputs:\n  - source: lines\n"
        f"    paths: [{json.dumps(str(folder / which))}]\n    columns: {{source_id: id, url: url}}\n"
        f"documents:{STEPS}dedup: {{near: fineweb}}\nmix: {{}}\n",
        encoding="utf-8",
    )
    return watch([sys.executable, "-m", "benchmarks.ingest_run", "stage", str(job), "2"], limit_s=LIMIT_S)


if __name__ == "__main__":
    print(json.dumps(rows(quick="--whole" not in sys.argv), indent=1))
