"""Records of real and of made archives against warcio and fastwarc."""

import io
from collections import Counter

import pyarrow as pa
import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.arc_head import ARC
from corpusmill.operators.readers.framing.archive import framed
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.warc_head import WARC
from tests.contract.files import PACKS, each, reader_of, warc_records

# Where the counts are neither warcio's nor fastwarc's, or one of them fails: what is read here, and why.
EXPLAINED = {
    "example-trunc.warc": (
        {"warcinfo": 2, "request": 1, "failed": 1},
        "the response's block is shorter than its Content-Length; both others count it and lose the rest or stop",
    ),
    "example-space-in-url.arc": (
        {"filedesc": 1, "failed": 1},
        "the record says 1,591 bytes and the file ends after 1,579; warcio gives the short page without a word",
    ),
    "bad.arc": ({"failed": 1}, "lengths of -1 and 'abc', and one record of one line end between them: no page in it"),
    "format__arc__IAH-20080430204825-00000-blackbook-truncated.arc": (
        {"filedesc": 1, "response": 8},
        "the line ends between its records are missing: warcio skips them and stops",
    ),
    "example-bad-non-chunked.warc.gz": (
        {"warcinfo": 2, "response": 1, "request": 2, "revisit": 1},
        "all records in one gzip member: as fastwarc; warcio refuses",
    ),
    "example-bad.warc.gz.bad": (
        {"warcinfo": 1, "response": 2, "request": 2, "revisit": 1},
        "as fastwarc; warcio refuses",
    ),
    "example-wrong-chunks.warc.gz": ({"response": 1, "request": 1}, "as fastwarc; warcio stops"),
    "block-sized-records.warc.lz4": ({"unknown": 3}, "as fastwarc; warcio reads no LZ4"),
    "format__gzip__double-single-inflate-error.gz": ({"failed": 1}, "no record: both others raise"),
    "format__gzip__empty.gz": ({}, "a gzip of nothing, not in the table: no record, one skipped row `empty_member`"),
    "CC-MAIN-2024-22.warc.paths.gz": ({"failed": 1}, "a list of paths, not in the table: no record"),
    "format__gzip__hi.gz": ({"failed": 1}, "no record: both others raise"),
    "format__gzip__hi-2.gz": ({"failed": 1}, "no record: both others raise"),
    "format__gzip__abcd.gz": ({"failed": 1}, "no record: both others raise"),
}


def counts(path) -> dict[str, int]:
    data = path.read_bytes()
    grammar = ARC if ".arc" in path.name else WARC
    found = list(framed(Stored(io.BytesIO(data)), Span(0, len(data)), grammar, 1 << 26))
    assert sum(record.length for record in found) == len(data)
    return dict(Counter("failed" if r.failure else r.head.kind for r in found if r.head or r.failure))


def cell(column: str) -> dict[str, int] | None:
    """A cell of the table; None where the peer gave up."""
    if "EXC" in column:
        return None
    kinds = dict(pair.split(":") for pair in column.split(",") if pair)
    return {"filedesc" if kind == "arc_header" else kind: int(n) for kind, n in kinds.items()}


def test_forty_awkward_files_are_counted_as_others_do_or_the_reason_is_here(corpora):
    lines = (corpora / "realwarc" / "EXPECTED.tsv").read_text().splitlines()[1:]
    table = {line.split("\t")[0].rpartition("/")[2]: line.split("\t")[2:] for line in lines}
    paths = sorted((corpora / "realwarc").glob("*/*"))
    assert len(paths) == 40
    explained = set()
    for path in paths:
        found = counts(path)
        if path.name in EXPLAINED:
            explained.add(path.name)
            assert found == EXPLAINED[path.name][0], path.name
        else:
            peers = [kinds for kinds in map(cell, table[path.name]) if kinds is not None]
            assert peers, f"{path.name}: both peers fail; say here what is right"
            assert all(found == kinds for kinds in peers), path.name
    assert explained == set(EXPLAINED)


def read_table(name, data):
    return pa.Table.from_batches(reader_of(name, {})(io.BytesIO(data), Span(0, len(data)))).to_pylist()


def by_warcio(data):
    """URL and body of every answer 200, decoded by warcio."""
    return [
        (record.rec_headers.get_header("WARC-Target-URI").strip("<>"), record.content_stream().read())
        for record in ArchiveIterator(io.BytesIO(data))
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200"
    ]


def by_fastwarc(data):
    iterator = FastIterator(io.BytesIO(data), record_types=WarcRecordType.response, auto_decode="all")
    return [(r.headers.get("WARC-Target-URI").strip("<>"), r.reader.read()) for r in iterator if
            r.http_headers.status_code == 200]  # fmt: skip


@pytest.mark.parametrize("peer", [by_warcio, by_fastwarc])
def test_pages_of_a_real_crawl_are_the_peers_byte_for_byte(corpora, peer):
    path = next(iter(sorted((corpora / "crawl").glob("*0.warc.gz"))))
    data = path.read_bytes()
    ours = [(row["url"], row["content"]) for row in read_table("readers.warc", data) if row["content"] is not None]
    assert len(ours) > 200
    assert ours == peer(data)


def test_pages_of_the_awkward_files_are_warcios_byte_for_byte(corpora):
    compared = 0
    for path in sorted((corpora / "realwarc").glob("*/*.warc*")):
        data = path.read_bytes()
        if path.name in EXPLAINED or (b"WARC/" not in data and path.suffix != ".gz") or ".paths" in path.name:
            continue
        ours = [(row["url"], row["content"]) for row in read_table("readers.warc", data) if row["content"] is not None]
        assert ours == by_warcio(data), path.name
        compared += len(ours)
    assert compared >= 30


def test_text_of_a_real_wet_file_is_warcios(corpora):
    data = next(iter(sorted((corpora / "wet").glob("*.wet.gz")))).read_bytes()
    peer = [r.content_stream().read().decode() for r in ArchiveIterator(io.BytesIO(data)) if r.rec_type == "conversion"]
    rows = read_table("readers.wet", data)
    assert [row["text"] for row in rows if row["text"] is not None] == peer
    assert all(row["failure"] is None for row in rows)


@pytest.mark.parametrize("form", PACKS)
def test_made_archives_in_every_compression_hold_what_the_plain_one_holds(form):
    records = warc_records()
    plain = read_table("readers.warc", b"".join(records))
    packed = read_table("readers.warc", each(records, PACKS[form]))
    made = [name for name in plain[0] if name not in ("offset", "length")]
    assert [[row[n] for n in made] for row in packed] == [[row[n] for n in made] for row in plain]
