"""Samples of tar files are documents whose files are their fields."""

import io
import tarfile

import orjson
import pytest

from corpusmill.operators.readers.framing import samples
from corpusmill.operators.sniff import sniff
from tests.contract.files import read, reader_of

FILES = [
    ("./", None),
    ("a/1.txt", b"A dog."),
    ("a/1.json", orjson.dumps({"caption": "dog", "width": 640})),
    ("a/1.jpg", b"\xff\xd8" * 400),
    ("README", b"no sample"),
    ("a/2.TXT", "Größe".encode()),
    ("a/3.txt", b"\xff"),
    ("a/4.json", b"{}"),
]


def tar(files=FILES, form=tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as packed:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size = len(data or b"")
            packed.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_samples_are_documents_and_every_byte_is_in_a_row(form):
    data = tar(form=form)
    assert sniff("data", data[:512]).reader == "readers.webdataset"
    columns = {"caption": "json.caption", "width": "json.width"}
    rows = read(reader_of("readers.webdataset", {"columns": columns, "types": {"width": "int"}}), data)
    assert sum(row["length"] for row in rows) == len(data)
    found = [(row["source_id"], row["text"], row["caption"], row["width"]) for row in rows if row["text"]]
    assert found == [("a/1", "A dog.", "dog", 640), ("a/2", "Größe", None, None)]
    assert [row["failure"] for row in rows if row["failure"]] == ["invalid_utf8: txt at byte 0", "missing_field: txt"]
    assert [row["skipped"] for row in rows if row["skipped"]] == ["not_a_sample", "not_a_sample", "tar_end"]


def test_samples_may_be_conversations():
    chat = orjson.dumps({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]})
    params = {"shape": "messages", "columns": {"conversation": "json.messages"}}
    rows = read(reader_of("readers.webdataset", params), tar([("a.json", chat)]))
    assert [row["text"] for row in rows if row["skipped"] is None] == ["Hi\n\nHo"]


def test_long_names_and_names_that_are_not_ascii_are_read():
    name = "dir/" * 40 + "größe"
    rows = read(reader_of("readers.webdataset", {}), tar([(f"{name}.txt", b"x")], tarfile.PAX_FORMAT))
    assert (rows[0]["source_id"], rows[0]["offset"]) == (name, 0)


def test_a_sample_that_breaks_off_is_a_failed_row_and_those_before_it_are_whole():
    data = tar()[: 512 * 6]
    rows = read(reader_of("readers.webdataset", {}), data)
    assert [row["text"] for row in rows if row["text"]] == ["A dog."]
    assert rows[-1]["failure"] == "bad_tar: a file breaks off"


def test_the_fields_are_seen_before_the_file_is_read():
    look = reader_of("readers.webdataset", {"text": "json.captions"}).first_look(io.BytesIO(tar()))
    assert look.fields == ("txt", "json.caption", "json.width", "jpg", "__key__")


def test_pixels_are_a_column_of_bytes():
    params = {"columns": {"image": "jpg"}, "types": {"image": "bytes"}}
    rows = read(reader_of("readers.webdataset", params), tar())
    assert [row["image"] for row in rows if row["text"]] == [b"\xff\xd8" * 400, None]


def test_a_size_below_nothing_is_a_failed_row_as_such_a_size_would_lead_back_to_the_same_head(monkeypatch):
    packed = tar([("1.txt", b"one"), ("2.txt", b"two")])
    heads = tarfile.TarInfo.fromtarfile.__func__

    def negative(cls, opened):
        member = heads(cls, opened)
        member.size = -1 if member.name == "2.txt" else member.size
        return member

    monkeypatch.setattr(tarfile.TarInfo, "fromtarfile", classmethod(negative))
    rows = read(reader_of("readers.webdataset", {}), packed)
    assert [(row["text"], row["failure"]) for row in rows] == [("one", None), (None, "bad_tar: a file of -1 bytes")]


def test_long_names_in_a_chain_that_python_does_not_follow_are_a_failed_row(monkeypatch):
    def endless(cls, opened):
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(tarfile.TarInfo, "fromtarfile", classmethod(endless))
    rows = read(reader_of("readers.webdataset", {}), tar())
    assert [row["failure"] for row in rows] == ["bad_tar: maximum recursion depth exceeded"]


def test_a_sparse_file_is_a_failed_row_and_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(tarfile.TarInfo, "issparse", lambda self: self.name == "2.txt")
    data = tar([("1.txt", b"one"), ("2.txt", b"two"), ("3.txt", b"three")])
    rows = read(reader_of("readers.webdataset", {}), data)
    assert [row["text"] or row["failure"] or row["skipped"] for row in rows] == [
        "one",
        "bad_tar: a sparse file",
        "three",
        "tar_end",
    ]
    assert sum(row["length"] for row in rows) == len(data)


def test_a_name_that_is_not_utf8_is_a_failed_row_and_the_rest_goes_on():
    data = tar([("1.txt", b"one"), ("\udcff.txt", b"two"), ("3.txt", b"three")], tarfile.GNU_FORMAT)
    rows = read(reader_of("readers.webdataset", {}), data)
    assert [row["text"] or row["failure"] or row["skipped"] for row in rows] == [
        "one",
        "bad_name: '\\udcff.txt'",
        "three",
        "tar_end",
    ]


def test_a_file_cut_inside_the_blanks_behind_a_member_has_the_lengths_of_its_bytes():
    data = tar([("1.txt", b"one"), ("2.txt", b"two")])[: 512 * 3 + 7]
    rows = read(reader_of("readers.webdataset", {}), data)
    assert [row["text"] for row in rows] == ["one", "two"]
    assert sum(row["length"] for row in rows) == len(data)


def test_names_above_a_bound_are_a_failed_row_and_not_held(monkeypatch):
    monkeypatch.setattr(samples, "MOST_HEAD_BYTES", 512)
    data = tar([("1.txt", b"one"), ("x" * 600 + ".txt", b"two")], tarfile.GNU_FORMAT)
    rows = read(reader_of("readers.webdataset", {}), data)
    assert [row["text"] or row["failure"] for row in rows] == ["one", "bad_tar: a head of 1024 bytes"]
    assert sum(row["length"] for row in rows) == len(data)


def test_a_first_look_passes_over_samples_that_are_too_large():
    data = tar([("1.txt", b"long" * 9), ("2.txt", b"two"), ("2.json", b"{}")])
    look = reader_of("readers.webdataset", {"max_record_bytes": 9}).first_look(io.BytesIO(data))
    assert look.fields == ("txt", "json", "__key__")


def test_a_damaged_head_is_not_taken_for_the_end():
    data = bytearray(tar([(f"{n}.txt", b"x") for n in range(5)]))
    data[2 * 1024 + 3] ^= 1  # in the head of the third
    rows = read(reader_of("readers.webdataset", {}), bytes(data))
    assert [(row["text"], row["failure"]) for row in rows] == [
        ("x", None),
        ("x", None),
        (None, "bad_tar: no head of a file at byte 2048"),
    ]
    assert sum(row["length"] for row in rows) == len(data)
