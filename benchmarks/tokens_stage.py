"""One measured run of the tokenize stage for bench_tokens, in a process of its own: prints one JSON object.

    tokens_stage.py TEXTS FILE

A unit of the stage as a worker runs it: documents read from Parquet, those that were removed left out, encoded,
counted, sorted by their draws and written as Parquet. Texts are those of tokens_run. Times are CPU seconds a gigabyte
of text; kernels and the tokenizer are loaded before the clock starts, the peer's too.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tokens_run import per_gigabyte, texts
from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.tokenize.unit import Tokenize, TokenizeUnit

JOB = """
name: stage
workspace: {folder}/work
output: {folder}/out
inputs: [{{source: docs, paths: ['{folder}/none.jsonl']}}]
tokens: {{tokenizer: '{file}', special_tokens: keep}}
"""


def main(source: Path, file: Path) -> dict[str, float]:
    """CPU seconds a gigabyte of the texts `after`: as the first unit of a process, and as the second."""
    before, after = texts(source, "before"), texts(source, "after")
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, "job.yaml")
        job.write_text(JOB.format(folder=folder, file=file))
        spec = load(job)
        workspace = Store(spec.workspace)
        write(workspace, "before", before)
        write(workspace, "after", after)
        warm.warm_tokens(spec.to_canonical())
        address = spec.tokens.tokenizer
        stage = Tokenize(job=spec.to_canonical(), workspace=workspace, files={address: resources.sha256(address)})
        seconds, tokens = {}, {}
        for name, ingested in (("first", "after"), ("between", "before"), ("warm", "after")):
            begin = time.process_time()
            unit: TokenizeUnit = {
                "name": name,
                "ingested": ingested,
                "duplicates": f"{ingested}.parquet",
                "source": "docs",
                "uri": ingested,
                "size_bytes": 0,
            }
            stage(unit)
            seconds[name] = per_gigabyte(time.process_time() - begin, after)
            with workspace.open(f"tokens/{name}.parquet") as f:
                tokens[name] = int(np.sum(pq.read_table(f, columns=["n_tokens"])["n_tokens"].to_numpy()))
    assert tokens["first"] == tokens["warm"]
    return {"first": seconds["first"], "warm": seconds["warm"], "tokens": tokens["first"]}


def write(workspace: Store, name: str, documents: list[str]) -> None:
    """An ingested shard of these texts, none of which is a duplicate."""
    text = pa.array(documents, pa.large_string())
    count = len(documents)
    columns = {
        "doc_id": pa.array(np.arange(count)),
        "text_key": text_keys(text),
        "language": pa.array(["en"] * count),
        "domain": pa.array(["web"] * count),
        "text": text,
    }
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "documents.parquet")
        table = pa.table(columns)
        with TableWriter(place, table.schema) as out:
            out.write(table)
        workspace.publish_file(f"documents/{name}.parquet", place)
        judged = pa.table(
            {"doc_id": columns["doc_id"], "reason": pa.nulls(count, pa.string()), "copies": pa.array([1] * count)}
        )
        pq.write_table(judged, place)
        workspace.publish_file(f"{name}.parquet", place)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
