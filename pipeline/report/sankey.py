"""Draws a Sankey diagram of the funnel: where documents come from, and where each of them ends."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 430.0
BAR, GAP, LEAST = 14.0, 12.0, 1.5


@dataclass(frozen=True)
class Node:
    """A bar of the diagram. column: from 0, left to right; kind: names its colour."""

    name: str
    column: int
    kind: str
    documents: int


@dataclass(frozen=True)
class Flow:
    """Documents that go from one node to another, by their numbers."""

    begin: int
    end: int
    documents: int
    kind: str


@dataclass(frozen=True)
class Box:
    """A node with its place in the picture."""

    node: Node
    x: float
    y: float
    height: float

    @property
    def label_x(self) -> float:
        """Where its label begins, or ends in the last column."""
        return self.x + BAR + 7


@dataclass(frozen=True)
class Band:
    """A flow as an SVG path with its width."""

    flow: Flow
    path: str
    width: float


@dataclass(frozen=True)
class Sankey:
    """All that a template draws."""

    boxes: Sequence[Box]
    bands: Sequence[Band]
    width: float = WIDTH
    height: float = HEIGHT


def layout(nodes: Sequence[Node], flows: Sequence[Flow]) -> Sankey:
    """Place nodes in columns, in the order given, and flows between them. Heights are in proportion to documents."""
    columns = sorted({node.column for node in nodes})
    inside = {column: [i for i, node in enumerate(nodes) if node.column == column] for column in columns}
    most = max((sum(nodes[i].documents for i in members) for members in inside.values()), default=0)
    gaps = max((len(members) - 1 for members in inside.values()), default=0) * GAP
    scale = (HEIGHT - gaps - 2 * GAP) / max(most, 1)
    step = (WIDTH - 190) / max(len(columns) - 1, 1)
    boxes: dict[int, Box] = {}
    for place, column in enumerate(columns):
        y = GAP
        for i in inside[column]:
            height = max(nodes[i].documents * scale, LEAST)
            boxes[i] = Box(nodes[i], place * step, y, height)
            y += height + GAP
    out, into = {i: boxes[i].y for i in boxes}, {i: boxes[i].y for i in boxes}
    bands = []
    for flow in sorted(flows, key=lambda flow: (boxes[flow.begin].y, boxes[flow.end].y)):
        width = max(flow.documents * scale, 0.75)
        a, b = boxes[flow.begin], boxes[flow.end]
        y0, y1 = out[flow.begin] + width / 2, into[flow.end] + width / 2
        out[flow.begin], into[flow.end] = y0 + width / 2, y1 + width / 2
        x0, x1 = a.x + BAR, b.x
        middle = (x0 + x1) / 2
        path = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        bands.append(Band(flow, path, width))
    return Sankey([boxes[i] for i in sorted(boxes)], bands)
