"""Features of the page and of a block's position in it; and all features of the first stage together."""

from collections import Counter
from math import log1p

from corpusmill.operators.extract.html.plain import text as t
from corpusmill.operators.extract.html.plain.around import (
    best,
    best_container,
    containers,
    is_prose,
    link_words,
    neighbours,
    page_words,
    path,
    repetition,
    total,
    words,
)
from corpusmill.operators.extract.html.plain.own import heading_level, own, place
from corpusmill.operators.extract.html.plain.page import Page
from corpusmill.operators.extract.html.plain.section import section


def first(numbers: list[int]) -> int | None:
    return numbers[0] if numbers else None


def position(page: Page, at: int) -> dict[str, float]:
    """Columns POSITION. The title is the first heading that overlaps <title> by more than 0.7; it stands in for h1."""
    levels = [heading_level(block) for block in page.blocks]
    title = first([k for k, b in enumerate(page.blocks) if levels[k] and t.title_overlap(b.text, page.title) > 0.7])
    h1 = first([k for k, level in enumerate(levels) if level == 1])
    h1 = title if h1 is None else h1
    heading = first([at - k for k in range(at, -1, -1) if levels[k]])

    def since(mark: int | None) -> int:
        return -99 if mark is None else max(min(at - mark, 60), -60)

    return {
        "block_position": at / len(page.blocks),
        "word_position": total(page.blocks[:at]) / page_words(page),
        "blocks_since_h1": since(h1),
        "blocks_since_heading": 99 if heading is None else min(heading, 30),
        "blocks_since_title": since(title),
    }


def whole(page: Page, at: int) -> dict[str, float]:
    """Columns PAGE and TYPE. The repeated path is the one with most words of those that occur four times or more."""
    count = page_words(page)
    prose = [b for b in page.blocks if is_prose(b)]
    paths = Counter(path(b) for b in page.blocks)
    by_words = {p: total([b for b in page.blocks if path(b) == p]) for p in paths if paths[p] >= 4}
    most = max(by_words, key=lambda p: by_words[p], default=None)
    most = None if most is None or not by_words[most] else most
    bits = ("ld_article", "ld_product", "ld_list", "ld_discussion", "ld_organization")
    return {
        "page_log_words": log1p(count),
        "page_log_blocks": log1p(len(page.blocks)),
        "page_link_share": sum(map(link_words, page.blocks)) / count,
        "page_articles": min(sum(e.tag == "article" for e in page.elements), 20),
        "page_has_main": float(any(e.tag == "main" for e in page.elements)),
        "page_prose_share": total(prose) / count,
        "page_prose_blocks": len(prose),
        "page_currency_blocks": sum(t.currency(b.text.decode()) > 0 for b in page.blocks),
        "og_type": page.og_type,
        **{name: page.ld_types >> k & 1 for k, name in enumerate(bits)},
        "repeated_page_share": by_words[most] / count if most else 0.0,
        "in_repeated": float(most is not None and path(page.blocks[at]) == most),
        "log_repeated": log1p(paths[most]) if most else 0.0,
        "page_headings": sum(heading_level(b) > 0 for b in page.blocks),
    }


def first_stage(page: Page) -> list[dict[str, float]]:
    """Every feature of the first stage, by name, for each block."""
    if not page.blocks:
        return []
    container = best_container(page)
    return [
        own(page, block)
        | place(page, block)
        | containers(page, block)
        | repetition(page, block)
        | best(page, block, container)
        | position(page, at)
        | whole(page, at)
        | neighbours(page, at)
        | section(page, at)
        for at, block in enumerate(page.blocks)
    ]


def weight(page: Page, at: int) -> int:
    """Words of block number `at`, and one: what its score counts in means."""
    return words(page.blocks[at]) + 1
