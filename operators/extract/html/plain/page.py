"""A tokenized page as plain objects: blocks that know their element, elements that know their parent."""

from dataclasses import dataclass

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.model.model import Model

NAMES = {number: name for name, number in T.NUMBER.items()}


@dataclass(frozen=True, eq=False, kw_only=True)
class Element:
    """A block-level element."""

    tag: str
    parent: "Element | None"
    names: list[int]  # hashes of its class, id and role words
    signature: int  # the same for equal tag and class attribute
    depth: int
    ancestors: frozenset[str]  # of tags.ANCESTORS, itself included

    @property
    def is_container(self) -> bool:
        return bool(T.KIND[T.NUMBER[self.tag]] & T.CONTAINER)

    def lineage(self) -> list["Element"]:
        """The element and all around it, innermost first."""
        return [self, *(self.parent.lineage() if self.parent else [])]

    def containers(self) -> list["Element"]:
        """The containers around it, itself included, innermost first."""
        return [e for e in self.lineage() if e.is_container]


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """A stretch of text between two block boundaries."""

    text: bytes
    owner: Element
    link_bytes: int
    links: int
    breaks: int
    emphasis_bytes: int
    images: int
    names: list[int]  # hashes of class words of its inline tags
    list_depth: int
    in_button: bool
    link_spans: list[tuple[int, int]]  # stretches of `text` that are link text


@dataclass(frozen=True, eq=False, kw_only=True)
class Page:
    """What the features are computed from."""

    blocks: list[Block]
    elements: list[Element]
    title: bytes  # as in the source
    description: bytes  # of <meta>, as in the source
    data: list[bytes]  # the JSON-LD scripts
    og_type: int
    ld_types: int
    name_weights: dict[int, float]
    word_weights: dict[int, float]


def page_of(ws: Workspace, model: Model, source: bytes, og_type: int, ld_types: int) -> Page:
    """The page that the tokenizer left in the workspace; `source` is what it read."""

    def spot(at: int) -> bytes:
        return source[ws.spots[at, 0] : ws.spots[at, 1]]

    names = ws.names.tolist()
    elements: list[Element] = []
    for row in ws.elements[: ws.state[C.ELEMENTS]].tolist():
        elements.append(
            Element(
                tag=NAMES[row[C.TAG]],
                parent=elements[row[C.PARENT]] if row[C.PARENT] >= 0 else None,
                names=names[row[C.E_NAMES_FROM] : row[C.E_NAMES_TO]],
                signature=row[C.SIGNATURE],
                depth=row[C.DEPTH],
                ancestors=frozenset(n for k, n in enumerate(T.ANCESTORS) if row[C.ANCESTRY] >> k & 1),
            )
        )
    text = ws.text.tobytes()
    blocks = [
        Block(
            text=text[row[C.START] : row[C.END]],
            owner=elements[row[C.OWNER]],
            link_bytes=row[C.LINK_BYTES],
            links=row[C.LINKS],
            breaks=row[C.BREAKS],
            emphasis_bytes=row[C.EMPHASIS_BYTES],
            images=row[C.IMAGES],
            names=names[row[C.NAMES_FROM] : row[C.NAMES_TO]],
            list_depth=row[C.LIST_DEPTH],
            in_button=row[C.IN_BUTTON] > 0,
            link_spans=[
                (max(first, row[C.START]) - row[C.START], min(last, row[C.END]) - row[C.START])
                for first, last in ws.links[: ws.state[C.LINK_SPANS]].tolist()
                if first < row[C.END] and last > row[C.START]
            ],
        )
        for row in ws.blocks[: ws.state[C.BLOCKS]].tolist()
    ]
    return Page(
        blocks=blocks,
        elements=elements,
        title=spot(C.TITLE_AT),
        description=spot(C.DESCRIPTION_AT),
        data=[source[a:b] for a, b in ws.scripts[: ws.state[C.SCRIPTS]].tolist()],
        og_type=og_type,
        ld_types=ld_types,
        name_weights=dict(zip(model.name_keys.tolist(), model.name_weights.tolist(), strict=True)),
        word_weights=dict(zip(model.word_keys.tolist(), model.word_weights.tolist(), strict=True)),
    )
