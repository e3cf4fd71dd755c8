"""Markers: what a unit wrote and returned, read back few ahead of who takes them."""

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files import markers

UNIT = "00112233445566778899aabbccddeeff"


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
