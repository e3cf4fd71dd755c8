"""HTML in a field of a record or in a file of its own is extracted; a step that nothing goes through is named."""

import io

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpusmill.errors import JobError
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import Span
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.preflight.checks import check
from corpusmill.pipeline.preflight.skipped_steps import skipped_steps
from corpusmill.pipeline.stages.ingest.shard_writer import standard
from corpusmill.pipeline.steps.chain import Chain
from tests.contract.files import gz, read, reader_of, warc_record

PARAGRAPH = "Die Flut ging zurück, und die Boote lagen bis zum Abend im Schlick des Hafens, wo niemand auf sie achtete."
PAGE = f"<html><nav><a href=/>Start</a></nav><article><p>{PARAGRAPH}</p><p>{PARAGRAPH[::-1]}</p></article></html>"
LATIN = PAGE.replace("<html>", "<html><meta charset=windows-1252>").encode("cp1252")


def documents(reader: Reader, data: bytes) -> list[dict[str, object]]:
    return [row for row in read(reader, data) if row["skipped"] is None]


def parquet(dtype: pa.DataType, *pages: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"html": pa.array(pages, dtype), "id": [str(i) for i in range(len(pages))]}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "dtype", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_a_column_of_pages_is_content_whatever_its_type(dtype):
    reader = reader_of("readers.parquet", {"content": "html", "source_id": "id"})
    value = PAGE.encode() if pa.types.is_binary(dtype) or pa.types.is_large_binary(dtype) else PAGE
    rows = documents(reader, parquet(dtype, value, None))
    assert [(row["content"], row["failure"], row["source_id"]) for row in rows] == [
        (PAGE.encode(), None, "0"),
        (None, "missing_field: html", None),
    ]


def test_bytes_of_a_page_stay_as_they_are():
    (row,) = documents(reader_of("readers.parquet", {"content": "html"}), parquet(pa.binary(), LATIN))
    assert row["content"] == LATIN


def test_a_field_of_pages_is_content():
    lines = [{"page": {"html": PAGE}, "id": 7}, {"page": {}}, {"page": {"html": 5}}]
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    rows = documents(reader_of("readers.jsonl", {"content": "page.html", "source_id": "id"}), data)
    assert [(row["content"], row["failure"], row["source_id"]) for row in rows] == [
        (PAGE.encode(), None, "7"),
        (None, "missing_field: page.html", None),
        (None, "content_not_a_string: int", None),
    ]


@pytest.mark.parametrize("name", ["readers.jsonl", "readers.parquet"])
def test_a_record_is_text_or_a_page(name):
    with pytest.raises(ValueError, match="text: body and content: html exclude each other"):
        reader_of(name, {"text": "body", "content": "html"})


def texts_of(chain: Chain, data: bytes) -> list[str]:
    """The texts of a file at the end of a chain."""
    records = pa.Table.from_batches(chain.reader(io.BytesIO(data), Span(0, len(data))))
    records = records.filter(pc.is_null(records["skipped"]))
    numbers = pa.array(range(records.num_rows), pa.int64())
    kept = chain.run(Batch(standard(records.add_column(0, "doc_id", numbers)))).kept
    return kept.column("text").to_pylist()


EXTRACTS = ("extract.main_text", "extract.resiliparse")


@pytest.mark.parametrize("step", EXTRACTS)
@pytest.mark.parametrize(
    ("name", "params", "data"),
    [
        ("readers.jsonl", {"content": "html"}, orjson.dumps({"html": PAGE})),
        ("readers.parquet", {"content": "html"}, parquet(pa.string(), PAGE)),
        ("readers.parquet", {"content": "html"}, parquet(pa.binary(), LATIN)),
        ("readers.html", {}, PAGE.encode()),
        ("readers.html", {}, LATIN),
        ("readers.html", {}, gz(PAGE.encode("utf-16"))),
        ("readers.html", {"encoding": "cp1252"}, PAGE.encode("cp1252")),
    ],
)
def test_all_of_them_are_extracted_and_none_goes_on_as_html(step, name, params, data):
    reader = reader_of(name, params)
    chain = Chain(reader, [(step, load.equip(load.build(step, {}), load.shipped))], {})
    (text,) = texts_of(chain, data)
    assert PARAGRAPH in text
    assert "<" not in text
    assert "Start" not in text


