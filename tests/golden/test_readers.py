"""What readers give for small files made by hand, row by row. A change here is a change of output: raise `version`."""

from datetime import UTC, datetime

from tests.contract.files import answer, gz, read, reader_of, warc_record

WHEN = datetime(2024, 5, 18, 1, 58, 10, tzinfo=UTC)
FIELDS = {
    "WARC_Target_URI": "http://example.com/a",
    "WARC_Date": "2024-05-18T01:58:10.5Z",
    "WARC_Record_ID": "<urn:uuid:1>",
}


def rows_of(rows, *columns):
    return [tuple(row[name] for name in columns) for row in rows]


def test_warc():
    records = [
        warc_record("warcinfo", b"software: test\r\n"),
        warc_record("request", b"GET / HTTP/1.1\r\n\r\n", **FIELDS),
        warc_record("response", answer(b"6\r\n<p>abc\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), **FIELDS),
        warc_record("response", answer(gz(b"<p>packed"), b"Content-Encoding: gzip"), **FIELDS),
        warc_record("response", answer(b"gone", status=b"404 Not Found"), **FIELDS),
        warc_record("revisit", b"", **FIELDS),
        b"rubbish\r\n",
    ]
    rows = read(reader_of("readers.warc", {}), b"".join(records))
    assert [row["length"] for row in rows] == [len(record) for record in records]
    assert rows_of(rows, "skipped", "failure", "content", "mime", "http_charset", "http_status") == [
        ("warcinfo", None, None, None, None, None),
        ("request", None, None, None, None, None),
        (None, None, b"<p>abc", "text/html", "utf-8", 200),
        (None, None, b"<p>packed", "text/html", "utf-8", 200),
        ("http_status", None, None, None, None, None),
        ("revisit", None, None, None, None, None),
        (None, "not_a_warc_record: 'rubbish\\r\\n'", None, None, None, None),
    ]
    assert rows_of(rows[2:3], "url", "fetched_at_utc", "source_id") == [("http://example.com/a", WHEN, "<urn:uuid:1>")]


def test_wet():
    language = {"WARC_Identified_Content_Language": "deu,eng"}
    records = [
        warc_record("conversion", "Größe".encode(), **FIELDS, **language),
        warc_record("conversion", b"Gr\xf6\xdfe", **FIELDS),
    ]
    rows = read(reader_of("readers.wet", {}), b"".join(records))
    assert rows_of(rows, "failure", "text", "url", "fetched_at_utc", "source_id", "declared_language") == [
        (None, "Größe", "http://example.com/a", WHEN, "<urn:uuid:1>", "deu,eng"),
        ("invalid_utf8: at byte 2", None, None, None, None, None),
    ]
    rows = read(reader_of("readers.wet", {"errors": "replace"}), b"".join(records))
    assert rows_of(rows, "failure", "text")[1] == (None, "Gr\ufffd\ufffde")


def test_jsonl():
    lines = [
        b'{"text": "a", "meta": {"url": "http://e/1"}, "id": 7, "when": "2024-05-18", "licence": ["x"]}\n',
        b'{"text": null}\n',
        b'{"text": 5}\n',
        b'{"body": "b"}\n',
        b"[1]\n",
        b"\r\n",
        b'{"text": "\xff"}\n',
        b'{"text": "cut off\n',
        b'{"text": "a"}{"text": "b"}\n',
        b'{"text": "x", "text": "last wins"}\n',
        b'{"text": "no line end", "id": true, "when": "soon"}',
    ]
    params = {"url": "meta.url", "source_id": "id", "date": "when", "columns": {"licence": "licence"}}
    rows = read(reader_of("readers.jsonl", params), b"".join(lines))
    assert [row["length"] for row in rows] == [len(line) for line in lines]
    assert [row["offset"] for row in rows] == [sum(map(len, lines[:i])) for i in range(len(lines))]
    midnight = datetime(2024, 5, 18, tzinfo=UTC)
    assert rows_of(rows, "text", "url", "source_id", "fetched_at_utc", "licence") == [
        ("a", "http://e/1", "7", midnight, '["x"]'),
        *[(None,) * 5] * 8,
        ("last wins", None, None, None, None),
        ("no line end", None, "true", None, None),
    ]
    assert [row["failure"] or row["skipped"] for row in rows] == [
        None,
        "missing_field: text",
        "text_not_a_string: int",
        "missing_field: text",
        "not_an_object: list",
        "blank_line",
        "invalid_utf8: at byte 10",
        "bad_json: unexpected control character in string at character 17",
        "bad_json: unexpected content after document at character 13",
        None,
        None,
    ]


def test_plain():
    data = b"\xef\xbb\xbfone\r\ntwo\n\n\nthree\n"
    assert rows_of(read(reader_of("readers.plain", {}), data), "text", "length") == [("one\r\ntwo\n\n\nthree", 20)]
    by_line = read(reader_of("readers.plain", {"unit": "line"}), data)
    assert rows_of(by_line, "text", "skipped") == [
        ("one", None),
        ("two", None),
        (None, "blank_line"),
        (None, "blank_line"),
        ("three", None),
    ]
    by_paragraph = read(reader_of("readers.plain", {"unit": "paragraph"}), data)
    assert rows_of(by_paragraph, "text", "skipped", "offset", "length") == [
        ("one\r\ntwo", None, 0, 12),
        (None, "blank_paragraph", 12, 2),
        ("three", None, 14, 6),
    ]
