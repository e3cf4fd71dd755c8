"""Draws a funnel, or a dataset, for a notebook: a Sankey diagram and a table, as HTML that needs no script."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpusmill.pipeline.report.flows import nodes_and_flows
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.page import environment, source
from corpusmill.pipeline.report.sankey import layout


def funnel_html(funnel: Funnel, *, title: str = "", numbers: Sequence[tuple[str, str]] = ()) -> str:
    """The funnel as HTML. title, numbers: what stands above it, (name, value) each."""
    drawn = layout(*nodes_and_flows(funnel, {}))
    page = environment().from_string(source("notebook.html.j2"))
    return page.render({"funnel": funnel, "sankey": drawn, "title": title, "numbers": numbers})


def dataset_html(manifest: Mapping[str, Any], funnel: Funnel) -> str:
    """A dataset as HTML: its size, and the funnel it came from."""
    names = ("tokens", "documents", "sequences")
    numbers = [(name, f"{manifest[name]:,}") for name in names] + [("parts", f"{len(manifest['parts']):,}")]
    return funnel_html(funnel, title=str(manifest["name"]), numbers=numbers)
