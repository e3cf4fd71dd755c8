"""Inputs that are symbolic links, as the cache of the Hugging Face hub and shared disks have them."""

import os
from pathlib import Path

import pytest

from corpusmill.pipeline.inputs.paths import InputFile
from tests.unit.pipeline.test_inputs import found, wrong


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder with a link to a file in another."""
    (tmp_path / "blobs").mkdir()
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "blobs" / "5f3a").write_text('{"text": "some words"}\n')
    (tmp_path / "snapshot" / "a.jsonl").symlink_to(tmp_path / "blobs" / "5f3a")
    return tmp_path


def only(*paths: str) -> InputFile:
    files = found(*paths)
    assert not files.problems
    (file,) = files.files
    return file


@pytest.mark.parametrize("path", ["snapshot/a.jsonl", "snapshot/", "snapshot/*.jsonl", "**/*.jsonl"])
def test_a_link_is_the_file_that_it_leads_to(linked, path):
    file = only(f"{linked}/{path}")
    assert Path(file.uri).name == "a.jsonl"
    assert file.size == (linked / "blobs" / "5f3a").stat().st_size


def test_a_change_behind_a_link_is_seen(linked):
    before = only(f"{linked}/snapshot/")
    (linked / "blobs" / "5f3a").write_text('{"text": "other words"}\n')
    os.utime(linked / "blobs" / "5f3a", (1, 1))
    assert only(f"{linked}/snapshot/").etag != before.etag


@pytest.mark.parametrize("path", ["snapshot/", "snapshot/*.jsonl"])
def test_a_link_to_nothing_is_told(linked, path):
    (linked / "blobs" / "5f3a").unlink()
    (told,) = wrong(f"{linked}/{path}")
    assert "a.jsonl is a link to what is not there" in told


@pytest.mark.parametrize("path", ["", "/**/*.jsonl", "/*/*.jsonl"])
def test_a_link_to_a_folder_is_told_and_not_followed(linked, path):
    (linked / "more").symlink_to(linked / "snapshot")
    (told,) = wrong(f"{linked}{path}")
    assert "more is a link to a folder, which is not followed; give it a path of its own" in told
    assert Path(only(f"{linked}/more/").uri).name == "a.jsonl"
    assert Path(only(f"{linked}/more/*.jsonl").uri).name == "a.jsonl"
