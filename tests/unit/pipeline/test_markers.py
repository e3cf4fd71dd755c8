"""Markers: what a unit wrote and returned, read back few ahead of who takes them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from corpusmill.cluster import bundled, bundles
from corpusmill.cluster.storage import Store
from corpusmill.errors import BrokenBundle, StorageError
from corpusmill.pipeline.dedup.levels import sizes
from corpusmill.pipeline.files import markers
from tests.support.stores import in_s3

UNIT = "00112233445566778899aabbccddeeff"
OTHER = "ffeeddccbbaa99887766554433221100"


def test_results_are_read_few_ahead_of_who_takes_them(monkeypatch):
    monkeypatch.setattr(markers, "READS_AHEAD", 4)
    begun: list[int] = []

    def get(number: int) -> int:
        begun.append(number)
        return number

    for taken, number in enumerate(markers._each(get, range(50))):
        assert number == taken
        assert len(begun) <= taken + 2 * 4
    assert len(begun) == 50


def test_on_a_disk_a_unit_has_files_and_a_marker(tmp_path):
    store = Store(str(tmp_path / "work"))
    (tmp_path / "made").write_bytes(b"rows")
    reached: list[bool] = []

    def before_it_is_done() -> None:
        reached.append((tmp_path / "work" / "tokens" / f"{UNIT}.parquet").exists())
        assert not (tmp_path / "work" / "units").exists()

    files = {f"tokens/{UNIT}.parquet": tmp_path / "made"}
    told = markers.write_unit(store, "units/tokenize", UNIT, {"documents": 3}, files, reached=before_it_is_done)
    assert reached == [True]
    assert told == markers.read_unit(store, "units/tokenize", UNIT) == {"documents": 3}
    assert dict(markers.written(store, "units/tokenize", {UNIT, "other"})) == {UNIT: {"documents": 3}}
    assert store.read(f"tokens/{UNIT}.parquet") == b"rows"


@pytest.fixture
def store(s3: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty workspace in a store, of which this process has read nothing."""
    monkeypatch.setattr(bundled, "_held", bundles.Cache())
    return in_s3(s3, f"markers/{request.node.name}/work")


