"""A list of paths in a store: few requests a line, many lines at once, and the same answer as path by path."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
import s3fs

from corpusmill.cluster.filesystems import S3_CONNECTIONS
from corpusmill.cluster.first_word import FirstWord
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.inputs.paths import Named, named

FILES = tuple(f"lists/data/{i:02}.wet" for i in range(2 * S3_CONNECTIONS))


class Requests:
    """What the store was asked, by method, and how much of it at once."""

    def __init__(self) -> None:
        self.methods: Counter[str] = Counter()
        self.now = self.most = 0


@pytest.fixture
def store(s3: str, monkeypatch: pytest.MonkeyPatch) -> s3fs.S3FileSystem:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    fs = s3fs.S3FileSystem(endpoint_url=s3, use_listings_cache=False)
    fs.pipe({f"test/{name}": b"WARC/1.0\r\n" for name in FILES})
    return fs


@pytest.fixture
def requests(store: s3fs.S3FileSystem, monkeypatch: pytest.MonkeyPatch) -> Requests:
    """Filled from here on; each answer takes 20 ms more than it would."""
    told, call = Requests(), s3fs.S3FileSystem._call_s3

    async def counted(fs: s3fs.S3FileSystem, method: str, *more: Any, **named: Any) -> Any:
        told.methods[method] += 1
        told.now += 1
        told.most = max(told.most, told.now)
        try:
            await asyncio.sleep(0.02)
            return await call(fs, method, *more, **named)
        finally:
            told.now -= 1

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", counted)
    return told


def named_in_list(s3: str, store: s3fs.S3FileSystem, lines: Sequence[str]) -> Named:
    store.pipe("test/lists/wet.paths", "\n".join(lines).encode())
    return look("s3://test/lists/wet.paths", s3)


def look(path: str, s3: str) -> Named:
    spec = InputSpec(source="a", paths=(path,), prefix="s3://test/", format="wet", storage={"endpoint_url": s3})
    return named(path, spec, FirstWord())


@pytest.mark.thorough
def test_a_line_is_one_request_and_many_are_sent_at_once(s3, store, requests):
    found = named_in_list(s3, store, FILES)
    assert not found.wrong
    of_the_list = Counter(head_bucket=1, get_object=1, put_object=1)
    assert requests.methods - of_the_list <= Counter(head_object=len(FILES) + 1)  # s3fs asks for the size of the list
    assert S3_CONNECTIONS / 2 < requests.most <= S3_CONNECTIONS


@pytest.mark.thorough
def test_lines_give_what_their_paths_give_in_their_order(s3, store):
    lines = [*FILES[::-3], "lists/data/", "lists/none/", FILES[1], "lists/data/0*.wet", "lists/data", "lists/no*"]
    lines += [f"lists/no-{i}.wet" for i in (2, 1)]
    store.pipe("test/lists/inner.paths", "\n".join(FILES[5:2:-1]).encode())
    lines.insert(3, "lists/inner.paths")
    found, each = named_in_list(s3, store, lines), [look(f"s3://test/{line}", s3) for line in lines]
    assert found.files == [file for one in each for file in one.files]
    assert found.wrong == [told for one in each for told in one.wrong]
    assert len(found.wrong) == 4
