"""The pictures of HTML pages with the texts that describe them: pairs of address and caption, without the pixels.

Source:   Schuhmann et al. 2021 (LAION-400M), arXiv:2111.02114, section 2 (pairs of image address and alt text from a
          crawl); Desai et al. 2021 (RedCaps) and the HTML Living Standard 4.4.13 for captions of figures.
Deviates: what is not http or https, as pictures held in the page itself (data:), is no pair, nor is a picture that
          nothing describes; filters are steps of their own.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Extract
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.batch import classify
from corpusmill.operators.extract.html.decode.decoding import as_utf8
from corpusmill.operators.extract.html.decode.sniff import HTML
from corpusmill.operators.extract.html.pictures.scan import MOST_PICTURES, NONE, Pictures, count_marks, room, scan_pages
from corpusmill.operators.extract.html.pictures.strings import around, strings_at
from corpusmill.operators.extract.html.promised import FAILURES, promises
from corpusmill.operators.extract.html.result.arrow import valid_rows
from corpusmill.operators.text.buffers import views

# A caption, address and language are written once for each picture of a page, so their product is bounded; all guesses.
MOST_CAPTION_CHARS = 2000  # far above what describes a picture: a few sentences
MOST_URL_BYTES = 2048  # of a page's address; servers and browsers rarely take longer ones
MOST_LANGUAGE_BYTES = 64  # of `lang`; the longest tags in use have some 35
CAPTIONS = ("alt", "figcaption")
PAIR = pa.struct(
    [
        pa.field("text", TEXT),  # what describes the picture
        pa.field("url", pa.string()),  # of the picture, absolute
        pa.field("page_url", pa.string()),
        pa.field("page_language", pa.string()),  # as written in <html lang>
        pa.field("alt", TEXT),
        pa.field("figcaption", TEXT),
        pa.field("caption_chars_cut", pa.int32()),  # of `text`, behind the first 2,000; 0 for one that is whole
        pa.field("text_before", TEXT),
        pa.field("text_after", TEXT),
        pa.field("width", pa.int32()),  # pixels, as the tag says; null where it says none
        pa.field("height", pa.int32()),
        pa.field("picture", pa.int32()),  # which one of its page, from 0
    ]
)


@dataclass(frozen=True, kw_only=True)
class ImageText(Extract):
    """Turns each page into the pairs of its pictures: in a job a document for each, whose `url` is the picture's.

    It must be the first step, since documents are the pairs from there on. A page without pairs is a skipped record
    `no_pairs`. From Python (`corpusmill.apply`) a page stays one document, and `pairs` lists its pairs.

    A page of more than 5,000 pictures is a failure `too_many_pictures`, one whose address is longer than 2,048 bytes
    `url_too_long`. Of alt and figcaption the first 2,000 characters are read, and `caption_chars_cut` counts the others
    of the text of a pair; a `lang` above 64 bytes is null.

    caption: which of alt and figcaption is the text of a pair, the first of them that is not blank. context_chars: how
    much of the page's text before and after the picture is kept, 0 for none.
    """

    caption: tuple[str, ...] = CAPTIONS
    context_chars: int = 200

    version: ClassVar[int] = 4
    adds: ClassVar[Columns] = {"pairs": pa.list_(PAIR)}
    unfolds: ClassVar[str] = "pairs"

    def __post_init__(self) -> None:
        if not self.caption or not set(self.caption) <= set(CAPTIONS):
            raise ValueError(f"caption must name one or more of {', '.join(CAPTIONS)}, got {list(self.caption)!r}")
        if self.context_chars < 0:
            raise ValueError(f"context_chars must be at least 0, got {self.context_chars}")

    def columns_unfolded(self) -> Columns:
        return {field.name: field.type for field in PAIR}

    def extract(self, batch: Batch) -> Arrays:
        content = batch.column("content")
        rows = len(content)
        data, offsets = views(content)
        kind, utf8 = np.empty(rows, np.int64), np.empty(rows, np.bool_)
        classify(data, offsets, valid_rows(content), promises(batch, ()).kind, kind, utf8)
        charsets = batch.column("http_charset") if "http_charset" in batch.table.column_names else None
        pages = as_utf8(data, offsets, kind == HTML, utf8, charsets)
        whole = pages.joined()
        named = "url" in batch.table.column_names
        urls = batch.column("url").cast(TEXT) if named else pa.nulls(rows, TEXT)
        long = pc.fill_null(pc.greater(pc.binary_length(urls), MOST_URL_BYTES), False)
        urls = pc.if_else(long, pa.scalar(None, TEXT), urls)
        spans = views(urls.fill_null(""))
        sizes = np.where(kind == HTML, pages.end - pages.start, 0)
        found = room(rows, int(sizes.sum()), *count_marks(whole, pages.start, pages.end, kind, spans[1]))
        count, figures = scan_pages(whole, pages.start, pages.end, kind, *spans, found)
        pairs = self._pairs(found, count, figures, whole, urls)
        many = pa.array(np.bincount(found.page[:count], minlength=rows) > MOST_PICTURES)
        none = pa.scalar(None, pa.string())
        failure = pc.coalesce(
            pa.array(FAILURES[kind], pa.string()),
            pc.if_else(long, "url_too_long", none),
            pc.if_else(many, f"too_many_pictures: above {MOST_PICTURES}", none),
        )
        kept = pc.and_(pc.is_valid(pairs.field("text")), failure.is_null().take(pa.array(found.page[:count])))
        page = found.page[:count][kept.to_numpy(zero_copy_only=False)]
        ends = np.concatenate([[0], np.cumsum(np.bincount(page, minlength=rows))]).astype(np.int32)
        offsets_ = pa.array(ends)
        pairs = pairs.filter(kept)
        lists = pa.ListArray.from_arrays(offsets_, pairs, type=pa.list_(PAIR), mask=failure.is_valid())
        texts = pa.LargeListArray.from_arrays(offsets_.cast(pa.int64()), pairs.field("text"))
        text = pc.binary_join(texts, pa.scalar("\n", TEXT))
        return {"text": pc.if_else(failure.is_null(), text, pa.scalar(None, TEXT)), "failure": failure, "pairs": lists}

    def _pairs(self, found: Pictures, count: Int, figures: Int, pages: np.ndarray, urls: pa.Array) -> pa.StructArray:
        """PAIR for every picture, those without a text too."""
        page, figure = found.page[:count], found.figure[:count]
        spans = np.zeros((count, 4), np.int64)
        around(found.text, found.text_begin, page, found.place[:count], self.context_chars, spans)
        alts, captions = strings_at(found.words, found.alt[:count]), strings_at(found.text, found.caption[:figures])
        of_figure = pa.array(figure, mask=figure == NONE)
        chars_cut = {"alt": _chars_cut(alts), "figcaption": _chars_cut(captions).take(of_figure)}
        language = found.language * (np.diff(found.language) <= MOST_LANGUAGE_BYTES)
        texts = {
            "alt": _cut(alts),
            "figcaption": _cut(captions).take(of_figure),
            "text_before": strings_at(found.text, spans[:, :2]),
            "text_after": strings_at(found.text, spans[:, 2:]),
            "page_language": strings_at(pages, language).take(pa.array(page)),
            "page_url": urls.take(pa.array(page)),
            "url": strings_at(
                found.address, np.stack([found.address_end[:count], found.address_end[1 : count + 1]], 1)
            ),
        }
        texts["text"] = pc.coalesce(*(texts[name] for name in self.caption))
        first = np.searchsorted(page, page)
        size = found.size[:count]
        numbers = {
            "caption_chars_cut": pc.coalesce(*(chars_cut[name] for name in self.caption)),
            "width": pa.array(size[:, 0], pa.int32(), mask=size[:, 0] == 0),
            "height": pa.array(size[:, 1], pa.int32(), mask=size[:, 1] == 0),
            "picture": pa.array(np.arange(count) - first, pa.int32()),
        }
        columns = {**texts, **numbers}
        return pa.StructArray.from_arrays([columns[f.name].cast(f.type) for f in PAIR], fields=list(PAIR))


def _chars_cut(captions: pa.Array) -> pa.Array:
    """How many characters `_cut` takes from each, white space at its end too."""
    return pc.subtract(pc.utf8_length(captions), pc.utf8_length(_cut(captions)))


def _cut(captions: pa.Array) -> pa.Array:
    return pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(captions, 0, MOST_CAPTION_CHARS))
