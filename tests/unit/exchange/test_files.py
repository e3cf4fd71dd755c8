"""Exchange files: what goes in comes out in order, whatever part of the range of keys is asked for."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange import files
from corpusmill.pipeline.exchange.key_range import EVERYTHING, KeyRange
from corpusmill.pipeline.exchange.order import sorted_by_key
from corpusmill.pipeline.exchange.reading import TAIL_BYTES, read_part, read_range


def table_of(keys, ids) -> pa.Table:
    return pa.table({"key": pa.array(keys, pa.uint64()), "id": pa.array(ids, pa.int64())})


def spread_table(rows: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    return table_of(rng.integers(0, 2**64, rows, dtype=np.uint64), rng.integers(0, 9, rows))


KEYS = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**63, 2**64 - 1, 5 << 60]))


@given(st.lists(st.tuples(KEYS, st.integers(-3, 3))))
def test_records_are_ordered_by_key_then_by_the_second_column(rows):
    table = table_of([k for k, _ in rows], [i for _, i in rows])
    got = sorted_by_key(table)
    assert list(zip(got["key"].to_pylist(), got["id"].to_pylist(), strict=True)) == sorted(rows)


@given(st.lists(KEYS, max_size=40), st.integers(0, 8), st.data())
def test_any_part_of_the_range_can_be_read(tmp_path_factory, keys, bits, data):
    wanted = KeyRange(bits, data.draw(st.integers(0, (1 << bits) - 1)))
    store = Store(str(tmp_path_factory.mktemp("x")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "MIN_BATCH_BYTES", 16)
        store.publish("f.arrow", files.encoded(table_of(keys, range(len(keys)))).to_pybytes())
    got = read_part(store, "f.arrow", wanted)
    assert got["key"].to_pylist() == sorted(k for k in keys if wanted.low <= k < wanted.high)


@pytest.mark.thorough
@pytest.mark.parametrize("bits", [0, 3, 8, 12])
def test_a_file_larger_than_its_tail_is_read_by_stretches(tmp_path, monkeypatch, bits):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 13)
    store, table = Store(str(tmp_path)), spread_table(20_000, 1)
    payload = files.encoded(table).to_pybytes()
    assert len(payload) > 3 * TAIL_BYTES
    store.publish("f.arrow", payload)
    parts = [read_part(store, "f.arrow", r) for r in EVERYTHING.split(bits)]
    assert pa.concat_tables(parts).equals(sorted_by_key(table))


def test_lists_and_binary_columns_travel_with_their_keys(tmp_path):
    store = Store(str(tmp_path))
    for name, key in (("a.arrow", 7), ("b.arrow", 3)):
        table = table_of([key], [key]).append_column("set", pa.array([[key] * key], pa.large_list(pa.uint64())))
        store.publish(name, files.encoded(table).to_pybytes())
    assert read_range(store, ["a.arrow", "b.arrow"], EVERYTHING)["set"].to_pylist() == [[3] * 3, [7] * 7]


def test_a_file_does_not_depend_on_the_order_its_records_came_in():
    table = spread_table(5_000, 2)
    shuffled = table.take(pa.array(np.random.default_rng(3).permutation(5_000)))
    assert files.encoded(table).equals(files.encoded(shuffled))


def test_a_key_outside_the_files_range_is_refused():
    with pytest.raises(ValueError, match="are not in"):
        files.encoded(table_of([1 << 63], [0]), KeyRange(1, 0))


def test_a_table_without_a_key_is_refused():
    with pytest.raises(TypeError, match="begins with a uint64 key"):
        files.encoded(pa.table({"doc_id": [1], "key": [2]}))


def test_a_truncated_file_is_distinguished_from_an_empty_one(tmp_path):
    store = Store(str(tmp_path))
    payload = files.encoded(spread_table(100, 4)).to_pybytes()
    store.publish("f.arrow", payload[:-20])
    with pytest.raises(ValueError, match="last bytes are missing"):
        read_part(store, "f.arrow", EVERYTHING)