@pytest.fixture
def requests(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the objects that are read from the store, from now on."""
    found: list[str] = []
    plain = store.fs.cat_file

    def counted(path: str, *args: object, **named: object) -> bytes:
        found.append(path.partition("/work/")[2])
        return plain(path, *args, **named)

    monkeypatch.setattr(store.fs, "cat_file", counted)
    return found


def commit(store: Store, folder: Path, name: str, content: bytes = b"rows", **result: object) -> Mapping[str, object]:
    (folder / "made").write_bytes(content)
    return markers.write_unit(store, "units/tokenize", name, result, {f"tokens/{name}.parquet": folder / "made"})


def test_the_first_of_two_attempts_stays_whatever_mix_the_second_is_for(store, tmp_path, monkeypatch):
    assert commit(store, tmp_path, UNIT, b"one", axes="a") == {"axes": "a"}
    assert commit(store, tmp_path, UNIT, b"other", axes="b") == {"axes": "a"}
    monkeypatch.setattr(bundled, "_held", bundles.Cache())
    assert markers.read_unit(store, "units/tokenize", UNIT) == {"axes": "a"}
    assert store.read(f"tokens/{UNIT}.parquet") == b"one"


def test_a_unit_with_a_bundle_and_a_marker_counts_once(store, tmp_path):
    commit(store, tmp_path, UNIT, documents=3)
    markers.write(store, "units/tokenize", UNIT, {"documents": 3})
    markers.write_together(store, "units/tokenize", {UNIT: {"documents": 3}, OTHER: {"documents": 1}})
    found = list(markers.written(store, "units/tokenize", {UNIT, OTHER}))
    assert found == [(UNIT, {"documents": 3}), (OTHER, {"documents": 1})]


def test_phases_look_into_no_bundle(store, tmp_path, requests):
    commit(store, tmp_path, UNIT, documents=3)
    bundled._held.drop((store.address, f"bundles/{UNIT}.bundle"))
    assert list(markers.written(store, "dedup/x/tables", {UNIT})) == []
    assert requests == []
    assert dict(markers.written(store, "units/tokenize", {UNIT})) == {UNIT: {"documents": 3}}
    assert requests == [f"bundles/{UNIT}.bundle"]


def test_of_more_units_than_a_process_keeps_the_indexes_alone_are_read(store, tmp_path, monkeypatch):
    commit(store, tmp_path, UNIT, bytes(3000), documents=3)
    commit(store, tmp_path, OTHER, bytes(3000), documents=4)
    monkeypatch.setattr(bundled, "_held", bundles.Cache())
    monkeypatch.setattr(bundles, "CACHE_BYTES", 4000)
    monkeypatch.setattr(bundles, "INDEX_BYTES", 1000)
    found = dict(markers.written(store, "units/tokenize", {UNIT, OTHER}))
    assert found == {UNIT: {"documents": 3}, OTHER: {"documents": 4}}
    assert bundled._held._bytes == 0


def test_a_broken_bundle_is_named_is_not_done_and_is_written_again(store, tmp_path, monkeypatch, caplog):
    commit(store, tmp_path, UNIT, documents=3)
    at = f"bundles/{OTHER}.bundle"
    for content in (b"", b"cut off", b"x" * 8 + bundles._END.pack(8, bundles._MAGIC)):
        store.publish(at, content)
        caplog.clear()
        assert dict(markers.written(store, "units/tokenize", {UNIT, OTHER})) == {UNIT: {"documents": 3}}
        assert f"{store.url}/{at} is no whole bundle" in caplog.text
        with pytest.raises(BrokenBundle, match="delete it"):
            store.open(f"tokens/{OTHER}.parquet")
    assert commit(store, tmp_path, OTHER, b"whole", documents=1) == {"documents": 1}
    assert dict(markers.written(store, "units/tokenize", {OTHER})) == {OTHER: {"documents": 1}}
    assert store.read(f"tokens/{OTHER}.parquet") == b"whole"


def test_a_bundle_shorter_than_its_index_says_is_named(store, tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "TAIL_BYTES", 600)
    commit(store, tmp_path, UNIT, bytes(3000), documents=3)
    at = f"bundles/{UNIT}.bundle"
    store.publish(at, store.read(at)[2900:])
    with pytest.raises(BrokenBundle, match=rf"{UNIT}.bundle is no whole bundle"):
        store.read(f"tokens/{UNIT}.parquet")


def test_what_is_deleted_or_replaced_is_not_remembered(store, tmp_path):
    name, at = f"tokens/{UNIT}.parquet", f"bundles/{UNIT}.bundle"
    for delete in (store.delete, lambda name: store.delete_all([name])):
        commit(store, tmp_path, UNIT, documents=3)
        assert store.exists(name)
        delete(at)
        assert not store.exists(name)
        assert markers.read_unit(store, "units/tokenize", UNIT) is None


def test_a_file_that_lies_apart_exists_as_long_as_it_does(store, tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "APART_BYTES", 2)
    commit(store, tmp_path, UNIT, documents=3)
    assert store.exists(f"tokens/{UNIT}.parquet")
    store.delete(f"tokens/{UNIT}.parquet")
    assert not store.exists(f"tokens/{UNIT}.parquet")


def test_the_same_bucket_elsewhere_is_another_store(store, tmp_path):
    commit(store, tmp_path, UNIT, documents=3)
    elsewhere = replace(store, options={**store.options, "endpoint_url": "http://127.0.0.1:1"})
    assert bundled._held.get((elsewhere.address, f"bundles/{UNIT}.bundle")) is None
    assert bundled._held.get((store.address, f"bundles/{UNIT}.bundle")) is not None


def test_a_file_of_a_bundle_is_read_within_its_limit(store, tmp_path):
    commit(store, tmp_path, UNIT, documents=3)
    assert store.read(f"tokens/{UNIT}.parquet", most_bytes=4) == b"rows"
    with pytest.raises(StorageError, match="larger than 3 bytes"):
        store.read(f"tokens/{UNIT}.parquet", most_bytes=3)


def test_sizes_in_bundles_are_read_once_a_unit(store, tmp_path, monkeypatch, requests):
    names = [f"keys/{unit}.{kind}.arrow" for unit in (UNIT, OTHER) for kind in ("text", "url")]
    (tmp_path / "made").write_bytes(b"rows")
    for unit in (UNIT, OTHER):
        markers.write_unit(
            store, "units/ingest", unit, {}, dict.fromkeys([n for n in names if unit in n], tmp_path / "made")
        )
    monkeypatch.setattr(bundled, "_held", bundles.Cache())
    assert sizes(store, "keys", names) == dict.fromkeys(names, 4)
    assert sorted(requests) == sorted(f"bundles/{unit}.bundle" for unit in (UNIT, OTHER))
    with pytest.raises(FileNotFoundError, match="missing although its unit is committed"):
        sizes(store, "keys", [f"keys/{'0' * 32}.url.arrow"])
