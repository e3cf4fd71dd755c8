"""What a page tells of itself, written to the columns of a batch."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.strings import NO_DAY, day_in_json, day_of, put_clean, put_plain
from corpusmill.operators.text.kernel import njit

TITLE_BYTES, ADDRESS_BYTES, LANGUAGE_BYTES = np.int64(2048), np.int64(2048), np.int64(64)  # at most, each


class PageFacts(NamedTuple):
    """Columns under way: bytes of all rows end to end, and where each row ends."""

    title: np.ndarray  # uint8
    title_end: np.ndarray  # int64 by row, after a leading 0
    language: np.ndarray
    language_end: np.ndarray
    address: np.ndarray
    address_end: np.ndarray
    day: np.ndarray  # int32 by row: days since 1970, NO_DAY for none


def page_facts(rows: int) -> PageFacts:
    """Room for what `rows` pages tell."""
    return PageFacts(
        np.empty(rows * TITLE_BYTES, np.uint8),
        np.zeros(rows + 1, np.int64),
        np.empty(rows * LANGUAGE_BYTES, np.uint8),
        np.zeros(rows + 1, np.int64),
        np.empty(rows * ADDRESS_BYTES, np.uint8),
        np.zeros(rows + 1, np.int64),
        np.full(rows, NO_DAY, np.int32),
    )


@njit(cache=True, nogil=True)
def _put_spot(src: np.ndarray, ws: Workspace, spot: Int, out: np.ndarray, o: Int, most: Int) -> Int:
    return put_clean(src, np.int64(ws.spots[spot, 0]), np.int64(ws.spots[spot, 1]), out, o, most)


@njit(cache=True, nogil=True)
def put_title(src: np.ndarray, ws: Workspace, out: np.ndarray, o: Int) -> Int:
    """The <title>, else og:title, else the first h1; position after."""
    end = _put_spot(src, ws, C.TITLE_AT, out, o, TITLE_BYTES)
    if end == o:
        end = _put_spot(src, ws, C.OG_TITLE_AT, out, o, TITLE_BYTES)
    if end == o:
        for b in range(ws.state[C.BLOCKS]):
            if T.HEADING_LEVEL[ws.blocks[b, C.LEAF]] == 1:
                return put_plain(ws.text, ws.blocks[b, C.START], ws.blocks[b, C.END], out, o, TITLE_BYTES)
    return end


@njit(cache=True, nogil=True)
def published(src: np.ndarray, ws: Workspace) -> Int:
    """The day of the <meta> for it, else of JSON-LD, else of the first <time>; else NO_DAY."""
    day = day_of(src, ws.spots[C.PUBLISHED_AT, 0], ws.spots[C.PUBLISHED_AT, 1])
    for k in range(ws.state[C.SCRIPTS]):
        if day == NO_DAY:
            day = day_in_json(src, ws.scripts[k, 0], ws.scripts[k, 1])
    if day == NO_DAY:
        day = day_of(src, ws.spots[C.TIME_AT, 0], ws.spots[C.TIME_AT, 1])
    return day


@njit(cache=True, nogil=True)
def put_page_facts(src: np.ndarray, ws: Workspace, row: Int, found: PageFacts) -> None:
    """Writes title, language, address and day of the page in the workspace as row `row`."""
    found.title_end[row + 1] = put_title(src, ws, found.title, found.title_end[row])
    found.language_end[row + 1] = _put_spot(src, ws, C.LANG_AT, found.language, found.language_end[row], LANGUAGE_BYTES)
    found.address_end[row + 1] = _put_spot(
        src, ws, C.CANONICAL_AT, found.address, found.address_end[row], ADDRESS_BYTES
    )
    found.day[row] = published(src, ws)


@njit(cache=True, nogil=True)
def put_nothing(row: Int, found: PageFacts) -> None:
    """Row `row` tells nothing."""
    found.title_end[row + 1] = found.title_end[row]
    found.language_end[row + 1] = found.language_end[row]
    found.address_end[row + 1] = found.address_end[row]
    found.day[row] = NO_DAY
