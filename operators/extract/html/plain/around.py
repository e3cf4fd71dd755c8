"""Features of what surrounds a block: containers, best container, repetition, neighbours."""

from math import log1p

from corpusmill.operators.extract.html.plain import text as t
from corpusmill.operators.extract.html.plain.own import LEAF_KIND, link_share
from corpusmill.operators.extract.html.plain.page import Block, Element, Page

Key = tuple[int, int | None]


def words(block: Block) -> int:
    return t.word_count(block.text)


def link_words(block: Block) -> float:
    """Words of the block, as far as its bytes are links."""
    return words(block) * link_share(block)


def is_prose(block: Block) -> bool:
    """A sentence of 8 words or 25 words at all, less than half of it links."""
    count = words(block)
    return ((t.sentences(block.text.decode()) >= 1 and count >= 8) or count >= 25) and link_share(block) < 0.5


def within(page: Page, element: Element) -> list[Block]:
    """The blocks in an element."""
    return [block for block in page.blocks if element in block.owner.lineage()]


def total(blocks: list[Block]) -> int:
    return sum(map(words, blocks))


def page_words(page: Page) -> int:
    """Words of the page and one, to divide by."""
    return 1 + total(page.blocks)


def containers(page: Page, block: Block) -> dict[str, float]:
    """Columns CONTAINERS: the four containers around, innermost first; -1 where there are fewer."""
    found: dict[str, float] = {}
    around = block.owner.containers()
    for level in range(4):
        values = [-1.0] * 6
        if level < len(around):
            blocks = within(page, around[level])
            count = total(blocks)
            values = [
                log1p(count),
                sum(map(link_words, blocks)) / (count + 1),
                log1p(len(blocks)),
                total([b for b in blocks if is_prose(b)]) / (count + 1),
                count / page_words(page),
                t.name_weights(around[level].names, page.name_weights)[0],
            ]
        parts = ("log_words", "link_share", "log_blocks", "prose_share", "page_share", "name_sum")
        found |= {f"container_{level}_{part}": value for part, value in zip(parts, values, strict=True)}
    return found


def readability(page: Page, element: Element) -> float:
    """Scores of paragraphs of 6 unlinked words or more: whole in the innermost container, half, a quarter outward."""
    score = 0.0
    for block in page.blocks:
        plain = words(block) - link_words(block)
        around = block.owner.containers()[:3]
        if plain >= 6 and element in around:
            commas = t.count(block.text.decode(), ",\u3001\uff0c")
            score += (1 + commas + min(0.06 * plain, 3)) / 2 ** around.index(element)
    return score


def best_container(page: Page) -> Element:
    """The container that scores highest, links counted against it; the first of equals."""

    def score(element: Element) -> float:
        blocks = within(page, element)
        return readability(page, element) * (1 - sum(map(link_words, blocks)) / (total(blocks) + 1))

    return max((e for e in page.elements if e.is_container), key=score)


def best(page: Page, block: Block, container: Element) -> dict[str, float]:
    """Columns BEST."""
    outward = container.lineage()
    common = next(e for e in block.owner.lineage() if e in outward)
    blocks = within(page, container)
    return {
        "in_best": float(common is container),
        "best_depth_below_common": container.depth - common.depth,
        "depth_below_common": block.owner.depth - common.depth,
        "best_page_share": total(blocks) / page_words(page),
        "best_link_share": sum(map(link_words, blocks)) / (total(blocks) + 1),
    }


def path(block: Block) -> Key:
    """What blocks of one kind share: the signature of their element and of its parent."""
    return block.owner.signature, block.owner.parent.signature if block.owner.parent else None


def repetition(page: Page, block: Block) -> dict[str, float]:
    """Columns REPETITION. Words and link words of a path are summed as whole numbers."""
    same = [b for b in page.blocks if path(b) == path(block)]
    above = block.owner.parent or block.owner
    return {
        "log_same_owner": log1p(sum(e.signature == block.owner.signature for e in page.elements)),
        "log_same_parent": log1p(sum(e.signature == above.signature for e in page.elements)),
        "log_same_path": log1p(len(same)),
        "path_words_mean": total(same) / len(same),
        "path_link_share": sum(int(link_words(b)) for b in same) / (total(same) + 1),
        "path_page_share": total(same) / page_words(page),
    }


def neighbours(page: Page, at: int) -> dict[str, float]:
    """Columns NEIGHBOURS and WINDOWS of block number `at`; -1 beyond the ends of the page."""
    block, found = page.blocks[at], {}
    for where, step in (("before", -1), ("after", 1), ("before_2", -2), ("after_2", 2)):
        values = [-1.0] * 4
        if 0 <= at + step < len(page.blocks):
            other = page.blocks[at + step]
            kin = 2 if other.owner is block.owner else int(other.owner.parent is block.owner.parent)
            if abs(step) == 2:
                kin = t.sentences(other.text.decode()) * (2 if kin == 2 else 1)
            values = [log1p(words(other)), link_share(other), LEAF_KIND.get(other.owner.tag, 0), kin]
        parts = ("log_words", "link_share", "leaf_kind", "kinship")
        found |= {f"{where}_{part}": value for part, value in zip(parts, values, strict=True)}
    for where, blocks in (("before", page.blocks[max(0, at - 5) : at]), ("after", page.blocks[at + 1 : at + 6])):
        linked = sum(map(link_words, blocks))
        found[f"plain_words_{where}"] = log1p(total(blocks) - linked)
        found[f"link_share_{where}"] = linked / (total(blocks) + 1)
    return found
