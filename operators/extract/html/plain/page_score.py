"""Features of the whole page, from which it is told whether there is main text at all."""

from math import log1p

from corpusmill.operators.extract.html.plain import text as t
from corpusmill.operators.extract.html.plain.around import is_prose, link_words, words
from corpusmill.operators.extract.html.plain.own import heading_level
from corpusmill.operators.extract.html.plain.page import Page


def page_row(page: Page, first: list[dict[str, float]], scores: list[float]) -> dict[str, float]:
    """PAGE_FEATURES, by name. `scores` are those of the first stage; blocks above one half count as kept."""
    blocks = list(zip(page.blocks, scores, strict=True))
    count = sum(words(b) for b in page.blocks)
    mass = sum(words(b) * s for b, s in blocks)
    kept = [(b, s) for b, s in blocks if s > 0.5]
    kept_words = sum(words(b) for b, _ in kept)
    prose = [(b, s) for b, s in blocks if is_prose(b)]

    def share(values: list[float]) -> float:
        return sum(words(b) * value for b, value in zip(page.blocks, values, strict=True)) / (count + 1)

    digits = [t.count(b.text.decode(), "0123456789") / max(len(b.text.decode()), 1) for b in page.blocks]
    return {
        "log_words": log1p(count),
        "log_blocks": log1p(len(blocks)),
        "link_share": sum(link_words(b) for b in page.blocks) / (count + 1),
        "prose_share": sum(words(b) for b, _ in prose) / (count + 1),
        "prose_blocks": log1p(len(prose)),
        "highest": max((s for b, s in blocks if words(b) >= 5), default=0.0),
        "highest_of_sentences": max((s for _, s in prose), default=0.0),
        "kept_words": log1p(kept_words),
        "kept_blocks": log1p(len(kept)),
        "kept_share": kept_words / (count + 1),
        "kept_link_share": sum(link_words(b) for b, _ in kept) / (kept_words + 1),
        "expected_f1": 2 * sum(words(b) * s for b, s in kept) / (kept_words + mass) if kept_words + mass else 0.0,
        "mean_score": mass / (count + 1),
        "headings": log1p(sum(heading_level(b) > 0 for b in page.blocks)),
        "images": log1p(sum(b.images for b in page.blocks)),
        "digit_share": share(digits),
        "described_share": share([row["in_description"] for row in first]),
        "log_longest": log1p(max(words(b) - link_words(b) for b in page.blocks)),
    }
