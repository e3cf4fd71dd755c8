"""Features of the section a block stands in: its heading, the first block of its containers, its groups, its data."""

from itertools import pairwise

from corpusmill.operators.extract.html.base.hashing import fnv1a, folded
from corpusmill.operators.extract.html.features.name_groups import GROUPS
from corpusmill.operators.extract.html.features.phrases import DATA_BYTES, DESCRIPTION_BYTES
from corpusmill.operators.extract.html.parse.attributes import HIDDEN_WORD, OF_CLASS, OF_ROLE
from corpusmill.operators.extract.html.plain import text as t
from corpusmill.operators.extract.html.plain.own import heading_level, link_share
from corpusmill.operators.extract.html.plain.page import Block, Page

MEANING = {
    folded(fnv1a(word.encode(), seed)): group
    for group, words in GROUPS.items()
    for word in words.split()
    for seed in (OF_CLASS, OF_ROLE)
} | {int(HIDDEN_WORD): "unseen"}
Pairs = set[tuple[bytes, bytes]]


def pairs(text: bytes, most: int) -> Pairs:
    """Neighbouring words, as pairs; of the first `most` words.

    >>> sorted(pairs(b"a b, c", 9))
    [(b'a', b'b'), (b'b', b'c')]
    """
    found = t.words(text)[:most]
    return set(pairwise(found))


def data_pairs(scripts: list[bytes]) -> Pairs:
    """The pairs of words in the first DATA_BYTES of all JSON-LD."""
    found: Pairs = set()
    left = DATA_BYTES
    for script in scripts:
        found |= pairs(script[:left], DATA_BYTES // 2)
        left -= len(script[:left])
    return found


def share_found(block: Block, reference: Pairs) -> float:
    """Share of the pairs of the block's first 20 words that are known; 0 for fewer than two words."""
    first = t.words(block.text)[:20]
    mine = list(pairwise(first))
    return sum(pair in reference for pair in mine) / len(mine) if mine else 0.0


def heading(page: Page, at: int) -> dict[str, float]:
    """Columns of the last heading at or before block number `at`."""
    found = next((page.blocks[k] for k in range(at, -1, -1) if heading_level(page.blocks[k])), None)
    parts = ("level", "word_mean", "word_min", "word_max", "title_overlap", "link_share")
    values = [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    if found:
        weights = t.word_weights(found.text, page.word_weights)
        values = [heading_level(found), *weights, t.title_overlap(found.text, page.title), link_share(found)]
    return {f"heading_before_{part}": value for part, value in zip(parts, values, strict=True)}


def openers(page: Page, at: int) -> dict[str, float]:
    """Columns of the first block of each of three containers around."""
    found: dict[str, float] = {}
    around = page.blocks[at].owner.containers()
    for level in range(3):
        mean, low, since = 0.0, 0.0, -1
        if level < len(around):
            first = next(k for k, b in enumerate(page.blocks) if around[level] in b.owner.lineage())
            mean, low, _ = t.word_weights(page.blocks[first].text, page.word_weights)
            since = min(at - first, 60)
        found[f"opener_{level}_word_mean"] = mean
        found[f"opener_{level}_word_min"] = low
        found[f"blocks_since_opener_{level}"] = since
    return found


def section(page: Page, at: int) -> dict[str, float]:
    """Columns SECTION and the groups."""
    block = page.blocks[at]
    names = [*block.names, *(name for element in block.owner.lineage() for name in element.names)]
    meant = {MEANING[name] for name in names if name in MEANING}
    return {
        **heading(page, at),
        **openers(page, at),
        "in_description": share_found(block, pairs(page.description[:DESCRIPTION_BYTES], DESCRIPTION_BYTES // 2)),
        "in_data": share_found(block, data_pairs(page.data)),
        **{f"group_{group}": float(group in meant) for group in GROUPS},
    }
