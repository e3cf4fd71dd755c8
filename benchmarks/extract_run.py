"""Extraction as one state of the project does it, in a process of its own: prints one JSON object.

    extract_run.py PAGES ROUNDS [TEXTS]

Run it in the folder of that state, which its imports come from. PAGES is a Parquet file with columns content,
http_charset and fold. `cpu_s` has the CPU seconds of each round over all pages with the model that ships, from raw
bytes; kernels are compiled before. TEXTS, if given, is written: the text of each page by the model of its fold, which
never saw the page's host.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BATCH_ROWS = 64


def prefix() -> str:
    """What names of the project's modules begin with in this state of it."""
    return "corpusmill." if Path("corpusmill").is_dir() else ""


def main(pages: str, rounds: str, texts: str = "") -> None:
    """Measure, then write the texts, where there is a name for them."""
    cache = "pipeline.kernels.cache" if prefix() else "pipeline.kernel_cache"
    importlib.import_module(prefix() + cache).choose()
    load = importlib.import_module(prefix() + "operators.load")
    batch = importlib.import_module(prefix() + "operators.batch").Batch
    table = pq.read_table(pages)
    inputs = table.select(["content", "http_charset"])
    batches = [batch(inputs.slice(k, BATCH_ROWS)) for k in range(0, inputs.num_rows, BATCH_ROWS)]
    shipped = load.equip(load.build("extract.main_text", {}), load.shipped)
    shipped(batches[0])
    spent = []
    for _ in range(int(rounds)):
        before = time.process_time()
        for each in batches:
            shipped(each)
        spent.append(time.process_time() - before)
    print(json.dumps({"cpu_s": spent}))
    if texts:
        write_texts(texts, table, load, batch)


def write_texts(texts: str, table: pa.Table, load: Any, batch: Any) -> None:
    """The text of each page by the model of its fold, with its URL."""
    found = []
    for fold in pc.unique(table["fold"]).to_pylist():
        model = Path(f"benchmarks/data/extract/fold-{fold}.npz").read_bytes()
        judge = load.equip(load.build("extract.main_text", {}), lambda _, model=model: model)
        held = table.filter(pc.equal(table["fold"], fold)).select(["url", "content", "http_charset"])
        for k in range(0, held.num_rows, BATCH_ROWS):
            part = held.slice(k, BATCH_ROWS)
            text = judge(batch(part.select(["content", "http_charset"]))).column("text")
            found.append(pa.table({"url": part["url"].combine_chunks(), "text": text}))
    pq.write_table(pa.concat_tables(found), texts)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main(*sys.argv[1:])
