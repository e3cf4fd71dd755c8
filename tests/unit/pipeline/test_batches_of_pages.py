"""Pages whose bytes nobody reads any more go through the further steps in larger batches, with the same outcome."""

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.readers.framing import rows
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.stages.ingest import large_batches
from corpusmill.pipeline.stages.ingest.document_writer import DocumentWriter
from corpusmill.pipeline.stages.ingest.large_batches import cut_of
from corpusmill.pipeline.stages.ingest.reading import records
from corpusmill.pipeline.stages.ingest.shard_writer import ShardWriter
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

PAGES = 60
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("extract.main_text", {}),
    ("rewrite.unicode", {}),
    ("signals.counts", {}),
    ("decide.bounds", {"bounds": {"word_count": [12, None]}}),
]
LICENCE: tuple[str, dict[str, Any]] = ("signals.licence", {})


def archive() -> bytes:
    """Pages of 8 to 15 words, the seventh of ten without any text."""
    records_ = []
    for n in range(PAGES):
        words = " ".join(f"word{n}x{k}" for k in range(8 + n % 8))
        text = "" if n % 10 == 7 else f"<article><p>On page {n} there are {words}\x92s.</p></article>"
        body = f"<html><body><h1>Page {n}</h1>{text}</body></html>".encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/{n}\r\n"
        records_.append(f"{head}Content-Length: {len(answer)}\r\n\r\n".encode() + answer + b"\r\n\r\n")
    return b"".join(records_)


def chain_of(*steps: tuple[str, dict[str, Any]]) -> Chain:
    reader = load.build("readers.warc", {})
    assert isinstance(reader, Reader)
    return Chain(reader, [(n, load.equip(load.build(n, p), load.shipped)) for n, p in steps], {})


def taken(folder: Path, chain: Chain) -> tuple[list[Any], Counter[str], dict[str, Any]]:
    """Documents, rows that left, and the counts of a unit."""
    data = archive()
    spec = parse("name: j\ninputs: [{source: a, paths: [x.warc]}]\ndocuments: [extract.main_text]\n")
    shard = Shard(0, 0, "a", "readers.warc", "file:///x.warc", 0, len(data), len(data), "e")
    folder.mkdir()
    sink = DocumentWriter(folder, "unit", spec, "a", chain.columns())
    with ShardWriter(folder, "unit", spec, UnitFiles.of(shard), chain, sink, Tally()) as writer:
        for batch in records(chain, shard, io.BytesIO(data), writer.tally):
            writer.take(batch)
        writer.take_rest()
        counts = writer.counts()
    documents = pq.read_table(folder / "documents" / "unit.parquet").to_pylist()
    left = pq.read_table(folder / "dropped" / "unit.parquet").to_pylist()
    return documents, Counter(repr(row) for row in left), dict(counts)


def batches_seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, bool]]:
    """Of each call of the steps: where it begins, its documents, and whether they have their pages; filled later."""
    seen: list[tuple[int, int, bool]] = []
    steps: Callable[..., Any] = Chain.through

    def watched(chain: Chain, batch: Any, begin: int, end: int | None) -> Any:
        seen.append((begin, batch.num_rows, "content" in batch.table.column_names))
        return steps(chain, batch, begin, end)

    monkeypatch.setattr(Chain, "through", watched)
    return seen


def test_small_batches_of_pages_are_gathered_and_nothing_changes(tmp_path, monkeypatch):
    whole = taken(tmp_path / "whole", chain_of(*STEPS))
    assert len(whole[0]) > 20
    assert whole[1]
    monkeypatch.setattr(rows, "BATCH_ROWS", 5)
    monkeypatch.setattr(large_batches, "LIGHT_ROWS", 20)
    seen = batches_seen(monkeypatch)
    assert taken(tmp_path / "gathered", chain_of(*STEPS)) == whole
    assert [n for begin, n, content in seen if begin == 0 and content] == [5] * (PAGES // 5)
    later = [(n, content) for begin, n, content in seen if begin == 1]
    assert [content for _, content in later] == [False] * len(later)
    assert all(20 <= n < 25 for n, _ in later[:-1])


def test_pages_stay_as_long_as_a_step_reads_them(tmp_path, monkeypatch):
    seen = batches_seen(monkeypatch)
    chain = chain_of(*STEPS[:3], LICENCE, STEPS[3])
    assert cut_of(chain) == 4
    documents, _, _ = taken(tmp_path / "a", chain)
    assert documents
    assert [begin for begin, _, _ in seen] == [0, 4]


def test_a_chain_without_further_steps_gathers_nothing():
    assert cut_of(chain_of(STEPS[0])) is None
    assert cut_of(Chain(load.build("readers.wet", {}), chain_of(*STEPS).steps, {})) is None  # pyright: ignore


def test_tables_in_memory_keep_their_pages():
    import corpusmill

    page = b"<html><body><article><p>Some words that are the text of this page here.</p></article></body></html>"
    found = corpusmill.apply(["extract.main_text"], pa.table({"content": pa.array([page], pa.large_binary())}))
    assert found.kept["content"].to_pylist() == [page]