@pytest.mark.parametrize("step", EXTRACTS)
def test_pages_of_plain_text_and_of_markdown_in_an_archive_are_read_as_text(step):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n"
    texts = {b"plain": "Größe <b>\r\n", b"markdown": "# Größe\n\n<b>\n", b"css": "b {}\n"}
    records = [warc_record("response", head % kind + text.encode()) for kind, text in texts.items()]
    chain = Chain(reader_of("readers.warc", {}), [(step, load.equip(load.build(step, {}), load.shipped))], {})
    assert texts_of(chain, b"".join(records)) == [texts[b"plain"], texts[b"markdown"]]


def job(folder, inputs: str, steps: str = "extract.main_text, signals.counts"):
    text = f"name: j\nworkspace: {folder}/work\noutput: {folder}/out\ninputs: [{inputs}]\ndocuments: [{steps}]\n"
    return parse(text, folder=str(folder))


@pytest.fixture
def inputs(tmp_path):
    (tmp_path / "lines.jsonl").write_bytes(orjson.dumps({"html": PAGE, "text": PAGE}) + b"\n")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_bytes(LATIN)
    (tmp_path / "pages" / "b.htm").write_text(PAGE)
    (tmp_path / "pages" / "README.md").write_text("About these pages")
    (tmp_path / "notes.txt").write_text("Ein Satz.")
    return tmp_path


def test_a_step_that_no_document_of_a_source_goes_through_is_a_warning(inputs):
    lines, notes = "{source: lines, paths: [lines.jsonl]}", "{source: notes, paths: [notes.txt]}"
    pages = "{source: pages, paths: [pages/]}, {source: mapped, paths: [lines.jsonl], columns: {content: html}}"
    spec = job(inputs, f"{lines}, {notes}, {pages}")
    files = check(spec)
    assert [file.uri.rpartition("/")[2] for file, _, _ in files if file.source == "pages"] == ["a.html", "b.htm"]
    skipped = "extract.main_text is skipped for all documents of"
    assert list(skipped_steps(spec, files)) == [
        f"{skipped} lines: jsonl gives text; if a field holds HTML, name it: columns: {{content: FIELD}}",
        f"{skipped} notes: plain gives text; if the files hold HTML, say format: html",
    ]
    spec = job(inputs, lines, "signals.counts")
    assert list(skipped_steps(spec, check(spec))) == []


def test_plan_shows_it(inputs):
    (inputs / "job.yaml").write_text(
        "name: j\ninputs: [{source: lines, paths: [lines.jsonl]}]\ndocuments: [extract.main_text]\n"
    )
    done = CliRunner().invoke(main, ["plan", str(inputs / "job.yaml")])
    assert done.exit_code == 0, done.output
    assert "warning: extract.main_text is skipped for all documents of lines" in done.output


def test_encoding_stands_beside_format_or_under_options(tmp_path):
    for where in ("encoding: cp1251", "options: {encoding: cp1251}"):
        (spec,) = job(tmp_path, f"{{source: a, paths: [x.txt], {where}}}", "signals.counts").inputs
        (row,) = read(build_reader(spec, "readers.plain"), "Дом и сад".encode("cp1251"))
        assert row["text"] == "Дом и сад"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("paths: [x.txt], encoding: cp1521", "inputs[0]: readers.plain: no encoding 'cp1521'; did you mean"),
        ("paths: [x.jsonl], encoding: cp1251", "inputs[0].encoding: readers.jsonl has no parameter 'encoding'"),
        ("paths: [x], format: warc, encoding: cp1251", "inputs[0].encoding"),
        ("paths: [x.txt], encoding: utf-16, options: {encoding: utf-8}", "keep one"),
        ("paths: [x.txt], encoding: utf-16, options: {unit: line}", "unit: line needs an encoding that ends lines"),
    ],
)
def test_an_encoding_that_cannot_be_meant_is_refused(tmp_path, entry, message):
    with pytest.raises(JobError) as caught:
        job(tmp_path, f"{{source: a, {entry}}}", "signals.counts")
    assert message in str(caught.value)
