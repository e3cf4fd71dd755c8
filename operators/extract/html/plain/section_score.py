"""Features of the second stage that look at the whole page: sections, the container that holds most of the text."""

from math import log1p

from corpusmill.operators.extract.html.plain.around import page_words, total, within, words
from corpusmill.operators.extract.html.plain.own import heading_level
from corpusmill.operators.extract.html.plain.page import Page
from corpusmill.operators.extract.html.plain.whole import weight


def section_at(page: Page, at: int) -> list[int]:
    """Numbers of the blocks from the last heading at or before block `at` to the next one."""
    first = next((k for k in range(at, 0, -1) if heading_level(page.blocks[k])), 0)
    end = next((k for k in range(at + 1, len(page.blocks)) if heading_level(page.blocks[k])), len(page.blocks))
    return list(range(first, end))


def section_scores(page: Page, scores: list[float], at: int) -> dict[str, float]:
    """Mean score of the block's section, and of the headings before and after."""
    numbers = section_at(page, at)
    weights = [weight(page, k) for k in numbers]
    before = next((k for k in range(at, -1, -1) if heading_level(page.blocks[k])), None)
    after = numbers[-1] + 1
    return {
        "section_score": sum(scores[k] * w for k, w in zip(numbers, weights, strict=True)) / sum(weights),
        "heading_before_score": -1 if before is None else scores[before],
        "heading_after_score": scores[after] if after < len(scores) else -1,
    }


def densest(page: Page, scores: list[float], at: int) -> dict[str, float]:
    """Where the block stands to the container with the highest sum of (words + 1) x (score - 0.4)."""

    def gain(element: object) -> float:
        return sum(
            weight(page, k) * (scores[k] - 0.4) for k, b in enumerate(page.blocks) if element in b.owner.lineage()
        )

    owner = page.blocks[at].owner
    container = max((e for e in page.elements if e.is_container), key=gain)
    common = next(e for e in owner.lineage() if e in container.lineage())
    return {
        "in_densest": float(common is container),
        "densest_depth_below_common": container.depth - common.depth,
        "depth_below_densest": owner.depth - common.depth,
        "densest_page_share": total(within(page, container)) / page_words(page),
    }


def page_choice(page: Page, scores: list[float], at: int) -> dict[str, float]:
    """What would be kept at one half, and how much of the page scores higher than the block, in steps of 1/64."""
    count = [words(block) for block in page.blocks]
    kept = sum(w for w, s in zip(count, scores, strict=True) if s > 0.5)
    hits = sum(w * s for w, s in zip(count, scores, strict=True) if s > 0.5)
    true = sum(w * s for w, s in zip(count, scores, strict=True))
    steps = [min(int(64 * s), 63) for s in scores]
    return {
        "words_above_share": sum(w for w, step in zip(count, steps, strict=True) if step > steps[at])
        / page_words(page),
        "page_kept_share": kept / page_words(page),
        "page_log_kept": log1p(sum(s > 0.5 for s in scores)),
        "page_expected_f1": 2 * hits / (kept + true) if kept + true else 0.0,
    }
