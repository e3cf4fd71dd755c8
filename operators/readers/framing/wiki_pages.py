"""Finds the pages in a dump of MediaWiki, and reads their fields and those of the wiki."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.lines import Lines, lines_of
from corpusmill.operators.readers.framing.stored import Stored

PAGE, PAGE_END = b"<page>", b"</page>"  # inside a page they are escaped
HEADER_BYTES = 1 << 20
LANGUAGE = re.compile(rb"[^>]*\bxml:lang=\"([^\"]+)\"")  # behind the name of a tag

HIDDEN_LINKS = ("6", "14")  # namespaces of files and categories: links to them are no text
ENGLISH = ("File", "Image", "Category")  # every wiki takes these beside its own


@dataclass(frozen=True, slots=True)
class Piece:
    """A page, with what follows it up to the next; or what is none. See `Lines` for offset and length."""

    offset: int
    length: int
    data: bytes = b""
    skipped: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The fields of a page. skipped, failure: why it is no document."""

    title: str = ""
    namespace: int = 0
    ident: str = ""
    time: str | None = None
    text: str = ""
    skipped: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What a dump says of its wiki. base: the address of a page, without its title."""

    base: str | None = None
    language: str | None = None
    prefixes: str = "|".join(ENGLISH)

    def url_of(self, title: str) -> str | None:
        """The address of a page."""
        return None if self.base is None else self.base + quote(title.replace(" ", "_"), safe="/:@!$*(),;~'")


class _Open:
    """A page that is being read, or what is in front of the first, or behind damage."""

    def __init__(self, offset: int, max_bytes: int, *, header: bool = False) -> None:
        self._offset, self._max, self._header = offset, max_bytes, header
        self._length, self._parts = 0, list[bytes]()

    def add(self, offset: int, data: bytes) -> None:
        """Go on with what lies at that offset."""
        if not self._length:
            self._offset = offset
        self._length += len(data)
        if self._length <= self._max:
            self._parts.append(data)

    def pieces(self) -> Iterator[Piece]:
        """The page, unless nothing was added."""
        offset, length, data = self._offset, self._length, b"".join(self._parts)
        end = data.find(PAGE_END)
        if not length:
            return
        if length > self._max:
            yield Piece(offset, length, failure=f"record_too_large: {length}")
        elif data.startswith(PAGE) and end >= 0:
            yield Piece(offset, length, data[: end + len(PAGE_END)])
        elif self._header and (b"<mediawiki" in data or not data.strip()):
            yield Piece(offset, length, skipped="mediawiki_header")
        else:
            yield Piece(offset, length, failure="not_mediawiki" if self._header else "broken_off: part of a page")


def pages_of(stored: Stored, span: Span, max_bytes: int) -> Iterator[Piece]:
    """The pages that begin in lines of the span, read to their end behind it; of the first span what is before them.

    A page that damage breaks off is a failed row, the damage is another, and what follows up to the next page a third.
    """
    if span.start == span.end:
        return
    now = _Open(0, max_bytes, header=True) if span.start == 0 else None
    for own, block in _blocks(stored, span, max_bytes):
        if now is None and not own:
            return
        if block.failure is not None:
            if now is not None:
                yield from now.pieces()
                yield Piece(block.offset, block.lost, failure=block.failure)
                now = _Open(block.offset, max_bytes)
            continue
        at = 0
        for begin in (*(each.start() for each in re.finditer(PAGE, block.data)), None):
            if now is not None:
                now.add(block.offset + at, block.data[at:begin])
            if begin is None:
                break
            if now is not None:
                yield from now.pieces()
            if not own:
                return
            now, at = _Open(block.offset + begin, max_bytes), begin
    if now is not None:
        yield from now.pieces()


def _blocks(stored: Stored, span: Span, max_bytes: int) -> Iterator[tuple[bool, Lines]]:
    """Lines of the span, and then those behind it, for the page that goes on there."""
    for block in lines_of(stored, span, max_bytes):
        yield True, block
    if span.end < stored.size:
        for block in lines_of(stored, Span(span.end, stored.size), max_bytes):
            yield False, block


def page_of(data: bytes) -> Page:
    """The fields of one `<page>` element."""
    try:
        page = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError) as e:
        return Page(failure=f"bad_xml: {e}")
    revisions = page.findall("revision")
    title, number = page.findtext("title"), page.findtext("ns") or "0"
    if not title or not revisions or not re.fullmatch(r"-?[0-9]{1,9}", number):
        return Page(failure="missing_field: title, ns or revision")
    last = revisions[-1]
    found = Page(title, int(number), page.findtext("id") or "", last.findtext("timestamp"), last.findtext("text") or "")
    model = last.findtext("model") or "wikitext"
    if page.find("redirect") is not None:
        skipped = "redirect"
    else:
        skipped = "not_wikitext" if model != "wikitext" else None if found.text.strip() else "blank_page"
    return Page(found.title, found.namespace, found.ident, found.time, found.text, skipped=skipped)


def site_of(blocks: Iterator[Lines]) -> Site:
    """What stands before the first page; nothing where it cannot be read."""
    head = b""
    for block in blocks:
        head += block.data
        if b"</siteinfo>" in head or PAGE in head or len(head) > HEADER_BYTES:
            break
    opening, rest = head.partition(b"<siteinfo>")[1:]
    inside, closing, _ = rest.partition(b"</siteinfo>")
    tag = re.search(rb"<mediawiki\b", head)
    language = LANGUAGE.match(head, tag.end()) if tag else None
    declared = language[1].decode("utf-8", "replace") if language else None
    try:
        info = ElementTree.fromstring(opening + inside + closing) if closing else None
    except ElementTree.ParseError:
        info = None
    if info is None:
        return Site(language=declared)
    main = info.findtext("base")
    names = [each.text for each in info.iter("namespace") if each.get("key") in HIDDEN_LINKS and each.text]
    prefixes = "|".join(dict.fromkeys([*names, *ENGLISH]))
    return Site(base=main.rpartition("/")[0] + "/" if main else None, language=declared, prefixes=prefixes)
