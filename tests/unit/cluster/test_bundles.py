"""Bundles: several files of a unit in one object, read back whole, in stretches, and by their index alone."""

import io
import json
import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster import bundles

UNIT = "00112233445566778899aabbccddeeff"


@pytest.fixture
def written(tmp_path: Path) -> bytes:
    """A bundle of two files, with a third that lies apart."""
    for name, content in (("a", b"first"), ("b", b"")):
        (tmp_path / name).write_bytes(content)
    files = {f"keys/{UNIT}.url.arrow": tmp_path / "a", f"dropped/{UNIT}.parquet": tmp_path / "b"}
    bundles.write(tmp_path / "bundle", files, {f"documents/{UNIT}.parquet": 70}, {"folder": "units/ingest"})
    return (tmp_path / "bundle").read_bytes()


def test_a_small_bundle_comes_whole(written):
    bundle = bundles.parse(written)
    assert bundle.is_whole
    assert bundle.bytes_between(0, len(written)) == written
    begin, end = bundle.files[f"keys/{UNIT}.url.arrow"]
    assert written[begin:end] == b"first"
    assert bundle.size_of(f"dropped/{UNIT}.parquet") == 0
    assert bundle.size_of(f"documents/{UNIT}.parquet") == 70
    assert bundle.size_of(f"bands/{UNIT}.arrow") is None
    assert bundle.result == {"folder": "units/ingest"}


def test_its_last_bytes_say_how_many_more_are_needed(written):
    more = bundles.missing_bytes(written[-20:])
    assert more > 0
    tail = written[-20 - more :]
    assert bundles.missing_bytes(tail) == 0
    assert bundles.parse(tail).files == bundles.parse(written).files
    assert not bundles.parse(tail).is_whole


def test_a_bundle_that_was_cut_off_is_none(written):
    with pytest.raises(ValueError, match="last bytes are missing"):
        bundles.missing_bytes(written[:-1])


@pytest.mark.parametrize(
    ("name", "bundle"),
    [
        (f"documents/{UNIT}.parquet", f"bundles/{UNIT}.bundle"),
        (f"axes/{UNIT}-0123456789abcdef.parquet", f"bundles/{UNIT}.bundle"),
        (f"lines/{UNIT}.000.arrow", f"bundles/{UNIT}.bundle"),
        (f"units/ingest/{UNIT}.json", None),
        (f"duplicates/{UNIT}/ab.parquet", None),
        (f"mix/{UNIT}/plan.json", None),
        (f"leaves/{UNIT}.parquet", None),
        (f"difference/{UNIT}.arrow", None),
        (f"manifests/ingest-{UNIT}.json", None),
        (f"bundles/{UNIT}.bundle", None),
        ("_live.json", None),
    ],
)
def test_which_files_are_looked_for_in_bundles(name, bundle):
    assert bundles.bundle_of(name) == bundle


def test_a_stretch_is_a_file_that_parquet_reads_with_few_fetches():
    out = io.BytesIO()
    pq.write_table(pa.table({"a": range(1000), "b": ["x" * 50] * 1000}), out, row_group_size=100)
    content, fetched = b"before" + out.getvalue() + b"after", []

    def fetch(begin: int, end: int) -> bytes:
        fetched.append((begin, end))
        return content[begin:end]

    stretch = bundles.Stretch(fetch, 6, len(content) - 5)
    file = io.BufferedReader(stretch, 1 << 12)
    assert pq.ParquetFile(file).read().equals(pq.read_table(io.BytesIO(out.getvalue())))
    assert all(6 <= begin < end <= len(content) - 5 for begin, end in fetched)
    assert len(fetched) <= 3


def test_a_cache_holds_what_was_used_last_within_its_bytes():
    cache = bundles.Cache(most_bytes=10)
    for number in range(3):
        cache.put(("s", str(number)), number, 4)
        cache.get(("s", "0"))
    assert [cache.get(("s", str(n))) for n in range(3)] == [0, None, 2]
    cache.put(("s", "large"), 1, 11)
    assert cache.get(("s", "large")) is None
    assert cache.get(("s", "0")) == 0, "what is too large drives nothing out"
    cache.drop(("s", "0"))
    assert cache.get(("s", "0")) is None
    assert pickle.loads(pickle.dumps(cache)).get(("s", "0")) is None


def test_a_worker_holds_less_than_the_process_that_runs_the_job(monkeypatch):
    monkeypatch.setattr(bundles, "_allowed", bundles.Allowed())
    cache = bundles.Cache()
    cache.put(("s", "a"), 1, bundles.WORKER_CACHE_BYTES)
    bundles.allow(bundles.WORKER_CACHE_BYTES)
    cache.put(("s", "b"), 2, 1)
    assert (cache.get(("s", "a")), cache.get(("s", "b"))) == (None, 2)
    cache.put(("s", "c"), 3, bundles.WORKER_CACHE_BYTES + 1)
    assert cache.get(("s", "c")) is None


def test_the_last_bytes_of_a_large_bundle_serve_the_files_that_they_hold(written):
    bundle = bundles.parse(written)
    begin, end = bundle.files[f"keys/{UNIT}.url.arrow"]
    tail = bundles.parse(written[begin:])
    assert tail.bytes_between(begin, end) == b"first"
    assert tail.without_tail().bytes_between(begin, end) is None
    two = bundles.parse(written[begin + 1 :])
    assert two.bytes_between(begin, end) is None
    assert two.bytes_between(begin + 1, end) == b"irst"
    assert tail.in_memory_bytes > len(written) - begin + 4 * tail.index_bytes


def rewritten(**index: object) -> bytes:
    payload = json.dumps({"files": {}, "apart": {}, "result": {}} | index).encode()
    return payload + bundles._END.pack(len(payload), bundles._MAGIC)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "last bytes are missing"),
        (b"x" * 8 + bundles._END.pack(1 << 40, bundles._MAGIC), "1,099,511,627,776 bytes long"),
        (b"{" * 8 + bundles._END.pack(8, bundles._MAGIC), "index cannot be read"),
        (rewritten(result=3), "index cannot be read"),
        (rewritten(files=[]), "index cannot be read"),
        (rewritten(files={"keys/a": [0, 9]}), "other bytes than it has"),
        (rewritten(files={"keys/a": [0, -9]}), "other bytes than it has"),
        (b"more" + rewritten(), "other bytes than it has"),
    ],
)
def test_what_is_no_bundle_is_refused_with_the_reason(content, why):
    with pytest.raises(ValueError, match=why):
        bundles.parse(content, complete=True)


def test_a_process_that_works_in_one_store_after_another_holds_the_bundles_of_the_last():
    cache = bundles.Cache(most_bytes=100)
    for store in ("a", "b"):
        for name in ("x", "y"):
            cache.put((store, name), store, 20)
    cache.keep_only(["b", "c"])
    assert [cache.get((store, "x")) for store in ("a", "b")] == [None, "b"]
    cache.put(("b", "z"), "b", 60)
    assert all(cache.get(("b", name)) for name in ("x", "y", "z")), "what was dropped counts no more"
