"""The tokenizer reads the same words from a page as a browser's parser does (lexbor, by way of resiliparse)."""

import statistics
from pathlib import Path

import numpy as np
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.html import HTMLTree, NodeType, traverse_dom

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.parse.tokenizer import tokenize
from corpusmill.operators.text.charset import decoded, detect
from training.extract.words import overlap

NO_TEXT = ", ".join(name for name, number in T.NUMBER.items() if T.KIND[number] & (T.RAW | T.SKIP) or name == "head")
BLOCKS = {name for name, number in T.NUMBER.items() if T.KIND[number] & T.BLOCK}
WS = allocate(16_000_000)


def by_lexbor(page: str) -> str:
    """Text of the body, but for what is no text, with a line end around each block-level element."""
    tree = HTMLTree.parse(page)
    if tree.body is None:
        return ""
    for node in tree.body.query_selector_all(NO_TEXT):
        node.decompose()
    parts: list[str] = []

    def begin(context) -> None:
        if context.node.type == NodeType.TEXT:
            parts.append(context.node.text)
        else:
            end(context)

    def end(context) -> None:
        if context.node.type == NodeType.ELEMENT and (context.node.tag in BLOCKS or context.node.tag == "br"):
            parts.append("\n")

    traverse_dom(tree.body, begin, end)
    return "".join(parts)


def by_us(page: str) -> str:
    source = np.frombuffer(page.encode(), np.uint8)
    tokenize(source, len(source), WS)
    text = WS.text[: WS.state[C.OUT]].tobytes()
    rows = WS.blocks[: WS.state[C.BLOCKS], : C.END + 1].tolist()
    return "\n".join(text[start:end].decode() for start, end in rows)


def pages(folder: Path, step: int) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                body = record.reader.read()
                found.append(decoded(body, detect(body, record.http_charset)))
    return found[::step]


def agreement(texts: list[str]) -> list[float]:
    squeezed = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")
    return [overlap(by_us(text), by_lexbor(text).translate(squeezed)).f1 for text in texts]


@pytest.mark.thorough
@pytest.mark.parametrize(("step", "least"), [(40, 0.995)])
def test_a_sample_of_crawled_pages(corpora, step, least):
    assert statistics.mean(agreement(pages(corpora / "crawl", step))) >= least


@pytest.mark.slow
def test_a_thousand_crawled_pages(corpora):
    found = agreement(pages(corpora / "crawl", 1))
    assert len(found) >= 1000
    assert statistics.mean(found) >= 0.995
