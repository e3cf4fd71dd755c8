"""One tokenize stage of one large shard, with one worker under Ray, in a process of its own.

    tokens_memory.py FOLDER SIZE

The shard is SIZE bytes of text in the workspace of a job in FOLDER, written document by document as ingest leaves it.
"""

import contextlib
import itertools
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.corpus import Corpus
from corpusmill.cluster import lease, lifecycle
from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_units import quiet
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.tokenize.stage import tokenize
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

JOB = "name: large\nworkspace: {0}/work\noutput: {0}/out\ninputs: [{{source: wet, paths: ['{0}/none.jsonl']}}]\n"
NAME = "large"
BLOCK = 20_000_000  # bytes of text that are repeated
ROWS = 512  # of a batch
SCHEMA = {"doc_id": pa.int64(), "text_key": pa.binary(16), "language": pa.string(), "domain": pa.string()}


def main(folder: Path, size_bytes: int) -> None:
    """Tokenizes the shard; RuntimeError when the unit failed."""
    job = folder / "large.yaml"
    job.write_text(JOB.format(folder))
    spec = load(job)
    workspace = Store(spec.workspace)
    write(workspace, folder / "file.parquet", size_bytes)
    with contextlib.ExitStack() as open_:
        held = open_.enter_context(lease.held(workspace))

        def start() -> int:
            cpus = open_.enter_context(lifecycle.session(address=None, workers=1))
            quiet()
            return cpus

        run = Run(
            spec=spec,
            workspace=workspace,
            output=Store(spec.output),
            lease=held,
            display=Display(quiet=True),
            ray=start,
        )
        shard = Shard(
            run=0, shard=0, source="wet", reader="wet", uri="none", start=0, end=size_bytes, size=size_bytes, etag=""
        )
        failed = tokenize(run, {NAME: UnitFiles.of(shard)}, {NAME: f"{NAME}.parquet"}, few_removed={}).failed
    if failed:
        raise RuntimeError(failed[0].details)


def write(workspace: Store, file: Path, size_bytes: int) -> None:
    """An ingested shard of so much text, none of which is a duplicate."""
    corpus = Corpus.of_size(BLOCK, seed=21)
    texts = [corpus.text(i).decode() for i in range(len(corpus.truth.kind))]
    schema = pa.schema({**SCHEMA, "text": pa.large_string()})
    written = count = 0
    with TableWriter(file, schema) as out:
        for begin in itertools.cycle(range(0, len(texts), ROWS)):
            some = texts[begin : begin + ROWS]
            text = pa.array(some, pa.large_string())
            ids = pa.array(np.arange(count, count + len(text)))
            # Copies of a text lie apart, as different texts do: the draw of a document is that of its key.
            keys = text_keys(pa.array([f"{i} {t[:50]}" for i, t in enumerate(some, count)], pa.large_string()))
            words = [pa.repeat(pa.scalar(word), len(text)) for word in ("en", "web.example")]
            out.write(pa.table([ids, keys, *words, text], schema=schema))
            count += len(text)
            written += text.nbytes
            if written >= size_bytes:
                break
    workspace.publish_file(f"documents/{NAME}.parquet", file)
    judged = {"doc_id": np.arange(count), "reason": pa.nulls(count, pa.string()), "copies": np.ones(count, np.int64)}
    pq.write_table(pa.table(judged), file)
    workspace.publish_file(f"{NAME}.parquet", file)
    file.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
