"""Tables in text are read row by row, quoted line ends and all, each with the bytes it takes up."""

import gzip

import pytest

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
