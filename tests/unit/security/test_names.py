"""Names that are read back from storage are names of files inside their folder, or nothing is done with them."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidCutsFile, InvalidDataset, StorageError
from corpusmill.operators.mix.cuts.cuts_file import from_npz
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.files import latest, markers
from corpusmill.pipeline.files import manifest as manifests
from corpusmill.pipeline.files.manifest import read_manifest

OUTSIDE = ["../evil", "a/../../evil", "/tmp/evil", "..", "a\\..\\evil", "a\x00b", "a\nb"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_file_outside_its_folder_is_touched(tmp_path, name):
    store = Store(str(tmp_path / "inside"))
    for act in (store.read, store.open, store.exists, store.delete, lambda n: store.publish(n, b"x")):
        with pytest.raises(StorageError, match="is no name of a file inside"):
            act(name)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def dataset(folder, **changes):
    part = {"name": "part-00000-of-00001.parquet", "bytes": 1, "documents": 1, "sequences": 1, "tokens": 1}
    told = {"name": "small", "parts": [part], **changes}
    (folder / "_manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return Store(str(folder))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "../../small"}, "the dataset's name is '../../small'"),
        ({"name": "/tmp/small"}, "the dataset's name is '/tmp/small'"),
        ({"parts": [{"name": "../part.parquet"}]}, "part 0 is named '../part.parquet'"),
        ({"parts": [{"name": "/etc/part.parquet"}]}, "part 0 is named '/etc/part.parquet'"),
        ({"parts": [{"name": "a.parquet", "sequences": -1}]}, "part 0 says -1 sequences"),
        ({"parts": [{"name": 3}]}, "part 0 is named 3"),
        ({"parts": "part"}, "it has no list of parts"),
    ],
)
@pytest.mark.parametrize("command", [["verify"], ["export", "npy", "--out", "exported"]], ids=["verify", "export"])
def test_a_manifest_that_names_a_place_outside_is_refused_by_every_command(
    tmp_path, monkeypatch, command, changes, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    dataset(tmp_path / "data", **changes)
    done = CliRunner().invoke(main, [*command, "data"])
    assert done.exit_code == 3, done.output
    assert words in done.output
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["_manifest.json"]


def test_a_valid_manifest_is_read(tmp_path):
    assert read_manifest(dataset(tmp_path))["name"] == "small"


def test_a_manifest_beyond_its_bound_is_not_read_whole(tmp_path, monkeypatch):
    store = dataset(tmp_path)
    monkeypatch.setattr(manifests, "MOST_BYTES", 20)
    with pytest.raises(StorageError, match="larger than 20 bytes"):
        read_manifest(store)


def test_json_of_any_depth_is_an_error_in_words(tmp_path):
    (tmp_path / "_manifest.json").write_text('{"parts":' + "[" * 200_000)
    (tmp_path / "marker.json").write_text("[" * 200_000)
    with pytest.raises(InvalidDataset, match="cannot be read"):
        read_manifest(Store(str(tmp_path)))
    assert markers.read(Store(str(tmp_path)), "marker.json") is None


def test_pickled_objects_are_not_loaded(tmp_path):
    np.savez(tmp_path / "cuts.npz", format=np.array({"an": "object"}, object))
    with pytest.raises(InvalidCutsFile):
        from_npz((tmp_path / "cuts.npz").read_bytes())


DEEP = "[" * 200_000


@pytest.mark.parametrize("folder", ["../evil", "/tmp/evil", "v1", "v0001/../../evil", 3])
@pytest.mark.parametrize(
    "command", [["verify"], ["versions"], ["diff", "data"], ["export", "npy", "--out", "exported"]]
)
def test_a_pointer_that_leads_outside_is_refused_by_every_command(tmp_path, monkeypatch, command, folder):
    monkeypatch.chdir(tmp_path)
    for name in ("data", "evil"):
        (tmp_path / name).mkdir()
        dataset(tmp_path / name)
    (tmp_path / "data" / latest.POINTER).write_text(json.dumps({"folder": folder}))
    done = CliRunner().invoke(main, [*command, "data"])
    assert done.exit_code == 3, done.output
    assert "latest.json names no version" in done.output


@pytest.mark.parametrize("content", [DEEP, "[]", "{", "3"])
def test_pointers_tags_and_records_of_any_content_are_errors_in_words_or_nothing(tmp_path, content):
    store = Store(str(tmp_path))
    for name in (latest.POINTER, latest.TAGS, f"v0001/{latest.VERSION}"):
        store.publish(name, content.encode())
    with pytest.raises(InvalidDataset, match=r"latest\.json"):
        latest.pointer_of(store)
    assert latest.tags_of(store) == {}
    assert latest.record_of(store, "v0001") == {}
