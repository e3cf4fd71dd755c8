"""Columns of a type, and ids of any size, out of JSON lines and Parquet."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators import load
from corpusmill.operators.readers.framing.reach import dotted
from corpusmill.operators.readers.framing.strings import as_strings
from corpusmill.operators.readers.framing.typed import TYPES, as_text, as_type, typed, unread_columns
from tests.contract.files import read, reader_of

IDS = [12345678901234567890123456789, -9223372036854775809, 18446744073709551616, 18446744073709551615, 7]


def test_ids_above_64_bits_keep_their_digits_in_json_lines():
    data = "\n".join(json.dumps({"text": "a", "id": n, "in": {"ids": [n]}}) for n in IDS).encode()
    rows = read(reader_of("readers.jsonl", {"source_id": "id", "columns": {"nested": "in"}}), data)
    assert [row["source_id"] for row in rows] == [str(n) for n in IDS]
    assert [json.loads(str(row["nested"])) for row in rows] == [{"ids": [n]} for n in IDS]


def test_a_number_that_is_a_float_stays_one():
    data = b'{"text": "a", "id": 1.5e30}\n{"text": "a", "id": 0.25}\n'
    assert [float(str(r["source_id"])) for r in read(reader_of("readers.jsonl", {"source_id": "id"}), data)] == [
        1.5e30,
        0.25,
    ]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([Decimal(10**30 + 7)], pa.decimal128(38, 0)), str(10**30 + 7)),
        (pa.array([Decimal(10**60 + 7)], pa.decimal256(70, 0)), str(10**60 + 7)),
        (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
        (pa.array([1e6]), "1000000"),
        (pa.array([1234567890123456.0]), "1234567890123456"),
        (pa.array([0.5]), "0.5"),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_ids_keep_their_digits_in_parquet(column, message):
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"], "id": column}), out)
    rows = read(reader_of("readers.parquet", {"source_id": "id"}), out.getvalue())
    assert [row["source_id"] for row in rows if not row["skipped"]] == [message]


ROWS = [
    {"n": 3, "x": 0.5, "ok": True, "tags": ["a", "b"], "at": 1704164645},
    {"n": "4", "x": "1e-3", "ok": "no", "tags": "a", "at": "2024-01-02T05:04:05+02:00"},
    {"n": 5.0, "x": 7, "ok": 1, "tags": [], "at": "Tue, 02 Jan 2024 03:04:05 GMT"},
    {"n": None, "x": "", "tags": None},
    {"n": "many", "x": "high", "ok": "perhaps", "tags": {"a": 1}, "at": "soon"},
    {"n": 2**63, "x": 1.5, "ok": 2, "tags": [1, 2], "at": 20240102030405},
]
KINDS = {"n": "int", "x": "float", "ok": "bool", "tags": "strings", "at": "timestamp"}
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
READ = {
    "n": [3, 4, 5, None, None, None],
    "x": [0.5, 0.001, 7.0, None, None, 1.5],
    "ok": [True, False, True, None, None, None],
    "tags": [["a", "b"], ["a"], [], None, ['{"a":1}'], ["1", "2"]],
    "at": [AT, AT, AT, None, None, AT],
}
PARAMS: dict[str, object] = {"columns": {name: name for name in KINDS}, "types": KINDS}


def test_json_lines_in_types():
    data = "\n".join(json.dumps({"text": "a", **row}) for row in ROWS).encode()
    rows = read(reader_of("readers.jsonl", PARAMS), data)
    assert {name: [row[name] for row in rows] for name in KINDS} == READ
    assert [row["unread_fields"] for row in rows] == [
        *[None] * 4,
        "n=many; x=high; ok=perhaps; at=soon",
        "n=9223372036854775808; ok=2",
    ]


def test_parquet_in_types_whatever_types_it_stores():
    texts = {name: [None if r.get(name) is None else str(r[name]) for r in ROWS] for name in ("n", "x", "ok", "at")}
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"] * len(ROWS), **texts, "tags": READ["tags"]}), out, row_group_size=4)
    rows = [r for r in read(reader_of("readers.parquet", PARAMS), out.getvalue()) if not r["skipped"]]
    assert {name: [row[name] for row in rows] for name in KINDS} == READ
    stored = {"n": pa.array([3, None], pa.int8()), "x": pa.array([1.5, float("nan")], pa.float32())}
    stored |= {"ok": pa.array([True, None]), "tags": pa.array([["a"], None], pa.large_list(pa.large_string()))}
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"], **stored, "at": pa.array([AT, None], pa.timestamp("ms"))}), out)
    first, second = [r for r in read(reader_of("readers.parquet", PARAMS), out.getvalue()) if not r["skipped"]]
    assert [first[name] for name in KINDS] == [3, 1.5, True, ["a"], AT]
    assert [second[name] for name in (*KINDS, "unread_fields")] == [None] * 6


@pytest.mark.parametrize(
    ("kind", "column", "values"),
    [
        ("int", pa.array([Decimal("9007199254740993.00"), Decimal("4.50")], pa.decimal128(20, 2)), [2**53 + 1, None]),
        ("int", pa.array(["12.", "-9007199254740993.0", " 7 ", "1,234"]), [12, -(2**53) - 1, 7, None]),
        ("bool", pa.array(["on", "Off", "1.0", "0.0", "2.0"]), [True, False, True, False, None]),
        ("bool", pa.array([Decimal("1.0"), Decimal("0.0")]), [True, False]),
        ("float", pa.array([Decimal("3.25")], pa.decimal128(9, 2)), [3.25]),
        ("strings", pa.array([["a", "b"], None], pa.list_(pa.string(), 2)), [["a", "b"], None]),
        ("strings", pa.array([["a"]]).cast(pa.list_(pa.dictionary(pa.int8(), pa.string()))), [["a"]]),
        ("timestamp", pa.array([AT], pa.timestamp("us", "America/New_York")), [AT]),
        ("timestamp", pa.array([Decimal("1704164645.5")]), [AT]),
        ("timestamp", pa.array([AT.date()], pa.date64()), [AT.replace(hour=0, minute=0, second=0)]),
        ("timestamp", pa.array(["2024-01-02T03:04:05Z"]).dictionary_encode(), [AT]),
        ("timestamp", pa.array([-0.5]), [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)]),
    ],
    ids=range(12),
)
def test_numbers_flags_lists_and_times_however_they_are_stored(kind, column, values):
    found = typed(column, TYPES[kind])
    assert found.values.to_pylist() == values
    assert found.unread.tolist() == [
        value is None and valid.as_py() for value, valid in zip(values, column.is_valid(), strict=True)
    ]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize(
    "column",
    [
        pa.array(["3", "x", None]),
        pa.array([1, None]),
        pa.array([2**64 - 1], pa.uint64()),
        pa.array([[1], None]),
        pa.array([1.5, None]),
        pa.array([True, None]),
        pa.array([{"a": 1}, None]),
        pa.nulls(2),
        pa.array([], pa.int64()),
        pa.array([AT, None], pa.timestamp("us")),
        pa.array(["a", "a", None]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_any_column_can_be_read_as_any_type(name, column):
    found = typed(column, TYPES[name])
    found.values.validate(full=True)
    assert (found.values.type, len(found.values), len(found.unread)) == (TYPES[name], len(column), len(column))
    lost = found.values.is_null().to_numpy(zero_copy_only=False) & column.is_valid().to_numpy(zero_copy_only=False)
    assert found.unread.tolist() == lost.tolist()


def test_what_could_not_be_read_is_counted_by_column():
    notes = pa.chunked_array([pa.array(["score=high; fetched_at_utc=soon", None]), pa.array(["score=a=b"])])
    assert unread_columns(notes) == {"fetched_at_utc": 1, "score": 2}
    assert unread_columns(pa.chunked_array([pa.nulls(2, pa.string())])) == {}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"columns": {"n": "n"}, "types": {"n": "number"}}, "must be one of string, int, float"),
        ({"types": {"n": "int"}}, "names no field for it"),
        ({"columns": {"unread_fields": "n"}}, "unread_fields twice"),
    ],
)
def test_types_that_are_none_are_refused(params, message):
    for reader in ("readers.jsonl", "readers.parquet"):
        with pytest.raises(ValueError, match=message):
            load.build(reader, params)


NESTED = {"vector": "floats", "images": "list<struct<url: string, width: int>>", "meta": "struct<a: bool, b: float>"}
NESTED_ROWS = [
    {"vector": [0.5, 1], "images": [{"url": "u", "width": 640, "alt": "x"}], "meta": {"a": True, "b": 2}},
    {"vector": None, "images": [], "meta": {"a": None, "b": None}},
    {"vector": [0.25], "images": [{"url": None, "width": 1}], "meta": None},
]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_lists_and_structs_keep_their_types(form):
    rows = [{"text": "a", **row} for row in NESTED_ROWS]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    data = out.getvalue() if form == "parquet" else "\n".join(map(json.dumps, rows)).encode()
    params = {"columns": {name: name for name in NESTED}, "types": NESTED}
    found = [row for row in read(reader_of(f"readers.{form}", params), data) if row["skipped"] is None]
    assert [{name: row[name] for name in NESTED} for row in found] == [
        {"vector": [0.5, 1.0], "images": [{"url": "u", "width": 640}], "meta": {"a": True, "b": 2.0}},
        {"vector": None, "images": [], "meta": {"a": None, "b": None}},
        {"vector": [0.25], "images": [{"url": None, "width": 1}], "meta": None},
    ]
    assert [row["unread_fields"] for row in found] == [None, None, None]


def test_what_does_not_fit_inside_a_struct_is_null_and_the_row_says_so():
    data = b'{"text": "a", "meta": {"a": "maybe", "b": "0.5"}}\n{"text": "a", "meta": "none"}\n'
    params = {"columns": {"meta": "meta"}, "types": {"meta": NESTED["meta"]}}
    rows = read(reader_of("readers.jsonl", params), data)
    assert [row["meta"] for row in rows] == [{"a": None, "b": 0.5}, None]
    assert [row["unread_fields"] for row in rows] == ['meta={"a":"maybe","b":"0.5"}', "meta=none"]


def test_bytes_come_out_of_structs_of_parquet():
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"], "image": [{"bytes": b"\xff\xd8", "path": "x"}]}), out)
    params = {"columns": {"pixels": "image.bytes"}, "types": {"pixels": "bytes"}}
    rows = [row for row in read(reader_of("readers.parquet", params), out.getvalue()) if row["skipped"] is None]
    assert [row["pixels"] for row in rows] == [b"\xff\xd8"]


def test_a_type_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"one of string, int, .* got .list<text>."):
        load.build("readers.jsonl", {"columns": {"a": "a"}, "types": {"a": "list<text>"}})


def unsound(*values: bytes) -> pa.Array:
    """Strings of Arrow that need not be UTF-8, as files of other programs may hold them."""
    packed = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(values), packed.buffers())


@pytest.mark.parametrize("inner", [unsound(b"a", b"\xff", "ö".encode()), pa.array([b"a", b"\xff", "ö".encode()])])
def test_texts_inside_lists_and_structs_are_read_as_utf8_and_what_is_none_is_null_and_noted(inner):
    lists = pa.ListArray.from_arrays(pa.array([0, 2, 3], pa.int32()), inner)
    found = typed(lists, TYPES["strings"])
    assert (found.values.to_pylist(), found.unread.tolist()) == ([["a", None], ["ö"]], [True, False])
    structs = pa.StructArray.from_arrays([inner], names=["a"])
    found = typed(structs, as_type("struct<a: string>"))
    assert (found.values.to_pylist(), found.unread.tolist()) == (
        [{"a": "a"}, {"a": None}, {"a": "ö"}],
        [False, True, False],
    )
    within = typed(pa.ListArray.from_arrays(pa.array([0, 2, 3], pa.int32()), structs), TYPES["strings"])
    assert (within.values.to_pylist(), within.unread.tolist()) == (
        [['{"a":"a"}', '{"a":null}'], ['{"a":"ö"}']],
        [True, False],
    )


def test_lists_of_bytes_are_their_texts_as_strings_too():
    column = pa.array([[b"a", b"\xff"], None], pa.list_(pa.binary()))
    assert as_strings(column).to_pylist() == ['["a",null]', None]


def test_values_of_more_levels_than_json_is_written_with_are_unread(monkeypatch):
    def levels(*_, **__):
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(json, "dumps", levels)
    assert as_text([2**70]) is None
    monkeypatch.setattr("corpusmill.operators.readers.framing.nested.orjson.dumps", levels)
    found = typed(pa.array([{"a": 1}, {"a": 2}]), as_type("struct<a: string>"))
    assert (found.values.to_pylist(), found.unread.tolist()) == ([{"a": None}] * 2, [True, True])


def test_names_are_those_above_the_levels_that_python_follows():
    class Deep(dict):
        def items(self):
            raise RecursionError("maximum recursion depth exceeded")

    assert list(dotted({"id": 1, "a": {"b": Deep(c=1)}})) == ["id", "a.b"]
