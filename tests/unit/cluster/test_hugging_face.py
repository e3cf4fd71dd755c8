"""Files of Hugging Face repositories are told from each other by git's id of their content."""

import fsspec

from corpusmill.cluster.filesystems import filesystem, protocol_of
from corpusmill.cluster.storage import etag_of

ADDRESS = "hf://datasets/owner/name@main/data/train-00000.parquet"


def test_an_address_has_the_file_system_of_its_library():
    found = filesystem(ADDRESS)
    assert type(found).__name__ == "HfFileSystem"
    assert fsspec.get_filesystem_class(protocol_of(ADDRESS))._strip_protocol(ADDRESS) == ADDRESS.removeprefix("hf://")


def test_content_of_the_same_size_is_another_file():
    before, after = ({"name": "a", "size": 3, "type": "file", "blob_id": blob} for blob in ("0a", "0b"))
    assert etag_of(before) != etag_of(after)
