"""Lines put together to documents: one each, a paragraph each, a file each."""

from collections.abc import Iterator
from dataclasses import dataclass

from corpusmill.operators.readers.framing.lines import Lines, each_line


@dataclass(frozen=True, slots=True)
class Document:
    """A document's bytes as stored, or a stretch that is blank or cannot be had."""

    offset: int
    length: int
    data: bytes = b""
    blank: bool = False
    failure: str | None = None


def whole_lines(blocks: Iterator[Lines]) -> Iterator[Document]:
    """One document a line."""
    for block in blocks:
        if block.failure:
            yield Document(block.offset, block.lost, failure=block.failure)
        offset = block.offset
        for line in each_line(block.data):
            yield Document(offset, len(line), line, blank=not line.strip())
            offset += len(line)


def whole_paragraphs(blocks: Iterator[Lines], max_bytes: int) -> Iterator[Document]:
    """One document a run of non-blank lines; runs of blank lines between them are blank documents.

    A stretch that cannot be had ends a paragraph.
    """
    return _runs(whole_lines(blocks), max_bytes)


def whole_files(blocks: Iterator[Lines], max_bytes: int) -> Iterator[Document]:
    """All lines as one document; one that has a stretch that cannot be had is lost altogether."""
    kept: list[bytes] = []
    length, held, blank, failure = 0, 0, True, None
    for block in blocks:
        length += block.lost + len(block.data)
        blank = blank and not block.data.strip()
        failure = failure or block.failure
        held += len(block.data)
        if failure is None:
            kept.append(block.data)
        if held > max_bytes:
            failure = failure or "record_too_large"
        if failure:
            kept = []
    if length:
        if failure == "record_too_large":
            failure = f"record_too_large: {length}"
        data = b"" if failure else b"".join(kept)
        yield Document(0, length, data, blank=blank and failure is None, failure=failure)


def _runs(lines: Iterator[Document], max_bytes: int) -> Iterator[Document]:
    kept: list[bytes] = []
    begin, length, blank = 0, 0, True

    def run() -> Document:
        if length > max_bytes and not blank:
            return Document(begin, length, failure=f"record_too_large: {length}")
        return Document(begin, length, b"".join(kept), blank=blank)

    for line in lines:
        if length and (line.failure or line.blank != blank):
            yield run()
            kept, length = [], 0
        if line.failure:
            yield line
            continue
        if not length:
            begin, blank = line.offset, line.blank
        length += line.length
        if length <= max_bytes and not blank:
            kept.append(line.data)
        elif length > max_bytes:
            kept = []
    if length:
        yield run()
