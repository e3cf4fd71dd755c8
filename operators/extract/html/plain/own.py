"""Features of a block alone, and of where it stands: by name, as `feature_names` lists them."""

from math import log1p

from corpusmill.operators.extract.html.plain import text as t
from corpusmill.operators.extract.html.plain.page import Block, Page

LEAF_KINDS = {
    1: "li",
    2: "td th",
    3: "dt dd",
    4: "p",
    5: "blockquote pre",
    6: "h1 h2 h3 h4 h5 h6 summary",
    7: "figcaption caption",
    8: "button legend address",
}
LEAF_KIND = {tag: kind for kind, tags in LEAF_KINDS.items() for tag in tags.split()}


def heading_level(block: Block) -> int:
    """1 to 6 in h1 to h6, else 0."""
    tag = block.owner.tag
    return int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0


def link_share(block: Block) -> float:
    """Share of the block's bytes that are link text."""
    return min(block.link_bytes, len(block.text)) / len(block.text)


def own(page: Page, block: Block) -> dict[str, float]:
    """Columns OWN."""
    text = block.text.decode()
    words, chars = t.word_count(block.text), len(text)
    mean, low, high = t.word_weights(block.text, page.word_weights)
    names = t.name_weights(block.names, page.name_weights)
    punctuation = t.count(text, ".,;:!?\u3001\u3002\uff0c\uff01\uff1f")
    return {
        "log_words": log1p(words),
        "chars_per_word": max(chars, 1) / (words + 1),
        "link_share": link_share(block),
        "links": block.links,
        "punctuation_per_word": punctuation / (words + 1),
        "commas": t.count(text, ",\u3001\uff0c"),
        "sentences": t.sentences(text),
        "terminal": t.terminal(block.text),
        "digit_share": t.count(text, "0123456789") / max(chars, 1),
        "upper_share": sum("A" <= c <= "Z" for c in text) / max(chars, 1),
        "separators": t.count(text, "|/>\u00b7\u00bb\u2022"),
        "copyright": float("\u00a9" in text),
        "non_ascii_share": sum(c >= "\u0080" for c in text) / max(chars, 1),
        "title_overlap": t.title_overlap(block.text, page.title),
        "word_mean": mean,
        "word_min": low,
        "word_max": high,
        "opening": t.opening(block.text),
        "at_signs": t.count(text, "@"),
        "leaf_kind": LEAF_KIND.get(block.owner.tag, 0),
        "heading_level": heading_level(block),
        "emphasis_share": block.emphasis_bytes / len(block.text),
        "breaks": block.breaks,
        "images": block.images,
        "list_depth": block.list_depth,
        "in_button": float(block.in_button),
        "same_text": sum(other.text == block.text for other in page.blocks),
        "inline_name_sum": names[0],
        "inline_name_min": names[1],
        "inline_name_max": names[2],
        "quotes": t.count(text, '"' + "".join(map(chr, range(0x2018, 0x2020)))),
        "currency": t.currency(text),
    }


def place(page: Page, block: Block) -> dict[str, float]:
    """Columns PLACE."""
    owner = block.owner
    own_names = t.name_weights(owner.names, page.name_weights)
    path = [t.name_weights(e.names, page.name_weights) for e in owner.lineage()]
    inside = owner.ancestors
    return {
        "owner_name_sum": own_names[0],
        "owner_name_min": own_names[1],
        "owner_name_max": own_names[2],
        "path_name_sum": sum(names[0] for names in path),
        "path_name_min": min(names[1] for names in path),
        "path_name_max": max(names[2] for names in path),
        "parent_name_sum": t.name_weights(owner.parent.names, page.name_weights)[0] if owner.parent else 0.0,
        **{f"in_{tag}": float(tag in inside) for tag in ("article", "main", "nav", "header", "footer", "aside")},
        "in_list": ("ul" in inside) + 2 * ("ol" in inside),
        "in_table": float("table" in inside),
        "in_form": float("form" in inside),
        "in_figure": float("figure" in inside),
        "in_quote_or_pre": ("blockquote" in inside) + 2 * ("pre" in inside),
        "in_details": float("details" in inside),
        "in_cell": float("td" in inside),
        "in_section": float("section" in inside),
        "depth": owner.depth,
    }
