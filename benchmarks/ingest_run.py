"""One measured ingest, in a process of its own; prints one JSON object last.

ingest_run.py stage JOB WORKERS   the ingest stage under Ray Data, into the job's workspace
ingest_run.py kernels JOB         its kernels alone, one after another in this process: {kernel: CPU seconds}
    ingest_run.py warm JOB            every kernel once, on two small documents: {"cpu_s": ...}
"""

import contextlib
import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.cluster import lease, lifecycle
from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, mask_of
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.operators.file_format import Span
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_units import quiet
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.ingest import run as ingest
from corpusmill.pipeline.stages.ingest.dropped_writer import DROPPED_TEXT_CHARS
from corpusmill.pipeline.stages.ingest.shard_writer import standard
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.workspace import inventory


def stage(job: Path, workers: int) -> dict[str, int]:
    """Documents read and kept."""
    spec = load(job)
    files = preflight.check(spec)
    workspace = Store(spec.workspace, spec.storage)
    with contextlib.ExitStack() as open_:
        held = open_.enter_context(lease.held(workspace))

        def start() -> int:
            cpus = open_.enter_context(lifecycle.session(address=None, workers=workers))
            quiet()
            return cpus

        output = Store(spec.output, spec.storage)
        run = Run(spec=spec, workspace=workspace, output=output, lease=held, display=Display(quiet=True), ray=start)
        numbered = inventory.look(spec, workspace, files, update=False)
        inventory.commit(run, numbered)
        found = ingest.ingest(run, numbered.current)
    if found.result.failed:
        raise RuntimeError(found.result.failed[0].details)
    counts = found.result.counts.values()
    return {"taken": sum(c["taken"] for c in counts), "kept": sum(c["documents"] for c in counts)}


class Clock:
    """CPU seconds by kernel: `with clock("words"): ...`."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def __call__(self, name: str):
        begin = time.process_time()
        yield
        self.seconds[name] += time.process_time() - begin


def kernels(job: Path) -> dict[str, float]:
    """CPU seconds of every kernel, compiled and loaded before the clock starts."""
    spec = load(job)
    files = preflight.check(spec)
    canonical = spec.to_canonical()
    for file, name, _ in files[:1]:
        warm.warm_ingest(canonical, file.source, name)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        for n, (file, name, _) in enumerate(files):
            one_file(spec, canonical, file, name, Path(folder, str(n)), clock)
    return {k: round(v, 4) for k, v in clock.seconds.items()}


def warmed(job: Path) -> dict[str, float]:
    """CPU seconds of the first use of all kernels: compiling them, or loading them from the cache."""
    spec = load(job)
    ((file, name, _),) = preflight.check(spec)
    begin = time.process_time()
    warm.warm_ingest(spec.to_canonical(), file.source, name)
    return {"cpu_s": time.process_time() - begin}


def one_file(spec: JobSpec, job: str, file: InputFile, reader: str, out: Path, clock: Clock) -> None:
    """One file through its kernels, batch by batch; only they are timed, not what holds them together."""
    chain = sources.chain(job, file.source, reader)
    out.mkdir()
    kept = pa.schema([pa.field(n, t) for n, t in {**chain.columns(), "text_key": pa.binary(16)}.items()])
    documents, dropped = TableWriter(out / "documents", kept), TableWriter(out / "dropped", kept)
    keys = KeyWriter(out, "keys", spec.dedup)
    with open(file.uri.removeprefix("file://"), "rb") as opened:
        read, row = iter(chain.reader(opened, Span(0, file.size))), 0
        while True:
            with clock("reader"):
                found = next(read, None)
            if found is None:
                break
            ids = pa.array(np.arange(row, row + found.num_rows))
            row += found.num_rows
            table = pa.Table.from_batches([found]).add_column(0, "doc_id", ids)
            batch = Batch(standard(table.filter(table["skipped"].is_null())).drop_columns(["language"]))
            for step, operator in chain.steps:
                with clock(step):
                    result = operator(batch)  # pyright: ignore[reportCallIssue, reportArgumentType]
                if isinstance(operator, Decision):
                    keep = mask_of(result)
                    gone = batch.table.filter(pa.array(~keep))
                    with clock("write dropped"):
                        short = pc.utf8_slice_codeunits(gone["text"], 0, DROPPED_TEXT_CHARS).cast(TEXT)
                        dropped.write(gone.set_column(gone.column_names.index("text"), "text", short))
                    batch = batch.keep(keep)
                else:
                    batch = result
            with clock("text keys"):
                batch = batch.with_columns({"text_key": text_keys(batch.column("text"))})
            with clock("keys, bands, sketches"):
                keys.add(batch)
            with clock("write documents"):
                documents.write(batch.table)
        for name, writer in (("documents", documents), ("dropped", dropped)):
            with clock(f"write {name}"):
                writer.__exit__(None, None, None)
        with clock("keys, bands, sketches"):
            keys.__exit__(None, None, None)


if __name__ == "__main__":
    what, path, *rest = sys.argv[1:]
    run = {"stage": stage, "kernels": kernels, "warm": warmed}[what]
    print(json.dumps(run(Path(path), *map(int, rest))))
