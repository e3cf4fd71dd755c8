"""Wikitext to text by mwparserfromhell: links, bold and headings as they are read, without templates and tables.

Source:   https://www.mediawiki.org/wiki/Help:Formatting, as mwparserfromhell parses it.
Deviates: templates are left out and not expanded, since a dump of articles lacks most of them; with them go
          infoboxes, and numbers and dates that templates write. Tags of HTML that begin or end a line (<br>, <p>,
          <div>) do so here, too.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Extract
from corpusmill.operators.extras import library

HIDDEN_TAGS = frozenset(("table", "gallery", "ref", "references", "math", "timeline", "score", "imagemap"))
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = frozenset(("blockquote", "center", "dd", "div", "dl", "dt", *HEADINGS, "li", "ol", "p", "ul"))
LINES = BLOCKS | {"br", "hr"}  # written as HTML; those of wiki markup stand at the begin of a line
SWITCH = re.compile(r"__[A-Z]{3,}__")
SPACES = re.compile(r"(?:(?<![ \t])[ \t]++)?\n[ \t]*")  # blanks are tried once, not from each on
GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, kw_only=True)
class Wikitext(Extract):
    """Reads the `content` of `readers.mediawiki` and its `link_prefixes`, which tell links that show no text.

    Needs `pip install 'corpusmill[mediawiki]'`. A page takes some milliseconds; it is one call a page, as the library
    has no other. A page of nothing but templates, tables and links without text is a failure `no_text`.
    max_page_bytes: a longer page is a failure `page_too_large`.
    """

    max_page_bytes: int = 4 << 20

    reads: ClassVar[Columns] = {"content": pa.large_binary(), "link_prefixes": pa.string()}
    version: ClassVar[int] = 2
    libraries: ClassVar[tuple[str, ...]] = ("mwparserfromhell",)

    def __post_init__(self) -> None:
        if self.max_page_bytes < 1:
            raise ValueError(f"max_page_bytes must be at least 1, got {self.max_page_bytes}")

    def extract(self, batch: Batch) -> Arrays:
        texts: list[str | None] = []
        failures: list[str | None] = []
        pages = zip(batch.column("content").to_pylist(), batch.column("link_prefixes").to_pylist(), strict=True)
        for content, prefixes in pages:
            text, failure = self._text(content, prefixes or "")
            texts.append(text)
            failures.append(failure)
        return {"text": pa.array(texts, TEXT), "failure": pa.array(failures, pa.string())}

    def _text(self, content: bytes | None, prefixes: str) -> tuple[str | None, str | None]:
        """The text of a page, or why it has none."""
        if content is None:
            return None, "no_content"
        if len(content) > self.max_page_bytes:
            return None, f"page_too_large: {len(content)}"
        try:
            text = plain(content.decode("utf-8", "replace"), prefixes)
        except (RecursionError, ValueError) as e:
            return None, f"bad_wikitext: {type(e).__name__}"
        return (text, None) if text else (None, "no_text")


def plain(wikitext: str, prefixes: str) -> str:
    """The text of a page. prefixes: what links without text begin with, divided by bars."""
    parser = library("mwparserfromhell", name="mwparserfromhell", extra="mediawiki")
    code = parser.parse(wikitext)
    _prune(code, tuple(f"{each.lower()}:" for each in prefixes.split("|") if each), parser.nodes)
    text = SWITCH.sub("", str(code.strip_code(normalize=True, collapse=True)))
    return GAPS.sub("\n\n", SPACES.sub("\n", text)).strip()


def _prune(code: Any, hidden: tuple[str, ...], kinds: Any) -> None:
    """Leave out what is not read, here and in all that is inside, and end lines where HTML ends them; each list of
    nodes is written once, for the parser's own removal of a node walks through all others.

    hidden: what links without text begin with, in lower case. kinds: the module of the parser's nodes.
    """
    kept: list[Any] = []
    for node in code.nodes:
        inside = None
        if isinstance(node, kinds.Wikilink):
            title = str(node.title).strip()
            if title.lower().startswith(hidden):
                continue
            if title.startswith(":") and node.text is None:
                node.title = title.lstrip(":")
            inside = node.text
        elif isinstance(node, kinds.Tag):
            name = str(node.tag).strip().lower()
            if name in HIDDEN_TAGS:
                continue
            inside = node.contents
            if name in LINES and not node.wiki_markup:
                kept += [kinds.Text("\n"), node, kinds.Text("\n")] if name in BLOCKS else [kinds.Text("\n")]
                node = None
        elif isinstance(node, kinds.Heading | kinds.ExternalLink):
            inside = node.title
        if inside is not None:
            _prune(inside, hidden, kinds)
        if node is not None:
            kept.append(node)
    code.nodes = kept
