"""The kept blocks as text: what stands between two of them, and what is left of one without its links."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from corpusmill.operators.extract.html.plain.page import Block, Element, Page

_BLANK = bytes(range(33))
_SIGNS_ONLY = re.compile(rb"[^0-9A-Za-z\x80-\xff]*")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One block that is written, and its place."""

    block: Block
    text: bytes
    item: Element | None  # nearest li
    code: Element | None  # nearest pre
    row: Element | None  # tr of the nearest table
    cell: Element | None  # td or th of this row
    starts_item: bool  # nothing of the item was written before

    @property
    def is_line(self) -> bool:
        """Whether it is a line of a list rather than a paragraph."""
        return self.starts_item or self.block.owner.tag == "li"


def assembled(page: Page, keep: Iterable[bool], links: bool) -> bytes:
    """The text of the blocks to keep, without link text unless `links`."""
    out, before = b"", None
    begun: set[int] = set()
    for block, kept in zip(page.blocks, keep, strict=True):
        text = block.text if links else without_links(block)
        if kept and text:
            piece = _piece(block, text, begun)
            out += b"" if before is None else between(page, before, piece)
            out += b"- " * piece.starts_item + text
            before = piece
            begun |= {id(piece.item)}
    return out


def between(page: Page, one: Piece, other: Piece) -> bytes:
    """What parts two pieces: a tab for each cell, a line end in lists, rows and code, else a blank line."""
    if other.row is not None and other.row is one.row and other.cell is not one.cell:
        cells = [e for e in page.elements if e.parent is other.row and e.tag in ("td", "th")]
        ends = [_number(cells, one.cell), _number(cells, other.cell)]
        return b"\t" * max(ends[1] - ends[0], 1)
    in_rows = one.row is not None and other.row is not None and one.row is not other.row
    in_code = other.code is not None and other.code is one.code
    return b"\n" if in_rows or in_code or (one.is_line and other.is_line) else b"\n\n"


def without_links(block: Block) -> bytes:
    """The text without its links and without lines they leave empty; nothing when no letter or digit is left."""
    if not block.link_spans:
        return block.text
    linked = {k for first, last in block.link_spans for k in range(first, last)}
    left = bytes(byte for k, byte in enumerate(block.text) if k not in linked)
    if _SIGNS_ONLY.fullmatch(left):
        return b""
    if _nearest(block.owner, "pre") is not None:
        return left.rstrip(_BLANK)
    return re.sub(rb"\n[\x00- ]+", b"\n", left).strip(_BLANK)


def _piece(block: Block, text: bytes, begun: set[int]) -> Piece:
    row, cell = None, None
    for element in block.owner.lineage() if "table" in block.owner.ancestors else []:
        if element.tag in ("tr", "table"):
            row = element if element.tag == "tr" else None
            break
        if element.tag in ("td", "th") and cell is None:
            cell = element
    item = _nearest(block.owner, "li")
    return Piece(
        block=block,
        text=text,
        item=item,
        code=_nearest(block.owner, "pre"),
        row=row,
        cell=cell,
        starts_item=item is not None and id(item) not in begun,
    )


def _nearest(element: Element, tag: str) -> Element | None:
    return next((e for e in element.lineage() if e.tag == tag), None)


def _number(cells: list[Element], cell: Element | None) -> int:
    return next((k for k, e in enumerate(cells) if e is cell), -1)
