"""Samples of tar files are documents whose files are their fields."""

import io
import tarfile

import orjson
import pytest

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
