"""A reader is one file: put into the folder, it is found, recognised and read without a change elsewhere."""

import json

import pytest

from corpusmill.operators import load, readers, sniff
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.pipeline.config.base import formats
from corpusmill.pipeline.run.doubled import is_archive
from tests.contract.files import gz, read, reader_of
from tests.support.pages import block

PAGE = "how-to/add-a-reader.md"
OWN = '''
from dataclasses import dataclass
from typing import ClassVar

from corpusmill.operators.file_format import FileFormat
from corpusmill.operators.readers.jsonl import Jsonl


@dataclass(frozen=True, kw_only=True)
class Feed(Jsonl):
    """JSON lines of a feed, whose records have addresses."""

    format: ClassVar[FileFormat] = FileFormat(title="feed", archive=True)
'''


def forget():
    load.names.cache_clear()
    sniff.readers.cache_clear()


@pytest.fixture
def tsv(tmp_path, monkeypatch):
    (tmp_path / "tsv.py").write_text(block(PAGE, "operators/readers/tsv.py"))
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(tmp_path)])
    forget()
    yield json.loads(block(PAGE, "tests/golden/readers/readers.tsv.json"))["bytes"].encode()
    monkeypatch.undo()
    forget()


def test_the_reader_of_the_page_is_a_format_by_its_file_alone(tsv):
    assert "tsv" in formats.formats()
    assert formats.format_of("a/*.tsv.gz") == "tsv"
    assert sniff.sniff("a.tsv", tsv).reader == "readers.tsv"
    told = sniff.sniff("a.tsv", b"PAR1").error
    assert told is not None
    assert told.startswith("a.tsv: named like tab-separated lines, but holds Parquet")
    assert "tfrecord, tsv, warc" in str(sniff.sniff("data", b"").error)


@pytest.mark.parametrize("cut", range(20))
def test_the_reader_of_the_page_keeps_the_contract(tsv, cut):
    reader = reader_of("readers.tsv", {})
    rows = read(reader, tsv)
    assert [(row["source_id"], row["text"], row["failure"]) for row in rows] == [
        ("a", "one", None),
        ("b", "two", None),
        (None, None, "no_tab"),
    ]
    cut = min(cut, len(tsv))
    parts = [*read(reader, tsv, Span(0, cut)), *read(reader, tsv, Span(cut, len(tsv)))]
    assert sum(row["length"] for row in parts) == len(tsv)
    assert [row for row in parts if row["skipped"] != OTHER_SPAN] == rows
    packed = [row for row in read(reader, gz(tsv)) if row["skipped"] is None]
    assert [row["text"] for row in packed] == ["one", "two", None]


def test_a_class_of_the_users_own_declares_its_files_too(tmp_path, monkeypatch):
    (tmp_path / "my_feed_reader.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    assert is_archive("my_feed_reader.Feed")
    assert not is_archive("readers.jsonl")
    assert {name for name in sniff.readers() if is_archive(name)} == {"readers.warc", "readers.wet", "readers.arc"}
    assert sniff.sniff("a.feed", b'{"text": "a"}', "my_feed_reader.Feed").reader == "my_feed_reader.Feed"


def test_no_two_readers_claim_a_suffix():
    claimed = [suffix for cls in sniff.readers().values() for suffix in cls.format.suffixes]
    assert len(claimed) == len(set(claimed))
