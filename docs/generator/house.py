"""Draws the folders of the package and which imports which, as SVG; floors are the layers that import-linter keeps."""

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from grimp import ImportGraph, build_graph

ROOT = Path(__file__).resolve().parents[2]
PIPELINE, OPERATORS = "corpusmill.pipeline", "corpusmill.operators"
CONTRACT = "inside pipeline"
FAMILIES = ("readers", "extract", "rewrite", "signals", "decide", "dedup", "mix", "tokens")
WIDTH, MARGIN, BOX_HEIGHT, GAP, FLOOR_GAP = 1180, 20, 58, 14, 34
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1b2430 }
  .name { font-weight: 600; font-size: 14px }
  .about { font-size: 10.5px; fill: #52606d }
  .floor { font-size: 11px; fill: #8a94a0 }
  rect { rx: 7; stroke-width: 1.2 }
  .pipeline { fill: #e8f1fb; stroke: #5b8fc9 }
  .operators { fill: #e9f6ec; stroke: #5aa469 }
  .cluster { fill: #fdf1e3; stroke: #d18f3c }
  path { fill: none; stroke: #7b8794; stroke-opacity: .28; stroke-width: 1.1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .about { fill: #a9b4c0 } .floor { fill: #77828e }
    .pipeline { fill: #16273a } .operators { fill: #16301c } .cluster { fill: #35260f }
    path { stroke: #9aa7b4 }
  }
"""


@dataclass(frozen=True)
class Room:
    """A folder or file of the package: its module, the class that colours it, what its docstring says, its place."""

    module: str
    colour: str
    x: float
    y: float
    width: float

    @property
    def name(self) -> str:
        return self.module.split(".", 2)[-1] if self.colour != "cluster" else "cluster"


def floors() -> list[list[str]]:
    """Modules of each floor, top first: the layers of pipeline, then the families of operators, then their ground."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["name"].startswith(CONTRACT))
    above = [[f"{PIPELINE}.{name.strip()}" for name in layer.replace("|", ":").split(":")] for layer in layers]
    return [*above, [f"{OPERATORS}.{name}" for name in FAMILIES], [f"{OPERATORS}.text", "corpusmill.cluster"]]


def placed(rows: Sequence[Sequence[str]]) -> list[Room]:
    """Every room with its place on the sheet: rows from top to bottom, boxes of one row equally wide."""
    found = []
    for floor, modules in enumerate(rows):
        width = (WIDTH - 2 * MARGIN - GAP * (len(modules) - 1)) / max(len(modules), 4)
        left = (WIDTH - width * len(modules) - GAP * (len(modules) - 1)) / 2
        for place, module in enumerate(modules):
            x, y = left + place * (width + GAP), MARGIN + floor * (BOX_HEIGHT + FLOOR_GAP)
            found.append(Room(module, module.split(".")[1], x, y, width))
    return found


def arrows(graph: ImportGraph, rooms: Sequence[Room]) -> Iterator[tuple[Room, Room]]:
    """Pairs of rooms the first of which imports the second."""
    inside = {room.module: {room.module} | graph.find_descendants(room.module) for room in rooms}
    home = {module: room for room in rooms for module in inside[room.module]}
    pairs = {
        (room.module, home[target].module)
        for room in rooms
        for module in inside[room.module]
        for target in graph.find_modules_directly_imported_by(module)
        if target in home and home[target] is not room
    }
    by_name = {room.module: room for room in rooms}
    yield from ((by_name[a], by_name[b]) for a, b in sorted(pairs))


def about(module: str) -> str:
    """The first sentence of a module's docstring."""
    place = ROOT.joinpath(*module.split(".")[1:])
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".").split(": ")[0]


def wrapped(text: str, chars: int) -> list[str]:
    """At most two lines of about `chars` characters; the second is cut with an ellipsis."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > chars:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1]} …"]


def drawn(rooms: Sequence[Room], pairs: Sequence[tuple[Room, Room]]) -> str:
    """The sheet as SVG text."""
    height = max(room.y for room in rooms) + BOX_HEIGHT + MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">',
        "<title>The folders of corpusmill; lines run from a folder down to those it imports</title>",
        f"<style>{STYLE}</style>",
    ]
    for a, b in pairs:
        x1, y1, x2, y2 = a.x + a.width / 2, a.y + BOX_HEIGHT, b.x + b.width / 2, b.y
        if y2 > y1:
            middle = (y1 + y2) / 2
            out.append(f'<path d="M{x1:.0f} {y1:.0f} C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"/>')
    for room in rooms:
        out.append(
            f'<rect class="{room.colour}" x="{room.x:.0f}" y="{room.y:.0f}" '
            f'width="{room.width:.0f}" height="{BOX_HEIGHT}"/>'
            f'<text class="name" x="{room.x + 10:.0f}" y="{room.y + 20:.0f}">{escape(room.name)}</text>'
        )
        for number, line in enumerate(wrapped(about(room.module), int(room.width / 6.1))):
            y = room.y + 36 + 13 * number
            out.append(f'<text class="about" x="{room.x + 10:.0f}" y="{y:.0f}">{escape(line)}</text>')
    return "\n".join([*out, "</svg>", ""])


def picture() -> str:
    """The house as it is now."""
    rooms = placed(floors())
    return drawn(rooms, list(arrows(build_graph("corpusmill", cache_dir=None), rooms)))
