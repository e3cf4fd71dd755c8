"""Datasets of a hub are listed and read by huggingface_hub itself, from a server here that speaks the hub's API."""

import io
import re

import fsspec
import pytest

from corpusmill.cluster.filesystems import filesystem, missing_package
from corpusmill.cluster.first_word import FirstWord
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.inputs.paths import named
from corpusmill.pipeline.preflight.survey import looks
from tests.support.hub import TOKEN, Repository, blob_id, served

FILES = {
    "README.md": b"# A dataset",
    "data/train-0.jsonl": b'{"text": "one two"}\n' * 5000,
    "data/train-1.jsonl": b'{"text": "three"}\n',
    "data/deep/x.jsonl": b'{"text": "deep"}\n',
}


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    open_, private, gated = (Repository(dict(FILES), private=k == 1, gated=k == 2) for k in range(3))
    with served({"o/open": open_, "o/private": private, "o/gated": gated}) as found:
        yield found


def found_at(hub, path):
    spec = InputSpec(source="s", paths=(path,), storage={"endpoint": hub.endpoint})
    return named(path, spec, FirstWord())


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("hf://datasets/o/open", ["data/deep/x.jsonl", "data/train-0.jsonl", "data/train-1.jsonl"]),
        ("hf://datasets/o/open/data/*.jsonl", ["data/train-0.jsonl", "data/train-1.jsonl"]),
        ("hf://datasets/o/open@v1/data/deep", ["data/deep/x.jsonl"]),
        ("hf://datasets/o/open/data/train-1.jsonl", ["data/train-1.jsonl"]),
    ],
)
def test_files_are_listed_with_their_size_and_the_id_of_their_content(hub, path, names):
    found = found_at(hub, path)
    assert found.wrong == []
    root = "hf://datasets/o/open@v1/" if "@" in path else "hf://datasets/o/open/"
    expected = [(root + name, len(FILES[name]), blob_id(FILES[name])) for name in names]
    assert [(f.uri, f.size, f.etag) for f in found.files] == expected


@pytest.mark.thorough
def test_parts_of_a_file_are_read_alone(hub):
    fs = filesystem("hf://datasets/o/open", {"endpoint": hub.endpoint})
    with fs.open("hf://datasets/o/open/data/train-0.jsonl", "rb", block_size=1000) as file:
        assert file.seek(0, io.SEEK_END) == 100_000
        file.seek(50_000)
        assert file.read(8) == b'{"text":'


@pytest.mark.thorough
def test_a_file_that_changed_is_seen_without_another_process(hub):
    before = found_at(hub, "hf://datasets/o/open/data/train-1.jsonl")
    hub.repositories["o/open"].files["data/train-1.jsonl"] = b'{"text": "other"}\n'
    after = found_at(hub, "hf://datasets/o/open/data/train-1.jsonl")
    assert before.files[0].etag != after.files[0].etag


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("hf://datasets/o/none/*.jsonl", "the hub has no dataset 'o/none', or it is private; .*set HF_TOKEN"),
        ("hf://datasets/o/private/data/*.jsonl", "the hub has no dataset 'o/private', or it is private"),
        ("hf://datasets/o/open@v9/data/*.jsonl", "dataset 'o/open' has no revision 'v9'"),
        ("hf://datasets/o/open/data/none.jsonl", "there is no such file or folder"),
        ("hf://datasets/o/open/none/*.jsonl", "matches no file"),
        ("hf://o/open/data/train-0.jsonl", r"there is no model 'o/open'; datasets are at 'hf://datasets/OWNER/NAME"),
    ],
)
def test_what_is_not_there_is_said_with_what_to_do(hub, path, message):
    (told,) = found_at(hub, path).wrong
    assert told.startswith(repr(path))
    assert told.count("hf://datasets/o") <= 1
    assert re.search(message, told), told


@pytest.mark.thorough
def test_a_token_opens_what_is_private(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert len(found_at(hub, "hf://datasets/o/private/data/*.jsonl").files) == 2


@pytest.mark.thorough
def test_a_dataset_behind_terms_is_said_before_it_is_read(hub):
    found = found_at(hub, "hf://datasets/o/gated/data/train-1.jsonl")
    spec = InputSpec(source="s", paths=("hf://datasets/o/gated",), storage={"endpoint": hub.endpoint})
    (looked,) = looks(found.files, spec).values()
    assert "only for those who agreed to its terms" in str(looked.error)


def test_without_the_extra_it_is_named(monkeypatch):
    def lacks(protocol):
        raise ImportError("Install huggingface_hub to access HfFileSystem")

    monkeypatch.setattr(fsspec, "get_filesystem_class", lacks)
    told = missing_package("hf://datasets/o/open/a.jsonl")
    assert told == "hf:// needs a package that is not installed: pip install 'corpusmill[hf]'"
