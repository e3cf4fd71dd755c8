"""Turns a funnel into the nodes and flows of a Sankey diagram."""

from collections import Counter
from collections.abc import Mapping

from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.sankey import Flow, Node

SOURCES = 8  # shown by name; the others together
STEPS = 8


def nodes_and_flows(funnel: Funnel, dropped: Mapping[str, Mapping[str, int]]) -> tuple[list[Node], list[Flow]]:
    """Sources, then what dropped their documents or the unique and repeated ones, then what the mix took.

    dropped: documents by source and step, as far as evidence has them.
    """
    by = {name: counts for name, counts in funnel.by("source").items() if counts["read"]}
    named = sorted(by, key=lambda name: -by[name]["read"])
    groups = {name: [name] for name in named[:SOURCES]}
    if named[SOURCES:]:
        groups[f"{len(named) - SOURCES} more sources"] = named[SOURCES:]
    totals: Counter[str] = Counter()
    for steps in dropped.values():
        totals.update(steps)
    shown = [step for step, _ in totals.most_common(STEPS)]
    nodes: list[Node] = []
    place: dict[tuple[int, str], int] = {}

    def node(name: str, column: int, kind: str, documents: int) -> None:
        if documents:
            place[column, name] = len(nodes)
            nodes.append(Node(name, column, kind, documents))

    for name, members in groups.items():
        node(name, 0, "source", sum(by[m]["read"] for m in members))
    ends = {name: _ends([by[m] for m in members], [dropped.get(m, {}) for m in members], shown)
            for name, members in groups.items()}  # fmt: skip
    sums: Counter[str] = Counter()
    for counts in ends.values():
        sums.update(counts)
    order = ["unique", "duplicates", *shown, "other steps", "failed", "not sampled"]
    for name in order:
        node(name, 1, _kind(name), sums[name])
    steps = {step.name: step for step in funnel.steps}
    flows = [
        Flow(place[0, source], place[1, name], n, _kind(name))
        for source, counts in ends.items()
        for name in order
        if (n := counts[name])
    ]
    if "selected" in steps and steps["selected"].documents:
        taken = steps["selected"].documents
        ends_of_unique = (("in the mix", taken, "mixed"), ("left out by the mix", sums["unique"] - taken, "rest"))
        for name, n, kind in ends_of_unique:
            node(name, 2, kind, max(n, 0))
        flows += [Flow(place[1, "unique"], place[2, name], n, kind) for name, n, kind in ends_of_unique if n > 0]
    return nodes, flows


def _ends(counts: list[dict[str, int]], dropped: list[Mapping[str, int]], shown: list[str]) -> Counter[str]:
    """Where the documents of some sources ended."""
    found: Counter[str] = Counter()
    for source, steps in zip(counts, dropped, strict=True):
        found["unique"] += source["unique"]
        found["duplicates"] += source["removed"]
        found["not sampled"] += source["not_sampled"]
        by_step = Counter({step: n for step, n in steps.items() if step in shown})
        found.update(by_step)
        found["other steps"] += max(source["dropped"] - sum(by_step.values()), 0)
        found["failed"] += source["failed"]
    return found


def _kind(name: str) -> str:
    fixed = {"unique": "kept", "duplicates": "duplicate", "failed": "failed", "not sampled": "rest"}
    return fixed.get(name, "dropped")
