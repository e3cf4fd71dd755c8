"""What a reader sees of a file before it is read: its fields, and whether it has what the job names."""

import csv
import gzip
import io
import json
from collections.abc import Sequence

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.readers.csv import Csv
from corpusmill.operators.readers.framing.head import HEAD_BYTES, head_of
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight.survey import looks
from tests.contract.files import reader_of

MANY = [{"id": n, "body": "b", "meta": {"url": "u"}} for n in range(10)]


def lines(records: Sequence[object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def look(data: bytes, **params: object) -> FirstLook:
    return reader_of("readers.jsonl", params).first_look(io.BytesIO(data))  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, lz4.frame.compress])
def test_a_wrong_field_is_seen_with_the_fields_there_are(pack):
    seen = look(pack(lines(MANY)))
    assert seen.fields == ("id", "body", "meta.url")
    assert seen.lacks is not None
    assert seen.lacks.startswith("no record has a field 'text', only id, body, meta.url; say which is which")
    assert look(pack(lines(MANY)), text="body", url="meta.url") == FirstLook(fields=seen.fields)


@pytest.mark.parametrize(
    ("record", "example"),
    [
        ({"id": 1, "Content": "a"}, "{text: Content}"),
        ({"raw": "a"}, "{text: raw}"),
        ({"id": 1, "at": 2}, "{text: body}"),
    ],
)
def test_the_example_names_a_field_that_is_there(record, example):
    assert str(look(lines([record] * 9)).lacks).endswith(f"e.g. columns: {example}")


def test_records_that_have_the_fields_of_a_shape_are_told_to_name_it():
    shared = [{"id": n, "conversations": [{"from": "human", "value": "?"}]} for n in range(20)]
    assert str(look(lines(shared)).lacks).endswith("e.g. shape: sharegpt, whose fields these are")
    pairs = [{"chosen": "a", "rejected": "b"}] * 20
    assert str(look(lines(pairs)).lacks).endswith("e.g. shape: preference or hh, whose fields these are")
    assert "columns: {conversation: FIELD}" in str(look(lines(shared), shape="messages").lacks)


def test_a_text_that_is_none_is_seen():
    assert "field 'id' holds int, not strings; name another field (body, meta.url), e.g." in str(
        look(lines(MANY), text="id").lacks
    )


def test_another_field_that_is_rare_or_wrong_is_a_doubt():
    seen = look(lines(MANY), text="body", url="link")
    assert seen.lacks is None
    assert str(seen.doubt).startswith("none of the first 10 records has a field 'link', only id, body, meta.url")


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"not json\n", b'{"text": null}\n', lines([{"text": "a"}, {"body": "b"}]), b"\x1f\x8b\x08damaged"],
)
def test_what_may_be_right_lacks_nothing(data):
    seen = look(data)
    assert (seen.lacks, seen.doubt) == (None, None)


@pytest.mark.parametrize("size", [10, HEAD_BYTES * 3])
def test_a_file_that_a_library_cannot_look_at_is_left_to_its_unit(tmp_path, monkeypatch, size):
    def fails(self: Csv, file: io.BytesIO) -> FirstLook:
        raise csv.Error("not a table")

    monkeypatch.setattr(Csv, "first_look", fails)
    (tmp_path / "a.csv").write_bytes(b"a" * size)
    file = InputFile("s", str(tmp_path / "a.csv"), size, "")
    (looked,) = looks([file], InputSpec(source="s", paths=(file.uri,))).values()
    assert (looked.reader, looked.error, looked.first) == ("readers.csv", None, FirstLook())


def test_one_record_that_describes_the_others_is_a_doubt_alone():
    first, rest = {"made_by": "somebody" * (HEAD_BYTES // 16)}, {"text": "a" * HEAD_BYTES}
    seen = look(lines([first, rest, rest]))
    assert seen.lacks is None
    assert "no record has a field 'text'" in str(seen.doubt)


@pytest.mark.thorough
def test_of_a_bomb_little_is_inflated():
    packed = zstandard.compress(b"\n" * (1 << 28))
    assert len(packed) < HEAD_BYTES
    assert head_of(io.BytesIO(packed)).lines == ()


def test_the_columns_of_a_parquet_file():
    out = io.BytesIO()
    pq.write_table(pa.table({"content": ["a"], "meta": [{"url": "u"}]}), out)
    reader = reader_of("readers.parquet", {"url": "meta.url"})
    seen = reader.first_look(out)  # pyright: ignore[reportAttributeAccessIssue]
    assert seen.fields == ("content", "meta.url")
    assert seen.lacks.startswith("the file has no column 'text', only content, meta.url; say which is which")
    reader = reader_of("readers.parquet", {"text": "content", "url": "meta.url"})
    assert reader.first_look(out).lacks is None  # pyright: ignore[reportAttributeAccessIssue]
