"""HTML to text by Resiliparse: fast, keeps somewhat more than the main text.

Source:   Bevendorff et al. 2018, "Elastic ChatNoir" (ECIR); resiliparse.extract.html2text of version 2.
Deviates: encodings are found by operators.text.charset, not by the library's detector.
"""

from dataclasses import dataclass
from typing import ClassVar

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLParserException, HTMLTree

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Extract
from corpusmill.operators.extract.pages.page import ADDS, Extracted, columns_of
from corpusmill.operators.extract.pages.route import TEXT_TYPES


@dataclass(frozen=True, kw_only=True)
class Resiliparse(Extract):
    """Reads `content`, and `mime` and `http_charset` where the batch has them.

    Adds `title`, `html_lang`, `charset` and `charset_source`. One call of the library a page: it has none for many.

    main_content: leave out navigation, footers, side bars, by simple rules; False keeps all visible text.
    text_types: types, as the server declares them, whose pages are text as it stands; their text is not changed.
    max_page_bytes: a longer page is a failure `page_too_large`.
    Pages that are neither HTML nor plain text are failures `not_html: TYPE`; a page without text gives "".
    """

    main_content: bool = True
    list_bullets: bool = True
    alt_texts: bool = False
    links: bool = False
    comments: bool = False
    text_types: tuple[str, ...] = TEXT_TYPES
    max_page_bytes: int = 16 << 20

    version: ClassVar[int] = 3
    adds: ClassVar[Columns] = ADDS
    libraries: ClassVar[tuple[str, ...]] = ("resiliparse",)

    def __post_init__(self) -> None:
        if self.max_page_bytes < 1:
            raise ValueError(f"max_page_bytes must be at least 1, got {self.max_page_bytes}")

    def extract(self, batch: Batch) -> Arrays:
        return columns_of(batch, self.max_page_bytes, self.text_types, self._page)

    def _page(self, page: str) -> Extracted:
        try:
            tree = HTMLTree.parse(page)
            text = extract_plain_text(
                tree,
                main_content=self.main_content,
                list_bullets=self.list_bullets,
                alt_texts=self.alt_texts,
                links=self.links,
                comments=self.comments,
            )
        except (HTMLParserException, ValueError, RuntimeError, MemoryError) as e:
            return Extracted(None, failure=f"unparsable_html: {str(e)[:200]}")
        root = tree.document.document_element if tree.document else None
        lang = root.getattr("lang") if root else None
        return Extracted(text, tree.title or None, lang or None)
