"""Features of the second stage: scores of the first around a block."""

from corpusmill.operators.extract.html.features.names import FIRST
from corpusmill.operators.extract.html.plain.around import path, words
from corpusmill.operators.extract.html.plain.page import Block, Page
from corpusmill.operators.extract.html.plain.section_score import densest, page_choice, section_scores
from corpusmill.operators.extract.html.plain.whole import weight


def mean_score(page: Page, scores: list[float], numbers: list[int]) -> float:
    """Mean score of these blocks, weighted by words and one; -1 for none."""
    weights = [weight(page, k) for k in numbers]
    return sum(scores[k] * w for k, w in zip(numbers, weights, strict=True)) / sum(weights) if numbers else -1.0


def numbers_in(page: Page, block: Block, level: int) -> list[int] | None:
    """Numbers of the other blocks in the container `level` steps out; None when there is no such container."""
    around = block.owner.containers()
    if level >= len(around):
        return None
    return [k for k, b in enumerate(page.blocks) if b is not block and around[level] in b.owner.lineage()]


def second_stage(page: Page, first: list[dict[str, float]], scores: list[float]) -> list[dict[str, float]]:
    """Every feature of the second stage, by name, for each block. Scores of one path are cut to thousandths."""
    everything = list(range(len(page.blocks)))
    mass = [scores[k] * weight(page, k) for k in everything]
    sure = [k for k in everything if scores[k] > 0.5 and words(page.blocks[k]) >= 8]
    rows = []
    for at, block in enumerate(page.blocks):
        row = {name: first[at][name] for name in FIRST} | {"score": scores[at]}
        for step in range(1, 5):
            row[f"score_{step}_before"] = scores[at - step] if at >= step else -1
            row[f"score_{step}_after"] = scores[at + step] if at + step < len(scores) else -1
        row["score_8_before"] = mean_score(page, scores, everything[max(0, at - 8) : at])
        row["score_8_after"] = mean_score(page, scores, everything[at + 1 : at + 9])
        for level in range(4):
            row[f"container_{level}_score"] = mean_score(page, scores, numbers_in(page, block, level) or [])
        same = [k for k in everything if path(page.blocks[k]) == path(block)]
        thousandths = sum(int(1000 * scores[k]) for k in same) - 1000 * scores[at]
        row["path_score"] = thousandths / (1000 * (len(same) - 1)) if len(same) > 1 else -1
        row["page_score"] = mean_score(page, scores, everything)
        row["page_highest_score"] = max(scores)
        row["score_passed_share"] = sum(mass[:at]) / (sum(mass) + 1e-6)
        row["blocks_since_first"] = max(min(at - sure[0], 50), -50) if sure else -99
        row["blocks_until_last"] = max(min(sure[-1] - at, 50), -50) if sure else -99
        row["page_score_words"] = (sum(mass) - mass[at]) * 0.01
        row |= section_scores(page, scores, at) | densest(page, scores, at) | page_choice(page, scores, at)
        rows.append(row)
    return rows
