"""Small files of every format, made here or from the golden file of a reader, and what is needed to read one."""

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import lz4.frame
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import Span

GOLDEN = Path(__file__).parents[1] / "golden" / "readers"
PAGE = "<html lang=de><title>Größe</title><p>Ein Satz über Äpfel, Nummer {i}.</p>" + "<p>Noch einer.</p>" * 9


def warc_record(kind: str, block: bytes, **fields: str) -> bytes:
    """One WARC record. Fields are named with _ for -."""
    head = [b"WARC/1.0", b"WARC-Type: " + kind.encode()]
    head += [f"{name.replace('_', '-')}: {value}".encode() for name, value in fields.items()]
    head.append(b"Content-Length: %d" % len(block))
    return b"\r\n".join(head) + b"\r\n\r\n" + block + b"\r\n\r\n"


def answer(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """An HTTP response."""
    return (
        b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Type: text/html; charset=utf-8", *fields]) + b"\r\n\r\n" + body
    )


def warc_records(count: int = 12) -> list[bytes]:
    """A small crawl: warcinfo, then request and response by turns, one in five of them a 404."""
    out = [warc_record("warcinfo", b"software: test\r\n")]
    for i in range(count):
        url = {"WARC_Target_URI": f"http://example.com/{i}", "WARC_Date": f"2024-05-18T01:58:{i % 60:02}Z"}
        ids = {"WARC_Record_ID": f"<urn:uuid:{i}>"}
        status = b"404 Not Found" if i % 5 == 4 else b"200 OK"
        out.append(warc_record("request", b"GET / HTTP/1.1\r\n\r\n", **url))
        out.append(warc_record("response", answer(PAGE.format(i=i).encode(), status=status), **url, **ids))
    return out


def wet_records(count: int = 12) -> list[bytes]:
    """Conversions of pages in German."""
    info = [warc_record("warcinfo", b"software: test\r\n")]
    return info + [
        warc_record(
            "conversion",
            f"Ein Satz über Äpfel, Nummer {i}.\n".encode() * (i + 1),
            WARC_Target_URI=f"http://example.com/{i}",
            WARC_Date="2024-05-18T01:58:10Z",
            WARC_Record_ID=f"<urn:uuid:{i}>",
            WARC_Identified_Content_Language="deu,eng",
        )
        for i in range(count)
    ]


def arc_records(count: int = 12) -> list[bytes]:
    """An ARC file of version 1."""
    info = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    out = [b"filedesc://test.arc 127.0.0.1 20140216050221 text/plain %d\n" % len(info) + info + b"\n"]
    for i in range(count):
        block = answer(PAGE.format(i=i).encode())
        head = f"http://example.com/{i} 10.0.0.1 20140216050221 text/html {len(block)}\n"
        out.append(head.encode() + block + b"\n")
    return out


def json_lines(count: int = 12) -> list[bytes]:
    """Objects with a text, an id and a URL; every fourth line blank."""
    rows = [
        orjson.dumps({"text": f"Ein Satz über Äpfel, Nummer {i}.\n" * (i + 1), "id": i, "url": None}) + b"\n"
        for i in range(count)
    ]
    return [line for i, row in enumerate(rows) for line in ([row, b"\n"] if i % 4 == 3 else [row])]


def parquet_file(count: int = 60, row_group: int = 7) -> bytes:
    """A Parquet file of several row groups, the last text null."""
    texts = [f"Ein Satz über Äpfel, Nummer {i}.\n" * (i + 1) for i in range(count - 1)]
    out = io.BytesIO()
    pq.write_table(pa.table({"text": [*texts, None], "id": range(count)}), out, row_group_size=row_group)
    return out.getvalue()


def gz(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def lz(data: bytes) -> bytes:
    return lz4.frame.compress(data, content_checksum=True)


Pack = Callable[[bytes], bytes]
PACKS: dict[str, Pack] = {"gz": gz, "zst": zst, "lz4": lz, "bz2": bz2.compress}


def each(records: Sequence[bytes], pack: Pack) -> bytes:
    """A member a record."""
    return b"".join(map(pack, records))


def members(data: bytes, cuts: Sequence[int], pack: Pack) -> bytes:
    """A member from each cut to the next, whatever lines that divides; two equal cuts make an empty one."""
    return each([data[a:b] for a, b in pairwise([0, *sorted(cuts), len(data)])], pack)


def files() -> dict[str, tuple[str, dict[str, object], bytes]]:
    """Name -> reader, its parameters, the bytes: each reader with each form it reads."""
    archives = {"warc": warc_records(), "wet": wet_records(), "arc": arc_records()}
    out: dict[str, tuple[str, dict[str, object], bytes]] = {}
    for name, records in archives.items():
        out[name] = (f"readers.{name}", {}, b"".join(records))
        for form, pack in PACKS.items():
            out[f"{name}.{form}"] = (f"readers.{name}", {}, each(records, pack))
            out[f"{name}.one.{form}"] = (f"readers.{name}", {}, pack(b"".join(records)))
    lines = b"".join(json_lines())
    mapped: dict[str, object] = {"source_id": "id", "url": "url"}
    out["jsonl"] = ("readers.jsonl", mapped, lines)
    for unit in ("file", "line", "paragraph"):
        out[f"plain.{unit}"] = ("readers.plain", {"unit": unit}, lines)
        out[f"plain.{unit}.gz"] = ("readers.plain", {"unit": unit}, gz(lines))
    for form, pack in PACKS.items():
        out[f"jsonl.{form}"] = ("readers.jsonl", mapped, pack(lines))
        cuts = (461, 500, 510, 510, 661, 1163, 1500, 1501, 2000, len(lines))
        out[f"jsonl.members.{form}"] = ("readers.jsonl", mapped, members(lines, cuts, pack))
        out[f"plain.line.members.{form}"] = ("readers.plain", {"unit": "line"}, members(lines, cuts, pack))
    out["html"] = ("readers.html", {}, PAGE.format(i=1).encode())
    out["html.gz"] = ("readers.html", {}, gz(PAGE.format(i=1).encode()))
    out["jsonl.content"] = ("readers.jsonl", {"content": "text", "source_id": "id"}, lines)
    out["parquet.content"] = ("readers.parquet", {"content": "text"}, parquet_file())
    out["parquet"] = ("readers.parquet", {"source_id": "id"}, parquet_file())
    for path in sorted(GOLDEN.glob("*.json")):
        if path.stem not in {reader for reader, _, _ in out.values()}:
            out.update(golden_forms(path))
    return out


def golden_forms(path: Path) -> dict[str, tuple[str, dict[str, object], bytes]]:
    """The file in a reader's golden file, and compressed where the reader takes that."""
    golden = orjson.loads(path.read_bytes())
    data, kind = golden["bytes"].encode("latin-1"), path.stem.removeprefix("readers.")
    packs = PACKS if reader_of(path.stem, golden["params"]).format.compressed else {}
    forms = {kind: data, **{f"{kind}.{form}": pack(data) for form, pack in packs.items()}}
    reader = reader_of(path.stem, golden["params"])
    if reader.format.zipped:
        forms[f"{kind}.zip"] = zipped({f"{n}{reader.format.suffixes[0]}": data for n in range(3)})
    return {form: (path.stem, golden["params"], held) for form, held in forms.items()}


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def read(reader: Reader, data: bytes, span: Span | None = None) -> list[dict[str, object]]:
    """All rows of a span, through the contract's own check of every batch."""
    rows: list[dict[str, object]] = []
    for batch in reader(io.BytesIO(data), span or Span(0, len(data))):
        assert 0 < batch.num_rows <= 4096
        batch.validate(full=True)
        rows += batch.to_pylist()
    return rows


def reader_of(name: str, params: dict[str, object]) -> Reader:
    found = load.build(name, params)
    assert isinstance(found, Reader)
    return found


def stored_block(data: bytes) -> bytes:
    """Gzip that does not compress, so that what it holds lies in it unchanged."""
    packer = zlib.compressobj(0, wbits=31)
    return packer.compress(data) + packer.flush()
