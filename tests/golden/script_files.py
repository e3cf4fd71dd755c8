"""Small files of every format that hold a Chinese, a Thai and an Arabic document, for the golden files of readers."""

import csv
import io
import json
import tarfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.contract.files import answer, warc_record
from tests.golden.scripts import ADDRESSES, CODES, LANGUAGES, page
from tests.unit.test_tfrecord import example, record

WHEN = {"WARC_Date": "2024-05-18T01:58:10Z"}


def table() -> pa.Table:
    return pa.table({"text": list(LANGUAGES), "url": list(ADDRESSES)})


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(table(), out)
    return out.getvalue()


def arrow() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table().schema) as writer:
        writer.write_table(table())
    return out.getvalue()


def comma_separated() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([("text", "url"), *zip(LANGUAGES, ADDRESSES, strict=True)])
    return out.getvalue().encode()


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for code, text in zip(CODES, LANGUAGES, strict=True):
            info = tarfile.TarInfo(f"{code}.txt")
            info.size = len(text.encode())
            packed.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def warc(kind: str) -> bytes:
    blocks = [text.encode() if kind == "conversion" else answer(page(text).encode()) for text in LANGUAGES]
    return b"".join(
        warc_record(kind, block, WARC_Target_URI=f"http://e.org/{code}", **WHEN)
        for code, block in zip(CODES, blocks, strict=True)
    )


def arc() -> bytes:
    info = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    out = [b"filedesc://test.arc 127.0.0.1 20140216050221 text/plain %d\n" % len(info) + info + b"\n"]
    for code, text in zip(CODES, LANGUAGES, strict=True):
        block = answer(page(text).encode())
        out.append(f"http://e.org/{code} 10.0.0.1 20140216050221 text/html {len(block)}\n".encode() + block + b"\n")
    return b"".join(out)


def wiki(dump: str) -> bytes:
    """The pages in the place of those of a dump."""
    head, _, _ = dump.partition("  <page>")
    pages = [
        f"  <page>\n    <title>{text[:4]}</title>\n    <ns>0</ns>\n    <id>{n}</id>\n    <revision>\n"
        f"      <id>{n}</id>\n      <timestamp>2024-05-18T01:58:10Z</timestamp>\n      <model>wikitext</model>\n"
        f"      <format>text/x-wiki</format>\n      <text>{text}</text>\n    </revision>\n  </page>\n"
        for n, text in enumerate(LANGUAGES, 1)
    ]
    return (head + "".join(pages) + "</mediawiki>\n").encode()


def file_of(reader: str, before: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Parameters and bytes. before: the golden file of the reader."""
    lines = [
        json.dumps({"text": text, "url": url}, ensure_ascii=False)
        for text, url in zip(LANGUAGES, ADDRESSES, strict=True)
    ]
    made = {
        "readers.arc": arc,
        "readers.arrow": arrow,
        "readers.csv": comma_separated,
        "readers.html": lambda: page("</p><p>".join(LANGUAGES)).encode(),
        "readers.jsonl": lambda: "\n".join(lines).encode(),
        "readers.mediawiki": lambda: wiki(before["bytes"].encode("latin-1").decode()),
        "readers.parquet": parquet,
        "readers.plain": lambda: "\n\n".join(LANGUAGES).encode(),
        "readers.tfrecord": lambda: b"".join(record(example(text=[text.encode()])) for text in LANGUAGES),
        "readers.warc": lambda: warc("response"),
        "readers.webdataset": tar,
        "readers.wet": lambda: warc("conversion"),
    }
    return ({"unit": "paragraph"} if reader == "readers.plain" else {}), made[reader]()
