"""Memory: a worker on a large file or shard stays below a bound; the driver does not grow with the number of shards.

Peaks are the system's high-water marks of resident memory (VmHWM), shared pages included, of the processes of one run.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_wet
from benchmarks.ingest_job import write_job
from benchmarks.row import row
from benchmarks.tree import Watched, watch

WORKER_LIMIT = 1_500_000_000
GROWTH_LIMIT = 1.2  # of the driver's peak, from the few shards to the many
LARGE = {True: 60_000_000, False: 1_000_000_000}  # bytes of a WET file as it is stored
# Bytes of text of a shard that is tokenized: 256 MiB plain; and as much gzip, which holds four times the text.
TOKENIZED = {True: (60_000_000,), False: (268_000_000, 1_000_000_000)}
SHARDS = {True: (10, 100), False: (10, 1000)}
DOCUMENTS = 3  # of each of many small files
BLOCK = 20_000_000  # bytes of text that are repeated
LIMIT_S = 1500


def rows(quick: bool) -> list[dict[str, Any]]:
    """Peaks of a worker that ingests and of one that tokenizes; the driver's on few and on many shards; its slope."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-memory-") as name:
        folder = Path(name)
        found = [worker(folder, suffix, LARGE[quick]) for suffix in (".wet", ".warc.wet.gz")]
        found += [tokenizing(folder, size_bytes) for size_bytes in TOKENIZED[quick]]
        peaks = [driver(folder, shards) for shards in SHARDS[quick]]
    few, many = SHARDS[quick]
    return [
        *found,
        row(
            f"driver, peak with {many} shards against {few}",
            peaks[1] / 1e6,
            "MB",
            peer=peaks[0] * GROWTH_LIMIT / 1e6,
            at_least=1.0,
        ),
        row("driver, memory a shard", (peaks[1] - peaks[0]) / (many - few) / 1e3, "kB"),
    ]


def worker(folder: Path, suffix: str, size_bytes: int) -> dict[str, Any]:
    """Peak of the worker that ingests one file of so many bytes, the same records again and again."""
    block, file = folder / f"block{suffix}", folder / f"large{suffix}"
    write_wet(block, Corpus.of_size(BLOCK, seed=21))
    content = block.read_bytes()
    with file.open("wb") as out:
        for _ in range(-(-size_bytes // len(content))):
            out.write(content)
    done = ingest(write_job(folder, str(file), workspace=f"work{suffix.replace('.', '-')}"))
    file.unlink()
    peak = done.peak_bytes("ray::")
    name = f"worker, peak on a {size_bytes / 1e9:g} GB {suffix} file"
    return row(name, peak / 1e6, "MB", peer=WORKER_LIMIT / 1e6, at_least=1.0, answer_ok=peak > 0)


def tokenizing(folder: Path, size_bytes: int) -> dict[str, Any]:
    """Peak of the worker that tokenizes one shard of so much text."""
    place = folder / f"tokens-{size_bytes}"
    place.mkdir()
    done = watch([sys.executable, "-m", "benchmarks.tokens_memory", str(place), str(size_bytes)], limit_s=LIMIT_S)
    shutil.rmtree(place)
    peak = done.peak_bytes("ray::")
    name = f"worker, peak where it tokenizes a shard of {size_bytes / 1e9:g} GB of text"
    return row(name, peak / 1e6, "MB", peer=WORKER_LIMIT / 1e6, at_least=1.0, answer_ok=peak > 0)


def driver(folder: Path, shards: int) -> int:
    """Peak of the driver, bytes, when so many small files are ingested."""
    many, corpus = folder / f"files-{shards}", Corpus(shards * DOCUMENTS, seed=22)
    many.mkdir()
    for k in range(shards):
        write_wet(many / f"{k:05}.wet", corpus, range(k * DOCUMENTS, (k + 1) * DOCUMENTS))
    return ingest(write_job(folder, str(many / "*.wet"), workspace=f"work-{shards}")).processes[0].peak_bytes


def ingest(job: Path) -> Watched:
    """The ingest stage with one worker."""
    return watch([sys.executable, "-m", "benchmarks.ingest_run", "stage", str(job), "1"], limit_s=LIMIT_S)


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
