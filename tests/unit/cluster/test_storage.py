"""A payload is published whole or not at all; a listing shows what is finished."""

import os
from pathlib import Path

import pytest

from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store, etag_of
from corpusmill.errors import StorageError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def test_what_was_published_can_be_read_and_listed(store):
    store.publish("a/b.txt", b"one")
    store.publish("a/c.txt", b"three")
    assert store.read("a/b.txt") == b"one"
    assert [(f.uri, f.size) for f in store.files("a")] == [("a/b.txt", 3), ("a/c.txt", 5)]


def test_a_folder_that_is_not_there_lists_nothing(store):
    assert store.files("nowhere") == []
    assert not store.exists("nowhere")


def test_publishing_again_replaces(store):
    store.publish("a", b"old")
    store.publish("a", b"new")
    assert store.read("a") == b"new"


def test_a_file_is_published_as_it_lies(store, tmp_path):
    local = tmp_path / "local"
    local.write_bytes(b"x" * 100)
    store.publish_file("copy", local)
    assert store.read("copy") == b"x" * 100


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(store, monkeypatch):
    store.publish("a", b"old")

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(OSError, match="No space"):
        store.publish("a", b"new")
    assert store.read("a") == b"old"
    assert store.unfinished() == []


def test_a_write_cut_off_before_its_rename_is_unfinished_and_not_listed(store):
    store.publish("a", b"old")
    Path(store.path("a.0123.unfinished")).write_bytes(b"half")
    assert [f.uri for f in store.files()] == ["a"]
    assert [f.uri for f in store.unfinished()] == ["a.0123.unfinished"]


def test_only_the_first_creates(store):
    assert store.create("lease", b"mine")
    assert not store.create("lease", b"yours")
    assert store.create("lease", b"mine"), "a reply that was lost is settled by what lies there"
    assert store.read("lease") == b"mine"


def test_what_was_deleted_before_it_could_be_compared_was_not_created(store, monkeypatch):
    store.create("lease", b"mine")
    monkeypatch.setattr(Store, "read", lambda self, name: self.fs.cat_file(self.path("gone")))
    assert not store.create("lease", b"mine")


def test_deleting_twice_is_no_error(store):
    store.publish("a", b"x")
    store.delete("a")
    store.delete("a")
    assert not store.exists("a")


def test_a_missing_file_is_named(store):
    with pytest.raises(FileNotFoundError, match="gone"):
        store.read("gone")


def test_an_etag_changes_with_the_content(store):
    store.publish("a", b"one")
    first = store.files()[0].etag
    store.publish("a", b"two, longer")
    assert store.files()[0].etag != first
    assert etag_of({"ETag": '"abc"', "size": 1}) == "abc"


def test_an_address_of_no_kind_is_named():
    with pytest.raises(StorageError, match="nosuch://x"):
        filesystem("nosuch://x")
