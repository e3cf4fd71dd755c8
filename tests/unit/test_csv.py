"""Tables in text are read row by row, quoted line ends and all, each with the bytes it takes up."""

import csv
import gzip
import io

import pytest

from corpusmill.operators.abilities import FirstLook
from corpusmill.pipeline.config.sections.datasets import named_dataset
from tests.contract.files import read, reader_of


def documents(data: bytes, **params):
    return [row for row in read(reader_of("readers.csv", params), data) if row["skipped"] is None]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found_in_the_first_row(separator):
    data = f'id{separator}text\n1{separator}"a{separator}b"\n'.encode()
    (row,) = documents(data, source_id="id")
    assert (row["source_id"], row["text"]) == ("1", f"a{separator}b")


def test_a_row_has_the_bytes_that_it_takes_up():
    data = 'text\n"Größe\nund"\nzwei\n'.encode()
    rows = documents(data)
    assert [data[row["offset"] : row["offset"] + row["length"]] for row in rows] == [
        '"Größe\nund"\n'.encode(),
        b"zwei\n",
    ]


def test_names_are_for_files_without_a_first_row_of_them():
    assert [row["text"] for row in documents(b"1,one\n2,two\n", names=["id", "text"])] == ["one", "two"]


def test_a_cell_may_hold_the_turns_of_a_chat():
    data = b'id,messages\n1,"[{""role"": ""user"", ""content"": ""Hi""}]"\n2,"[{"\n'
    rows = documents(data, columns={"conversation": "messages"})
    assert rows[0]["text"] == "Hi"
    assert rows[1]["failure"].startswith("bad_json: ")


def test_rows_are_those_of_the_shape_that_is_named():
    rows = documents(b"instruction,input,output\nAdd.,1 2,3\n", shape="alpaca")
    assert [turn["content"] for turn in rows[0]["conversation"]] == ["Add.\n\n1 2", "3"]


def test_a_longer_row_is_passed_over_and_the_next_is_read():
    data = b'text\n"a\n' + b"long line\n" * 9 + b'b"\nnext\n'
    rows = documents(data, max_record_bytes=40)
    assert rows[0]["failure"] == "record_too_large: 43"
    assert rows[-1]["text"] == "next"


def test_a_stream_that_breaks_off_loses_the_row_at_its_end_alone():
    packed = gzip.compress(b"text\none\n" + b'"' + bytes(range(97, 123)) * 4000 + b'"\n', mtime=0)
    rows = documents(packed[:-20])
    assert rows[0]["text"] == "one"
    assert all(row["failure"] for row in rows[1:])


def test_without_quotes_a_lone_one_is_a_character():
    data = b'u1\ta 5" nail\nu2\t"open\nu3\tplain\n'
    rows = documents(data, separator="\t", quote=None, names=["url", "text"])
    assert [row["text"] for row in rows] == ['a 5" nail', '"open', "plain"]


def test_the_rows_of_a_named_dataset_are_not_joined_by_a_quote():
    options = named_dataset("cc12m").input["options"]
    assert [row["text"] for row in documents(b'u1\t"one\nu2\ttwo"\n', **{**options, "text": "caption"})] == [
        '"one',
        'two"',
    ]


def test_a_mark_of_the_encoding_is_no_part_of_a_quoted_name():
    data = b'\xef\xbb\xbf"text","id"\n"one",1\n'
    (row,) = documents(data, source_id="id")
    assert (row["text"], row["failure"], row["offset"], row["length"]) == ("one", None, 15, 8)
    assert reader_of("readers.csv", {}).first_look(io.BytesIO(data)).fields == ("text", "id")


@pytest.mark.parametrize("header", [b'"text"x,id\n', b"te\xffxt,id\n"])
def test_no_row_takes_the_place_of_a_damaged_header(header):
    rows = documents(header + b"one,1\ntwo,2\n")
    assert [row["failure"].partition(":")[0] for row in rows][1:] == ["no_header"] * 2
    assert rows[0]["failure"].partition(":")[0] in ("bad_csv", "invalid_utf8")
    assert [row["text"] for row in documents(header + b"one,1\n", names=["text", "id"])][1:] == ["one"]


@pytest.mark.parametrize("data", [b"text,id\rone,1\rtwo,2\r", b"\n"])
def test_a_first_look_at_what_is_no_table_sees_nothing(data):
    assert reader_of("readers.csv", {}).first_look(io.BytesIO(data)) == FirstLook()


def test_a_first_look_takes_long_fields():
    csv.field_size_limit(131_072)
    data = b"text,id\n" + b"a" * 200_000 + b",1\n"
    assert reader_of("readers.csv", {}).first_look(io.BytesIO(data)).fields == ("text", "id")
    csv.field_size_limit(131_072)
    assert reader_of("readers.csv", {}).first_look(io.BytesIO(b"a" * 200_000 + b",id\n1,2\n")).lacks is not None


def test_a_name_that_stands_twice_is_a_doubt():
    seen = reader_of("readers.csv", {}).first_look(io.BytesIO(b"text,text\none,two\n"))
    assert "more than one field is named 'text'" in str(seen.doubt)
