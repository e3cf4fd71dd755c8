"""Examples of TFRecord files are documents whose features are their fields."""

import struct

from corpusmill.operators.readers.framing.tf_examples import MASK, _example, crc32c
from tests.contract.files import read, reader_of


def example(**features) -> bytes:
    made = _example()()
    for name, values in features.items():
        entry = made.features.feature.add(key=name)
        kind = {bytes: "bytes_list", float: "float_list", int: "int64_list"}[type(values[0])]
        getattr(entry.value, kind).value.extend(values)
    return made.SerializeToString()


def masked(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    size = struct.pack("<Q", len(data))
    return size + struct.pack("<I", masked(size)) + data + struct.pack("<I", masked(data))


EXAMPLES = [
    example(text=["Größe".encode()], id=[7], score=[0.5], tags=[b"a", b"b"], image=[b"\xff\xd8"]),
    example(id=[8]),
    b"\xff\xff",
    example(text=[b"\xff"], id=[9]),
    example(text=[b"last"], id=[10]),
]
FILE = b"".join(map(record, EXAMPLES))
PARAMS = {
    "source_id": "id",
    "columns": {"score": "score", "tags": "tags", "pixels": "image"},
    "types": {"score": "float", "tags": "strings", "pixels": "bytes"},
}


def test_examples_are_documents_and_every_byte_is_in_a_row():
    rows = read(reader_of("readers.tfrecord", PARAMS), FILE)
    assert [row["length"] for row in rows] == [len(each) + 16 for each in EXAMPLES]
    assert [(row["text"], row["source_id"]) for row in rows if row["text"]] == [("Größe", "7"), ("last", "10")]
    assert (rows[0]["score"], rows[0]["tags"], rows[0]["pixels"]) == (0.5, ["a", "b"], b"\xff\xd8")
    assert [str(row["failure"]).partition(":")[0] for row in rows[1:4]] == [
        "missing_field",
        "bad_example",
        "invalid_utf8",
    ]


def test_behind_a_damaged_length_all_is_one_failed_row():
    at = len(record(EXAMPLES[0]))
    rows = read(reader_of("readers.tfrecord", PARAMS), FILE[:at] + b"\x01" + FILE[at + 1 :])
    assert [row["failure"] for row in rows] == [None, "bad_tfrecord: the checksum of a length is wrong"]
    assert sum(row["length"] for row in rows) == len(FILE)


def test_a_longer_example_is_passed_over():
    data = record(example(text=[b"x" * 3_000_000])) + record(EXAMPLES[4])
    rows = read(reader_of("readers.tfrecord", {"max_record_bytes": 1000}), data)
    assert [row["failure"] for row in rows] == ["record_too_large: 3000031", None]
