"""The figures of docs/scale.md are those the planner gives."""

import re
from pathlib import Path

import pytest

from corpusmill.pipeline.exchange.planning import plan_exchange

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
CLUSTERED = 0.3


def exchanges(documents: float, files: int) -> dict[str, tuple[int, float]]:
    """Files and bytes of each exchange, from the constants of the page."""
    clustered = CLUSTERED * documents
    partitions = plan_exchange(files, int(documents * 224)).partitions
    return {
        "URLs": (files, documents * 60),
        "texts": (files, documents * 44),
        "bands": (files, documents * 224),
        "edges, first round": (partitions, clustered * 10 * 48),
        "edges, each later round": (partitions, clustered * 48),
        "clusters, `verify: text`": (files, clustered * 5300),
        "outcomes": (partitions, 0.35 * documents * 45),
    }


@pytest.mark.parametrize(
    ("heading", "documents", "files"), [("3 billion", 3e9, 90_000), ("100 billion", 1e11, 3_000_000)]
)
def test_the_tables_are_what_the_planner_says(heading, documents, files):
    table = PAGE.split(f"| exchange | {heading}: in")[1].split("\n\n")[0]
    for name, (count, size) in exchanges(documents, files).items():
        cells = next(line for line in table.splitlines() if line.startswith(f"| {name} |")).split("|")[2:-1]
        plan = plan_exchange(count, int(size))
        told = [int(re.sub(r"\D", "", cell)) for cell in cells[2:6]]
        assert told == [len(plan.rounds), plan.partitions, plan.gets, plan.puts], name
        assert float(cells[1].split()[0].replace(",", "")) == pytest.approx(plan.bytes_moved / 1e12, rel=0.02), name
