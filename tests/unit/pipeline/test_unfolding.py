"""Pages become several documents while they are read: numbered, every byte in a row, none of them lost."""

import io

import pyarrow as pa
import pytest

from corpusmill.errors import JobError
from corpusmill.operators.contract import RECORD
from corpusmill.operators.extract.image_text import PAIR
from corpusmill.operators.file_format import Span
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.unfolding import Unfolding

JOB = "name: j\ninputs: [{{source: a, paths: [x.warc], format: warc}}]\ndocuments: [{}]\n"
PAGES = [
    ("text/html", "<img src=/one.png alt='the one'><p>x<img src=two.png alt=two>"),
    ("text/html", "<p>nothing to see"),
    ("application/pdf", "%PDF-1.7"),
    ("text/html", "<html lang=fr><figure><img src=z.png><figcaption>trois</figcaption></figure>"),
]


def record(number, mime, body):
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\n\r\n{body}"
    head = f"WARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}/\r\nContent-Type: application/http"
    return f"WARC/1.0\r\n{head}\r\nContent-Length: {len(http)}\r\n\r\n{http}\r\n\r\n"


DATA = "".join(record(n, *page) for n, page in enumerate(PAGES)).encode()


def chain_of(steps):
    return sources.plain_chain(parse(JOB.format(steps)), "a", "readers.warc")


def rows_of(chain, start=0, end=None):
    span = Span(start, len(DATA) if end is None else end)
    return [row for batch in chain.reader(io.BytesIO(DATA), span) for row in batch.to_pylist()]


def test_each_pair_is_a_row_and_every_byte_is_in_one():
    rows = rows_of(chain_of("extract.image_text"))
    told = [(r["url"], r["text"], r["picture"], r["page_url"], r["skipped"], r["failure"]) for r in rows]
    page = "https://example.org/{}/".format
    assert told == [
        ("https://example.org/one.png", "the one", 0, page(0), None, None),
        ("https://example.org/0/two.png", "two", 1, page(0), None, None),
        (None, None, None, None, "no_pairs", None),
        (None, None, None, None, None, "not_html: pdf"),
        ("https://example.org/3/z.png", "trois", 0, page(3), None, None),
    ]
    assert sum(r["length"] for r in rows) == len(DATA)
    assert rows[0]["offset"] == rows[1]["offset"]
    assert rows[1]["length"] == 0
    assert "content" not in rows[0]


def test_the_rows_are_the_same_however_the_file_is_cut():
    chain = chain_of("extract.image_text")
    whole = rows_of(chain)
    for cut in range(0, len(DATA), 97):
        assert [r for r in rows_of(chain, 0, cut) + rows_of(chain, cut) if r["skipped"] != "other_span"] == whole


def test_the_steps_after_it_see_pairs_as_documents():
    chain = chain_of("extract.image_text, signals.counts, decide.bounds: {bounds: {width: [null, 5000]}}")
    assert isinstance(chain.reader, Unfolding)
    assert chain.columns().keys() > {"word_count", *(field.name for field in PAIR)}
    assert [name for _, name, _ in chain.numbered(0, None)] == ["signals.counts", "decide.bounds"]


def test_the_name_of_a_unit_changes_with_the_step_that_unfolds():
    def print_of(steps):
        spec = parse(JOB.format(steps))
        return sources.fingerprint(spec, "a", "readers.warc", sources.Part(0, 0, None, None, None))

    plain = print_of("extract.image_text")
    assert plain == print_of("extract.image_text")
    assert plain != print_of("{extract.image_text: {context_chars: 10}}")


def test_readers_of_rows_with_text_are_left_as_they_are():
    spec = parse("name: j\ninputs: [{source: a, paths: [x.jsonl]}]\ndocuments: [extract.image_text, signals.counts]\n")
    assert not isinstance(sources.plain_chain(spec, "a", "readers.jsonl").reader, Unfolding)


def test_it_must_be_the_first_step():
    with pytest.raises(JobError, match=r"extract\.image_text must be the first step of 'a'"):
        parse(JOB.format("signals.licence, extract.image_text"))


def test_an_empty_batch_and_a_file_without_pages():
    reader = chain_of("extract.image_text").reader
    assert isinstance(reader, Unfolding)
    columns = {**RECORD, **reader.reader.columns_made()}
    empty = pa.RecordBatch.from_pydict({n: pa.nulls(0, t) for n, t in columns.items()})
    assert reader.unfolded(empty).num_rows == 0
    one = pa.RecordBatch.from_pylist(
        [{"offset": 0, "length": 9, "skipped": "request"}], pa.schema(list(columns.items()))
    )
    (row,) = reader.unfolded(one).to_pylist()
    assert (row["skipped"], row["length"]) == ("request", 9)
