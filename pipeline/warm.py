"""Two small documents through everything a unit will do, so that its kernels are compiled before the real ones come."""

import gzip
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from operators.batch import Batch
from operators.contract import Span
from operators.dedup.keys import text_keys
from operators.mix.position import positions
from operators.rewrite.common_lines import CommonLines
from operators.tokens.packing.documents import Documents
from operators.tokens.packing.table import sequences
from operators.tokens.rows import gather
from pipeline import sources
from pipeline.chain import STANDARD
from pipeline.config.spec import JobSpec
from pipeline.identity import digest
from pipeline.job_layout import layout_of
from pipeline.job_tokenizer import tokenizer_of
from pipeline.stages.dedup_keys import KeyWriter

TEXTS = ("The tide went out. The boats lay on the mud until the evening.", "Ein Satz, 例文を一つ, und noch einer!")
RECORD = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 4\r\n\r\ntide\r\n\r\n"
ARCHIVES = ("readers.warc", "readers.wet")
DATA = '<script type="application/ld+json">{{"articleBody": "tide"}}</script>'  # read where the text is short
PAGE = f"<html><head><title>tide</title>{DATA}</head><body><article><p>{{}}</p></article></body></html>"


def ingest_use(job: str, reader: str) -> str:
    """Names the kernels that reading with this reader, the job's steps and its dedup keys need."""
    spec = json.loads(job)
    return digest("ingest", reader, spec["documents"], spec["dedup"]["near"])


def warm_ingest(job: str, source: str, reader: str) -> None:
    """The reader of archives, the chain and the keys of dedup."""
    spec = JobSpec.from_canonical(job)
    chain = sources.chain(job, source, reader)
    if reader in ARCHIVES:
        packed = gzip.compress(RECORD)
        list(chain.reader(io.BytesIO(packed), Span(0, len(packed))))
    made = {n: pa.nulls(len(TEXTS), t) for n, t in {**STANDARD, **chain.reader.columns_made()}.items()}
    made["doc_id"] = pa.array(np.arange(len(TEXTS)))
    if "text" in made:
        made["text"] = pa.array(TEXTS, pa.large_string())
    if "content" in made:
        made["content"] = pa.array([PAGE.format(t).encode() for t in TEXTS], pa.large_binary())
    kept = chain.run(Batch(pa.table(made))).kept
    for _, op in chain.steps:
        if isinstance(op, CommonLines):
            op.gather(kept)
    plain = Batch(
        pa.table({**{n: pa.nulls(2, t) for n, t in STANDARD.items()}, "doc_id": made["doc_id"], "text": TEXTS})
    )
    for batch in (kept, plain.with_columns({"text": pa.array(TEXTS, pa.large_string())})):
        keyed = batch.with_columns({"text_key": text_keys(batch.column("text"))})
        with (
            tempfile.TemporaryDirectory(prefix="corpusmill-") as folder,
            KeyWriter(Path(folder), "warm", spec.dedup) as keys,
        ):
            keys.add(keyed)


def tokens_use(job: str) -> str:
    """Names the kernels that encoding and packing need."""
    tokens = json.loads(job)["tokens"]
    return digest("tokens", tokens["tokenizer"], tokens["eos"], tokens["packing"])


def warm_tokens(job: str) -> None:
    """Encoding, drawing and packing."""
    spec = JobSpec.from_canonical(job)
    texts = pa.array(TEXTS, pa.large_string())
    rows = tokenizer_of(spec.tokens.tokenizer, spec.tokens.eos).documents(texts)
    positions(text_keys(texts), seed=0)
    gather(np.frombuffer(bytes(8), np.int32), np.zeros(1, np.int64), np.arange(2), np.empty(2, np.int32))  # of a file
    documents = Documents(rows=rows, doc_ids=np.arange(2), leaves=np.zeros(2, np.int32), passes=np.zeros(2, np.int16))
    sequences(documents, layout_of(spec.tokens, rows.n_tokens.astype(np.int64)))
