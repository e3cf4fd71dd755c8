"""Which version readers see: by one small object, whatever the store; what is deleted, and what never is."""

import json
from types import SimpleNamespace

import pytest

import corpusmill
from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset, RowNotFound
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.latest import Pointer, folder_store, point
from corpusmill.pipeline.versions import publishing
from corpusmill.pipeline.versions.publishing import move_pointer, next_folder, retire


@pytest.fixture
def output(tmp_path) -> Store:
    return Store(str(tmp_path / "out"))


def version(output: Store, folder: str, tokens: int = 10, slot: str | None = None) -> None:
    store = folder_store(output, folder)
    store.publish("_manifest.json", json.dumps({"tokens": tokens, "parts": [], "name": "j"}).encode())
    if folder:
        store.publish(latest.VERSION, json.dumps({"slot": slot, "packing": folder}).encode())


def run_on(output: Store) -> SimpleNamespace:
    return SimpleNamespace(output=output, lease=SimpleNamespace(check=lambda: None))


def test_a_dataset_without_a_pointer_is_the_folder_itself(output):
    version(output, "")
    assert latest.latest(output) == output
    assert corpusmill.open_dataset(output.url).manifest["tokens"] == 10


def test_the_pointer_decides_and_a_version_can_be_named(output):
    version(output, "v0001", 10, slot="2026-09")
    version(output, "v0002", 20, slot="2026-10")
    point(output, Pointer(folder="v0001"))
    output.publish(latest.TAGS, b'{"release": "v0002"}')
    assert corpusmill.open_dataset(output.url).manifest["tokens"] == 10
    for name in ("v0002", "release", "2026-10", "newest"):
        assert corpusmill.open_dataset(output.url, version=name).manifest["tokens"] == 20
    with pytest.raises(RowNotFound, match=r"no version .v0009.; there are: v0001, v0002"):
        corpusmill.open_dataset(output.url, version="v0009")


def test_before_the_first_version_is_whole_there_is_no_dataset(output):
    point(output, Pointer(folder=None))
    with pytest.raises(InvalidDataset, match=r"no version of .* is finished yet"):
        corpusmill.open_dataset(output.url)


@pytest.mark.parametrize("folder", ["../elsewhere", "/etc", "v1", 7])
def test_a_pointer_leads_nowhere_but_to_a_version(output, folder):
    output.publish("latest.json", json.dumps({"folder": folder}).encode())
    with pytest.raises(InvalidDataset, match="names no version"):
        latest.latest(output)


def test_a_version_that_was_begun_is_continued(output):
    assert next_folder(output) == "v0001"
    version(output, "v0001")
    folder_store(output, "v0002").publish("part.unfinished.txt", b"")
    assert next_folder(output) == "v0002"
    version(output, "v0002")
    assert next_folder(output) == "v0003"
    folder_store(output, "v0003").publish("_manifest.json", b"{}")  # cut off before its record was written
    assert next_folder(output) == "v0003"


def test_a_held_pointer_stays_and_one_that_lost_too_much_is_not_followed(output):
    for folder, tokens in (("v0001", 100), ("v0002", 40), ("v0003", 120)):
        version(output, folder, tokens)
    point(output, Pointer(folder="v0001"))
    assert "more than `versions.max_shrink` (50%) lost" in (move_pointer(run_on(output), "v0002", max_shrink=0.5) or "")
    assert latest.latest(output).url.endswith("v0001")
    point(output, Pointer(folder="v0001", held=True, reason="rolled back"))
    assert move_pointer(run_on(output), "v0003", max_shrink=0.5) == "latest is held at v0001: rolled back"
    point(output, Pointer(folder="v0001"))
    assert move_pointer(run_on(output), "v0003", max_shrink=0.5) is None
    assert latest.latest(output).url.endswith("v0003")


def test_old_versions_go_but_not_the_latest_nor_the_tagged(output):
    for number in range(1, 7):
        version(output, f"v{number:04d}")
    point(output, Pointer(folder="v0002"))
    output.publish(latest.TAGS, b'{"release": "v0001"}')
    assert retire(run_on(output), keep=2) == ["v0003", "v0004"]
    assert latest.finished(output) == ["v0001", "v0002", "v0005", "v0006"]
    assert latest.folders(output) == ["v0001", "v0002", "v0005", "v0006"]


def test_a_dataset_that_was_there_before_stays_and_can_be_restored(output):
    version(output, "", 5)
    before = output.read("_manifest.json")
    publishing.begin(run_on(output))
    assert latest.latest(output) == output
    version(output, "v0001", 50)
    move_pointer(run_on(output), "v0001", max_shrink=0.5)
    assert corpusmill.open_dataset(output.url).manifest["tokens"] == 50
    assert latest.named(output, "v0000") == ""
    assert output.read("_manifest.json") == before
