"""Ingest as a whole, against datatrove's FineWeb recipe up to signatures, and against the sum of its own kernels.

Ours reads WET files, measures, decides, and writes kept documents, dropped ones with reasons, band keys and sketches,
under Ray Data with one worker. CPU seconds are those of the whole process tree. What a run costs that has next to
nothing to read (starting Ray, imports, loading kernels and models) is a row of its own, and taken off on both sides:
figures are the slope from those few documents to the many.
"""

# Every loop here has a round:
# pyright: reportPossiblyUnboundVariable=false

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_wets
from benchmarks.ingest_job import write_job
from benchmarks.peers.run import HERE, peers_python
from benchmarks.row import row
from benchmarks.running import ROOT
from benchmarks.texts import real_texts
from benchmarks.tree import Watched, watch
from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.sentences import CLOSERS

ROUNDS = 3
AT_LEAST = 25.0
SIZES = {True: (96_000_000, 4_000_000), False: (1_000_000_000, 40_000_000)}  # bytes of text: ours, the peer's
FEW = 60  # documents of a run that measures the fixed cost; some of them are kept
FILES = 2
LIMIT_S = 1200
LID = ROOT / "operators" / "signals" / "models" / "lid.176.ftz"


def rows(quick: bool) -> list[dict[str, Any]]:
    """Both ratios on a mixture of languages and on English alone, each side's fixed cost, what each kernel takes."""
    english = real_texts(None)
    english = english.filter(pc.fill_null(pc.equal(english["lang_path"], "en"), False))
    mixture, alone = measured(quick, None), measured(quick, english)
    return [
        against_datatrove("ingest, WET to documents, keys and dropped rows, against datatrove", mixture, AT_LEAST),
        against_datatrove("the same of English alone", alone, None),
        row(
            "ingest stage under Ray Data against the sum of its kernels",
            mixture.stage,
            "CPU-s/GB",
            peer=sum(mixture.kernels.values()),
            at_least=1 / 1.3,
        ),
        row(
            "ingest, fixed cost: Ray, imports, kernels and models loaded",
            mixture.fixed,
            "CPU-s",
            peer=mixture.peer_fixed,
        ),
        *(row(f"ingest, kernel {k}", value, "CPU-s/GB") for k, value in mixture.kernels.items()),
    ]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """stage, datatrove, kernels: CPU seconds a gigabyte of text. fixed: CPU seconds. same: both keep the same."""

    stage: float
    datatrove: float
    fixed: float
    peer_fixed: float
    kernels: Mapping[str, float]
    same: bool


def against_datatrove(name: str, found: Measured, at_least: float | None) -> dict[str, Any]:
    return row(name, found.stage, "CPU-s/GB", peer=found.datatrove, at_least=at_least, answer_ok=found.same)


def measured(quick: bool, texts: pa.Table | None) -> Measured:
    """Medians of three rounds, ours and the peer's in turn. texts: that the documents are made of; null: all."""
    ours_bytes, peer_bytes = SIZES[quick]
    with tempfile.TemporaryDirectory(prefix="corpusmill-ingest-") as name:
        folder = Path(name)
        large, small = (
            Corpus.of_size(ours_bytes, seed=11, texts=texts),
            Corpus.of_size(peer_bytes, seed=12, texts=texts),
        )
        sizes = {
            "large": write_wets(folder / "large", large, FILES),
            "small": write_wets(folder / "small", small, FILES),
            "few": write_wets(folder / "few", Corpus(FEW, seed=13, texts=texts), FILES),
        }
        jobs = {name: write_job(folder, str(folder / name / "*.gz"), workspace=f"work-{name}") for name in sizes}
        ours(jobs["small"])  # kernels are compiled before the clock runs; what it keeps is compared below
        sums, stages, fixed, peers, peers_fixed = [], [], [], [], []
        for _ in range(ROUNDS):
            sums.append(kernels(jobs["large"]))
            stages.append(ours(jobs["large"]).cpu_s)
            fixed.append(ours(jobs["few"]).cpu_s)
            found = peer(folder / "small", folder / "peer")
            peers.append(found.cpu_s)
            peers_fixed.append(peer(folder / "few", folder / "peer").cpu_s)
        same = agree(json.loads(found.said.splitlines()[-1]), folder / "work-small")
    gigabytes = {name: size / 1e9 for name, size in sizes.items()}
    return Measured(
        stage=(median(stages) - median(fixed)) / (gigabytes["large"] - gigabytes["few"]),
        datatrove=(median(peers) - median(peers_fixed)) / (gigabytes["small"] - gigabytes["few"]),
        fixed=median(fixed),
        peer_fixed=median(peers_fixed),
        kernels={k: median([s[k] for s in sums]) / gigabytes["large"] for k in sums[0]},
        same=same,
    )


def ours(job: Path) -> Watched:
    """The ingest stage of a job into an empty workspace."""
    shutil.rmtree(job.with_suffix(""), ignore_errors=True)
    return watch([sys.executable, "-m", "benchmarks.ingest_run", "stage", str(job), "1"], limit_s=LIMIT_S)


def kernels(job: Path) -> dict[str, float]:
    """CPU seconds by kernel."""
    done = watch([sys.executable, "-m", "benchmarks.ingest_run", "kernels", str(job)], limit_s=LIMIT_S)
    return json.loads(done.said.splitlines()[-1])


def peer(wet: Path, out: Path) -> Watched:
    """datatrove on the same kind of files, into an empty folder."""
    shutil.rmtree(out, ignore_errors=True)
    marks = "".join(sorted(SENTENCE_ENDS))
    script = str(HERE / "datatrove_ingest.py")
    return watch([peers_python(), script, str(wet), str(out), str(LID), marks, CLOSERS], limit_s=LIMIT_S)


def agree(peer: dict[str, list[str]], workspace: Path) -> bool:
    """Whether both keep the same documents, apart from those where only the language is judged otherwise.

    The peer reads the whole text for that, ours up to three windows of it.
    """

    def column(folder: str, *columns: str) -> list[dict[str, str]]:
        return [
            r
            for p in sorted((workspace / folder).glob("*.parquet"))
            for r in pq.read_table(p, columns=list(columns)).to_pylist()
        ]

    kept = {r["source_id"] for r in column("documents", "source_id")}
    by_language = {r["source_id"] for r in column("dropped", "source_id", "step") if r["step"] == "decide.language"}
    differ = kept ^ set(peer["kept"])
    told = differ - by_language - set(peer["language"])
    print(f"kept: {len(kept)} and {len(peer['kept'])}; differ: {len(differ)}, not by language: {sorted(told)[:5]}")
    return bool(kept) and not told


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
