"""The main text of HTML pages: what a reader came for, without menus, footers, teasers and forms.

One pass makes blocks of text and a tree of elements; two boosted forests judge each block by its words, its place and
its neighbours; the blocks they choose are put together as paragraphs, lists and tables.

Source:   Kohlschütter et al. 2010, "Boilerplate Detection using Shallow Text Features" (features of blocks);
          Vogels et al. 2018, "Web2Text", arXiv:1801.02607 (two stages); Ke et al. 2017, LightGBM (the forests).
Deviates: trained on the development pages of the Web Content eXtraction Benchmark; see models/MODEL_CARD.md.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Extract, Resource
from corpusmill.operators.extract.html.base.workspace import workspace
from corpusmill.operators.extract.html.batch import Choices, Pages, classify, extract_pages, texts
from corpusmill.operators.extract.html.decode.decoding import as_utf8
from corpusmill.operators.extract.html.decode.sniff import HTML, PLAIN_TEXT
from corpusmill.operators.extract.html.fallback import from_structured_data
from corpusmill.operators.extract.html.features.repeats import DROP, KEEP
from corpusmill.operators.extract.html.model.model import load
from corpusmill.operators.extract.html.promised import FAILURES, promises, with_plain
from corpusmill.operators.extract.html.result.arrow import days, strings, valid_rows
from corpusmill.operators.extract.html.result.choice import LEAST_THRESHOLD
from corpusmill.operators.extract.html.result.metadata import page_facts
from corpusmill.operators.extract.pages.route import TEXT_TYPES
from corpusmill.operators.text.buffers import views

MODEL = Resource("shipped:extract/models/main_text.npz")
Favour = Literal["precision", "balanced", "recall"]
THRESHOLDS: dict[Favour, float] = {"precision": 0.75, "balanced": 0.6, "recall": 0.4}


@dataclass(frozen=True, kw_only=True)
class MainText(Extract):
    """Turns HTML into its main text and tells what the page tells of itself.

    Reads `content`, and `mime` and `http_charset` where the batch has them. What is neither HTML nor of `text_types`
    fails, named: "not_html: pdf". A page without text gives the empty text, and so does one that is likelier to be all
    boilerplate than what would be kept of it is to be main text. Passages that repeat are kept, but for copies made for
    other screens.

    Formulas are written as TeX, `\\(x^2\\)`, or on one line; superscripts as 10^6, marks of footnotes as [12]. Line
    numbers of code listings and forms to leave a comment are left out.

    favour: "balanced" for the best F1, "precision" for less that is no main text, "recall" for less that is lost.
    threshold: probability above which a block of a clear page is kept, 0.1 to 1, in place of favour's.
    repeats: "drop" keeps only the first of passages of 8 words and more that are the same word for word; a row of a
    table goes whole or stays, code stays. `repeated_passages` counts them either way.
    comments: keep readers' comments that the model holds for main text. links: keep the text of links.
    title: put the page's title before its text, unless a line of the text is the title.
    text_types: types, as the server declares them, whose pages are text as it stands unless their bytes are something
    else: their text is not changed, their `boilerplate_score` is 0 and their `expected_f1` null.
    """

    favour: Favour = "balanced"
    threshold: float | None = None
    repeats: Literal["keep", "drop"] = "keep"
    comments: bool = True
    links: bool = True
    title: bool = False
    text_types: tuple[str, ...] = TEXT_TYPES
    model: Resource = MODEL

    version: ClassVar[int] = 8
    adds: ClassVar[Columns] = {
        "title": TEXT,  # null when the page tells none; so are language, address and day
        "html_lang": pa.string(),  # as written in <html lang>
        "canonical_url": pa.string(),
        "published": pa.date32(),
        "charset_source": pa.string(),  # bom, utf8, document, http, detected, default
        "expected_f1": pa.float32(),  # 0 to 1: what the model expects of its own choice; null where it made none
        "boilerplate_score": pa.float32(),  # 0 to 1: how surely the page has no main text; 0 for an articleBody
        "from_structured_data": pa.bool_(),  # the text is the page's JSON-LD, there being hardly any other
        "repeated_passages": pa.int32(),  # passages of 8 words and more that an earlier one of the text says the same
        "truncated": pa.bool_(),  # a bound on bytes, blocks or depth cut the page
    }

    def __post_init__(self) -> None:
        if self.threshold is None:
            return
        if not LEAST_THRESHOLD <= self.threshold <= 1:
            raise ValueError(f"threshold must be from {LEAST_THRESHOLD} to 1, got {self.threshold!r}")
        if self.favour != "balanced":
            raise ValueError(f"threshold replaces favour; give one of them, got {self.threshold!r} and {self.favour!r}")

    def check_files(self) -> None:
        load(self.model.read())

    def extract(self, batch: Batch) -> Arrays:
        content = batch.column("content")
        rows = len(content)
        data, offsets = views(content)
        kind, utf8 = np.empty(rows, np.int64), np.empty(rows, np.bool_)
        promised = promises(batch, self.text_types)
        classify(data, offsets, valid_rows(content), promised.kind, kind, utf8)
        is_html, is_text = kind == HTML, promised.is_text & (kind == PLAIN_TEXT)
        charsets = batch.column("http_charset") if "http_charset" in batch.table.column_names else None
        pages = as_utf8(data, offsets, is_html | is_text, utf8, charsets)
        sizes = np.where(is_html, pages.end - pages.start, 0)
        out, found = texts(rows, int(sizes.sum()), titled=self.title), page_facts(rows)
        threshold = THRESHOLDS[self.favour] if self.threshold is None else self.threshold
        repeats = DROP if self.repeats == "drop" else KEEP
        choices = Choices(threshold, self.comments, self.links, self.title, repeats)
        ws = workspace(int(sizes.max(initial=0)))
        html = Pages(pages.data, pages.decoded, pages.start, pages.end, kind)
        extract_pages(html, ws, load(self.model.read()), choices, out, found)
        failed = ~(is_html | is_text)
        title = strings(found.title, found.title_end, np.diff(found.title_end) == 0, TEXT)
        text = with_plain(strings(out.text, out.text_end, failed, TEXT), pages, is_text)
        replaced = from_structured_data(text, out, pages, title if self.title else None)
        return {
            "text": replaced.text,
            "failure": pa.array(FAILURES[np.where(is_text, HTML, kind)], pa.string()),
            "title": title,
            "html_lang": strings(found.language, found.language_end, np.diff(found.language_end) == 0, pa.string()),
            "canonical_url": strings(found.address, found.address_end, np.diff(found.address_end) == 0, pa.string()),
            "published": days(found.day),
            "charset_source": pages.source,
            "expected_f1": pa.array(out.expected_f1, pa.float32(), mask=~is_html),
            "boilerplate_score": pa.array(np.where(replaced.by_body, 0, out.boilerplate), pa.float32(), mask=failed),
            "from_structured_data": pa.array(replaced.any, pa.bool_(), mask=failed),
            "repeated_passages": pa.array(out.repeated, pa.int32(), mask=failed),
            "truncated": pa.array(out.cut, pa.bool_(), mask=failed),
        }
