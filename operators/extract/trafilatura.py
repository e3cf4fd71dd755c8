"""HTML to main text by trafilatura: careful and slow, about 50 pages a second.

Source:   Barbaresi 2021, "Trafilatura: A Web Scraping Library and Command-Line Tool" (ACL demo).
Deviates: encodings are found by operators.text.charset; a page that takes too long is ended, and is a failure.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Extract
from corpusmill.operators.extract.limited.pool import Child, Settings, child_for
from corpusmill.operators.extract.pages.page import ADDS, Extracted, columns_of
from corpusmill.operators.extract.pages.route import TEXT_TYPES


@dataclass(frozen=True, kw_only=True)
class Trafilatura(Extract):
    """Reads `content`, and `mime` and `http_charset` where the batch has them.

    Adds `title`, `html_lang`, `charset` and `charset_source`. Pages run in a child process, one at a time.

    favor: "precision" takes less text when in doubt, "recall" more. fast: leave out the second and third extractor that
    trafilatura falls back to.
    time_limit_s: processor seconds after which a page is ended, `time_limit`. Pages close to it may fall on either side
    on another machine; it is meant for pages that would never end.
    memory_limit_bytes: address space of the child; above it a page is a failure `out_of_memory` or `extractor_died`.
    pages_per_process: the child is replaced after so many pages, for the library's memory grows.
    text_types: types, as the server declares them, whose pages are text as it stands; their text is not changed.
    max_page_bytes: a longer page is a failure `page_too_large`.
    """

    favor: Literal["balanced", "precision", "recall"] = "balanced"
    fast: bool = False
    comments: bool = False
    tables: bool = True
    links: bool = False
    deduplicate: bool = False
    time_limit_s: float = 30.0
    memory_limit_bytes: int = 4 << 30
    pages_per_process: int = 2000
    text_types: tuple[str, ...] = TEXT_TYPES
    max_page_bytes: int = 16 << 20

    version: ClassVar[int] = 3
    adds: ClassVar[Columns] = ADDS
    libraries: ClassVar[tuple[str, ...]] = ("trafilatura", "lxml", "orjson")

    def __post_init__(self) -> None:
        if self.favor not in ("balanced", "precision", "recall"):
            raise ValueError(f"favor must be 'balanced', 'precision' or 'recall', got {self.favor!r}")
        for name in ("time_limit_s", "memory_limit_bytes", "pages_per_process", "max_page_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")

    def extract(self, batch: Batch) -> Arrays:
        child = child_for(self._settings())
        return columns_of(batch, self.max_page_bytes, self.text_types, lambda page: _extracted(child, page))

    def _settings(self) -> Settings:
        options = {
            "fast": self.fast,
            "favor_precision": self.favor == "precision",
            "favor_recall": self.favor == "recall",
            "include_comments": self.comments,
            "include_tables": self.tables,
            "include_links": self.links,
            "deduplicate": self.deduplicate,
            "output_format": "txt",
        }
        return Settings(
            self.time_limit_s, self.memory_limit_bytes, self.pages_per_process, tuple(sorted(options.items()))
        )


def _extracted(child: Child, page: str) -> Extracted:
    answer = child.ask(page)
    return Extracted(answer.get("text"), answer.get("title"), answer.get("lang"), answer.get("failure"))
