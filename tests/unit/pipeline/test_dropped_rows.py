"""A document that left says which bytes of which file it was, whenever it left."""

import io
from pathlib import Path

import pyarrow.parquet as pq

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.documents import shown
from corpusmill.pipeline.stages.ingest.document_writer import DocumentWriter
from corpusmill.pipeline.stages.ingest.reading import records
from corpusmill.pipeline.stages.ingest.shard_writer import ShardWriter
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

URI = "file:///in/some.jsonl"
LINES = b'{"text": "a b c"}\n\n{"text": "a"}\n{"txt": "a b c"}\n{"text": "d e f"}\n'


def written(folder: Path) -> list[dict[str, object]]:
    """The rows of `dropped/` after a shard of `LINES`, of which documents of one word go."""
    reader = load.build("readers.jsonl", {})
    assert isinstance(reader, Reader)
    steps = [("signals.counts", {}), ("decide.bounds", {"bounds": {"word_count": [2, None]}})]
    chain = Chain(reader, [(n, load.build(n, p)) for n, p in steps], {})  # pyright: ignore[reportArgumentType]
    spec = parse("name: j\ninputs: [{source: a, paths: [x.jsonl]}]\n")
    shard = Shard(0, 0, "a", "readers.jsonl", URI, 0, len(LINES), len(LINES), "e")
    sink = DocumentWriter(folder, "unit", spec, "a", chain.columns())
    with ShardWriter(folder, "unit", spec, UnitFiles.of(shard), chain, sink, Tally()) as writer:
        for batch in records(chain, shard, io.BytesIO(LINES), writer.tally):
            writer.take(batch)
    return pq.read_table(folder / "dropped" / "unit.parquet").to_pylist()


def test_failed_and_dropped_rows_name_their_bytes(tmp_path):
    rows = written(tmp_path)
    assert {row["kind"] for row in rows} == {"failed", "dropped"}
    found = {row["kind"]: LINES[row["offset"] : row["offset"] + row["length"]] for row in rows if row["uri"] == URI}
    assert found == {"failed": b'{"txt": "a b c"}\n', "dropped": b'{"text": "a"}\n'}


def test_kept_documents_have_no_such_columns(tmp_path):
    written(tmp_path)
    assert not {"uri", "length"} & set(pq.read_schema(tmp_path / "documents" / "unit.parquet").names)


def test_the_name_of_the_file_is_written_once(tmp_path):
    written(tmp_path)
    group = pq.ParquetFile(tmp_path / "dropped" / "unit.parquet").metadata.row_group(0)
    (uri,) = [c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == "uri"]
    assert "RLE_DICTIONARY" in uri.encodings


def test_inspect_shows_file_and_offset(tmp_path):
    told = {row["kind"]: shown(row).facts for row in written(tmp_path)}
    failed, gone = LINES.index(b'{"txt'), LINES.index(b'{"text": "a"}')
    assert told["failed"]["at"] == f"{URI}:{failed}"
    assert (told["dropped"]["at"], told["dropped"]["length"]) == (f"{URI}:{gone}", 14)
