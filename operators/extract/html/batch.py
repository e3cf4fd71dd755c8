"""All pages of a batch in one kernel: Arrow buffers in, Arrow buffers out, no Python for a page that is UTF-8."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.extract.html.base.workspace import MAX_BYTES, MAX_SCRIPTS, Workspace
from corpusmill.operators.extract.html.decode.sniff import HTML, PLAIN_TEXT, sniff
from corpusmill.operators.extract.html.decode.utf8 import is_utf8_throughout
from corpusmill.operators.extract.html.decode.utf16 import utf16_order
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.page import main_text
from corpusmill.operators.extract.html.result.metadata import TITLE_BYTES, PageFacts, put_nothing, put_page_facts
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

BOM_BYTES = 3
NO_CONTENT = 100  # in `kind`, beside the kinds of `sniff`


class Choices(NamedTuple):
    """Parameters of the operator, as the kernel takes them."""

    threshold: float
    comments: bool
    links: bool
    title: bool
    repeats: int  # repeats.KEEP or DROP


class Texts(NamedTuple):
    """The text column under way, and what is noted of each row."""

    text: np.ndarray  # uint8
    text_end: np.ndarray  # int64 by row, after a leading 0
    words: np.ndarray  # float32: words kept
    expected_f1: np.ndarray  # float32
    boilerplate: np.ndarray  # float32
    repeated: np.ndarray  # int32: passages that repeat an earlier one
    cut: np.ndarray  # bool: a bound cut the page
    scripts: np.ndarray  # int32: JSON-LD scripts in the page, as many as are noted
    script_at: np.ndarray  # int64[rows, MAX_SCRIPTS, 2]: where they begin and end


def texts(rows: int, most_bytes: int, *, titled: bool) -> Texts:
    """Room for the texts of `rows` pages of `most_bytes` bytes in all. What is not written to costs no memory.

    A text is no longer than its page: what stands between blocks is shorter than the tags that part them. Titles come
    on top, since a page's title may be a piece of its text once more.
    """
    return Texts(
        np.empty(most_bytes + rows * (TITLE_BYTES + 2 if titled else 0), np.uint8),
        np.zeros(rows + 1, np.int64),
        np.zeros(rows, np.float32),
        np.zeros(rows, np.float32),
        np.zeros(rows, np.float32),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.bool_),
        np.zeros(rows, np.int32),
        np.empty((rows, MAX_SCRIPTS, 2), np.int64),
    )


@njit(cache=True, nogil=True)
def classify(
    data: np.ndarray, offsets: np.ndarray, valid: np.ndarray, promised: np.ndarray, kind: np.ndarray, utf8: np.ndarray
) -> None:
    """Per row: what it is (`sniff`, or NO_CONTENT for null), and of HTML and plain text whether it is surely UTF-8."""
    for row in range(valid.shape[0]):
        start, end = offsets[row], offsets[row + 1]
        kind[row] = sniff(data, start, end, promised[row]) if valid[row] else NO_CONTENT
        is_page = kind[row] == HTML or kind[row] == PLAIN_TEXT
        is_bytes = is_page and utf16_order(data, start, end) == 0
        utf8[row] = is_bytes and is_utf8_throughout(data, start, end)


class Pages(NamedTuple):
    """Page data[start[row]:end[row]] (UTF-8) of each row, as if `decoded` began where `data` ends, and what it is
    (`sniff`).
    """

    data: np.ndarray
    decoded: np.ndarray
    start: np.ndarray
    end: np.ndarray
    kind: np.ndarray


@njit(cache=True, nogil=True)
def extract_pages(
    pages: Pages, ws: Workspace, model: Model, choices: Choices, out: Texts, page_facts: PageFacts
) -> None:
    """Extracts the page of every row that is HTML; the others are left empty."""
    pages, ws, model = borrowed(pages), borrowed(ws), borrowed(model)
    for row in range(pages.kind.shape[0]):
        o = out.text_end[row]
        if pages.kind[row] != HTML:
            out.text_end[row + 1] = o
            put_nothing(row, page_facts)
            continue
        base = pages.data.shape[0] if pages.start[row] >= pages.data.shape[0] else 0
        data = pages.decoded if base else pages.data
        first, last = pages.start[row] - base, pages.end[row] - base
        if last - first >= BOM_BYTES and data[first] == 0xEF and data[first + 1] == 0xBB and data[first + 2] == 0xBF:
            first += BOM_BYTES
        cut = last - first > MAX_BYTES
        if cut:
            last = first + MAX_BYTES
            while data[last] & 0xC0 == 0x80:  # not in the middle of a character
                last -= 1
        source = data[first:last]
        count, choice, boilerplate = main_text(
            source, source.shape[0], ws, model, choices.threshold, choices.comments, choices.links, choices.repeats
        )
        put_page_facts(source, ws, row, page_facts)
        if choices.title:
            o = _put_title(page_facts, row, ws.result[:count], out.text, o)
        out.text[o : o + count] = ws.result[:count]
        out.text_end[row + 1] = o + count
        out.words[row] = choice.words
        out.expected_f1[row] = choice.expected_f1
        out.boilerplate[row] = boilerplate
        out.repeated[row] = choice.repeated
        out.cut[row] = cut or ws.state[C.CUT] != 0
        out.scripts[row] = ws.state[C.SCRIPTS]
        for k in range(ws.state[C.SCRIPTS]):
            out.script_at[row, k, 0] = base + first + ws.scripts[k, 0]
            out.script_at[row, k, 1] = base + first + ws.scripts[k, 1]


@njit(cache=True, nogil=True)
def _put_title(page_facts: PageFacts, row: Int, text: np.ndarray, out: np.ndarray, o: Int) -> Int:
    """The title and, when text follows, a blank line; nothing when a line of the text is the title."""
    first, last = page_facts.title_end[row], page_facts.title_end[row + 1]
    if last == first or _has_line(text, page_facts.title[first:last]):
        return o
    out[o : o + last - first] = page_facts.title[first:last]
    o += last - first
    if text.shape[0]:
        out[o] = out[o + 1] = 10
        o += 2
    return o


@njit(cache=True, nogil=True)
def _has_line(text: np.ndarray, line: np.ndarray) -> bool:
    """Whether a line of the text is `line`."""
    begin, size = 0, line.shape[0]
    while begin + size <= text.shape[0]:
        same = 0
        while same < size and text[begin + same] == line[same]:
            same += 1
        if same == size and (begin + size == text.shape[0] or text[begin + size] == 10):
            return True
        begin = find_byte(text, begin + same, text.shape[0], 10) + 1
    return False
