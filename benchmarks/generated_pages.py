"""Gigabytes of WARC made from real pages: their markup as it is, their longer texts changed for those of other pages.

    python -m benchmarks.generated_pages FOLDER MEGABYTES [FILES]

A page keeps its tags, scripts, menus and addresses' host, so reading and extraction have what they have in a crawl. Its
text nodes of LEAST_CHARS characters and more are drawn from those of all pages that declare the same language, so that
copies of a page are no duplicates of each other.
"""

import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.corpus_files import member
from benchmarks.texts import CORPORA

LEAST_CHARS = 60  # of a text that is changed: shorter ones are menus and buttons
NODE = re.compile(rb">([^<>]{%d,})<(?!/(?:script|style|title))" % LEAST_CHARS)
LANGUAGE = re.compile(rb"""<html[^>]*\blang=["']?([A-Za-z]{2})""")
URI = re.compile(rb"(?m)^(WARC-Target-URI: )(\S+)")
LENGTH = re.compile(rb"(?im)^(Content-Length: *)\d+")
END = b"\r\n\r\n"


class Page:
    """A response with a page: heads of its record and its HTTP message, the body, its longer texts and language."""

    def __init__(self, record: bytes) -> None:
        self.head, _, rest = record.partition(END)
        self.http, _, body = rest.partition(END)
        self.body = body.removesuffix(END)
        found = LANGUAGE.search(self.body[:4096])
        self.language = found[1].lower() if found else b""
        self.places = [each.span(1) for each in NODE.finditer(self.body)]

    def changed(self, texts: list[bytes], number: int, rng: np.random.Generator) -> bytes:
        """The record of this page with other texts under another address."""
        parts, at = [], 0
        for (begin, end), pick in zip(self.places, rng.integers(0, len(texts), len(self.places)), strict=True):
            parts += [self.body[at:begin], texts[pick]]
            at = end
        body = b"".join((*parts, self.body[at:]))
        http = LENGTH.sub(rb"\g<1>%d" % len(body), self.http)
        head = URI.sub(rb"\g<1>\g<2>?copy=%d" % number, self.head)
        head = LENGTH.sub(rb"\g<1>%d" % (len(http) + len(END) + len(body)), head)
        return b"".join((head, END, http, END, body, END))


def real_pages() -> list[Page]:
    """The pages of the corpora's WARC files."""
    paths = sorted((*CORPORA.glob("crawl/*[0-9].warc.gz"), *CORPORA.glob("extract/*.warc.gz")))
    records = (record for path in paths for record in members(path.read_bytes()))
    return [Page(r) for r in records if b"WARC-Type: response" in r[:400] and b"<html" in r[:20_000].lower()]


def members(data: bytes) -> Iterator[bytes]:
    """What the gzip members of a file hold."""
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        yield unpacker.decompress(data)
        data = unpacker.unused_data


def write(folder: Path, stored_bytes: int, files: int, *, seed: int = 0) -> int:
    """Write so many bytes, compressed, as `files` WARC files; the number of pages."""
    pages, texts = real_pages(), dict[bytes, list[bytes]]()
    for page in pages:
        texts.setdefault(page.language, []).extend(page.body[begin:end] for begin, end in page.places)
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for k in range(files):
        rng = np.random.default_rng((seed, k))
        with (folder / f"generated-{k:05}.warc.gz").open("wb") as out:
            while out.tell() < stored_bytes // files:
                page = pages[rng.integers(len(pages))]
                out.write(member(page.changed(texts[page.language] or [b""], written, rng)))
                written += 1
    return written


if __name__ == "__main__":
    many = write(Path(sys.argv[1]), int(float(sys.argv[2]) * 1e6), int(sys.argv[3]) if len(sys.argv) > 3 else 8)
    print(f"{many:,} pages")
