"""A file with other content has another tag, though its size and its time are the same."""

import os
from pathlib import Path

import pytest

from corpusmill.cluster.content_tag import BLOCK_BYTES, BLOCKS, content_tag, digest_of_places, places
from corpusmill.cluster.filesystems import filesystem
from corpusmill.pipeline.inputs.files import find
from tests.unit.pipeline.test_inputs import InputSpec


def tag(file: Path, address: str = "{}") -> str:
    fs = filesystem(address.format(file))
    return content_tag(fs, fs.info(str(file)))


@pytest.mark.parametrize("size", [1, 1000, BLOCKS * BLOCK_BYTES, 5_000_000])
@pytest.mark.parametrize("at", [0.0, 1.0])
def test_a_byte_at_either_end(tmp_path, size, at):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"a" * size)
    before, status = tag(file), os.stat(file)
    with file.open("r+b") as changed:
        changed.seek(int(at * (size - 1)))
        changed.write(b"b")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert os.stat(file).st_mtime_ns == status.st_mtime_ns
    assert tag(file) != before
    assert tag(file, "file://{}") == tag(file)


def test_every_byte_of_a_small_file_is_looked_at():
    size = BLOCKS * BLOCK_BYTES
    assert [byte for start in places(size) for byte in (start, start + BLOCK_BYTES)][1:-1:2] == places(size)[1:]


def test_what_leaves_the_content_leaves_the_tag(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text("{}\n")
    before = tag(file)
    file.chmod(0o600)
    os.link(file, tmp_path / "link")
    assert tag(file) == before


def test_a_file_that_cannot_be_read_is_listed(tmp_path):
    assert digest_of_places(str(tmp_path / "nowhere")) == "unread"


def test_a_listing_has_the_tags_of_single_files(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.jsonl").write_text(f'{{"text": "{n}"}}\n')
    spec = InputSpec(source="s", paths=(f"{tmp_path}/", f"file://{tmp_path}/"))
    for path in spec.paths:
        found = find([((), path, spec)]).files
        assert [f.etag for f in found] == [tag(tmp_path / f"{n}.jsonl") for n in range(3)]
