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
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cluster import lease, lifecycle
from cluster.storage import Store
from operators.batch import TEXT, Batch
from operators.contract import Decision, Extract, Reader, Span, mask_of
from operators.dedup import minhash
from operators.dedup.keys import text_keys, url_keys
from operators.text.words import WordRule, find_words
from pipeline import preflight, sources, warm
from pipeline.config.load import load
from pipeline.config.spec import JobSpec
from pipeline.progress import Display
from pipeline.run import Run
from pipeline.stages import ingest, inventory
from pipeline.stages.ingest_unit import DROPPED_TEXT_CHARS, standard
from pipeline.stages.units import quiet
from pipeline.tables import TableWriter


def stage(job: Path, workers: int) -> dict[str, int]:
    """Documents read and kept."""
    spec = load(job)
    files = preflight.check_inputs(spec)
    workspace = Store(spec.workspace, spec.storage)
    with contextlib.ExitStack() as open_:
        held = open_.enter_context(lease.held(workspace))

        def start() -> int:
            cpus = open_.enter_context(lifecycle.session(address=None, workers=workers))
            quiet()
            return cpus

        output = Store(spec.output, spec.storage)
        run = Run(spec=spec, workspace=workspace, output=output, lease=held, display=Display(quiet=True), ray=start)
        found = ingest.ingest(run, inventory.extend(run, files, update=False).current)
    if found.result.failed:
        raise RuntimeError(found.result.failed[0].details)
    counts = found.result.counts.values()
    return {"taken": sum(c["taken"] for c in counts), "kept": sum(c["documents"] for c in counts)}


class Clock:
    """CPU seconds by kernel: `with clock("words"): ...`."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextlib.contextmanager
    def __call__(self, name: str):
        begin = time.process_time()
        yield
        self.seconds[name] += time.process_time() - begin


def kernels(job: Path) -> dict[str, float]:
    """CPU seconds of every kernel, compiled and loaded before the clock starts."""
    spec = load(job)
    files = preflight.check_inputs(spec)
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
    ((file, name, _),) = preflight.check_inputs(spec)
    begin = time.process_time()
    warm.warm_ingest(spec.to_canonical(), file.source, name)
    return {"cpu_s": time.process_time() - begin}


def one_file(spec: JobSpec, job: str, file, reader: str, out: Path, clock: Clock) -> None:
    chain = sources.chain(job, file.source, reader)
    near = spec.dedup.near
    out.mkdir()
    columns = chain.columns()
    schema = pa.schema([pa.field(n, t) for n, t in columns.items()])
    with (
        open(file.uri.removeprefix("file://"), "rb") as opened,
        TableWriter(out / "documents", schema) as documents,
        TableWriter(out / "dropped", schema) as dropped,
    ):
        read = iter(chain.reader(opened, Span(0, file.size)))
        while True:
            with clock("reader"):
                found = next(read, None)
            if found is None:
                return
            table = pa.Table.from_batches([found])
            table = table.filter(table["skipped"].is_null())
            batch = Batch(standard(table).drop_columns(["language"]))
            for step, operator in chain.steps:
                if isinstance(operator, Extract | Reader):
                    continue
                with clock(step):
                    result = operator(batch)
                if isinstance(operator, Decision):
                    keep = mask_of(result)
                    gone = batch.table.filter(pa.array(~keep))
                    with clock("write dropped"):
                        short = pc.utf8_slice_codeunits(gone["text"], 0, DROPPED_TEXT_CHARS).cast(TEXT)
                        dropped.write(gone.set_column(gone.column_names.index("text"), "text", short))
                    batch = batch.keep(keep)
                else:
                    batch = result
            with clock("keys"):
                text_keys(batch.column("text"))
                url_keys(batch.column("url"))
            with clock("minhash"):
                words = batch.once(find_words, WordRule(near.word_rule))
                signed = minhash.signatures(
                    words, shingle_words=near.shingle_words, permutations=near.bands * near.rows
                )
                minhash.bands(signed.minima, bands=near.bands, rows=near.rows)
            with clock("write documents"):
                documents.write(batch.table)


if __name__ == "__main__":
    what, path, *rest = sys.argv[1:]
    run = {"stage": stage, "kernels": kernels, "warm": warmed}[what]
    print(json.dumps(run(Path(path), *map(int, rest))))
