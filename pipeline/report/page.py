"""Renders a report as one HTML file that needs no network: charts are SVG, data are inside, texts are escaped."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from corpusmill.operators.dedup.tune import detection
from corpusmill.pipeline.report import sections
from corpusmill.pipeline.report.differences import marked
from corpusmill.pipeline.report.facts import Facts
from corpusmill.pipeline.report.funnel_table import lost_in_words
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.report.signal_data import signal_data

PLACE = "corpusmill.pipeline.report"


def render(facts: Facts) -> str:
    """The whole page. The same facts give the same text."""
    shown = sections.excerpts(facts)
    signals = [] if facts.evidence is None else signal_data(facts.evidence, facts.bounds)
    margins = [each for each in shown if each["kind"] != "drawn"]
    context = {
        "facts": facts,
        "head": sections.headline(facts),
        "sankey": sections.sankey(facts),
        "axes": sections.by_axis(facts.funnel),
        "periods": sections.periods(facts.months),
        "heat": sections.languages_and_domains(facts.funnel),
        "rules": sections.rules(facts),
        "groups": sections.groups(facts),
        "samples": sections.samples(shown),
        "signals": signals,
        "duplicates": duplicates(facts),
        "lost": [(step.name, lost_in_words(step)) for step in facts.funnel.steps if step.lost],
        "failures": failures(facts),
        "css": source("page.css"),
        "js": source("page.js"),
        "data": embedded({"signals": signals, "margins": margins}),
        "job": json.dumps(facts.circumstances.get("job", {}), indent=1, ensure_ascii=False),
        "count_short": short,
    }
    return environment().from_string(source("page.html.j2")).render(context)


def environment() -> Environment:
    """The templates' surroundings: everything they print is escaped, and an unknown name is an error."""
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"n": number, "size": size, "pct": percent, "marked": marked, "dec": decimal, "moment": moment}
    return made


def source(name: str) -> str:
    """A file of the page, as it ships."""
    return (files(PLACE) / "page" / name).read_text(encoding="utf-8")


def moment(utc: str) -> str:
    """A time for people, to the minute.

    >>> moment("2026-11-30T11:53:45Z")
    '2026-11-30 11:53 UTC'
    """
    return f"{utc[:10]} {utc[11:16]} UTC"


def embedded(data: Any) -> str:
    """Data as JSON that can be inside a script element: nothing in it ends the element, or begins another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def number(value: float | None) -> str:
    """
    >>> number(1234567), number(None)
    ('1,234,567', '–')
    """
    return "–" if value is None else f"{value:,.0f}"


def short(value: int) -> str:
    """
    >>> [short(n) for n in (0, 950, 12_345, 7_300_000, 10**10)]
    ['', '950', '12 k', '7.3 M', '10 B']
    """
    if value <= 0:
        return ""
    for unit, name in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if value >= unit:
            part = value / unit
            return f"{part:.1f} {name}" if part < 10 and part != int(part) else f"{part:.0f} {name}"
    return str(value)


def decimal(value: float | None, places: int = 2) -> str:
    """A number with decimals; a dash for none."""
    return "–" if value is None else f"{value:,.{places}f}"


def percent(value: float | None) -> str:
    """
    >>> percent(0.1234), percent(0.00012)
    ('12.3 %', '0.012 %')
    """
    if value is None:
        return "–"
    return f"{value * 100:.3f} %" if 0 < value < 0.001 else f"{value * 100:.1f} %"


def failures(facts: Facts) -> list[tuple[str, int]]:
    """Why records could not be read or extracted, most frequent first."""
    lost = {why: n for step in facts.funnel.steps for why, n in step.lost.items() if why.startswith("failed, ")}
    return sorted(((why.removeprefix("failed, "), n) for why, n in lost.items() if n), key=lambda item: -item[1])


def duplicates(facts: Facts) -> Mapping[str, Any] | None:
    """What deduplication removed: by rule, by size of cluster, by pair of sources, by similarity."""
    if facts.dedup is None:
        return None
    shape = facts.dedup.get("shape", {})
    pairs = {(a, b): n for a, b, n in shape.get("pairs", [])}
    sizes = [(int(k), n) for k, n in shape.get("sizes", {}).items()]
    near = (facts.circumstances.get("job") or {}).get("dedup", {}).get("near")
    curve = None
    if near:
        steps = [i / 100 for i in range(40, 101)]
        chances = [detection(s, near["bands"], near["rows"]) for s in steps]
        curve = {"points": list(zip(steps, chances, strict=True)), **near}
    return {
        "removed": {k: n for k, n in facts.dedup["removed"].items() if n},
        "entered": facts.dedup["entered"],
        "sizes": sorted(sizes),
        "pairs": sections.heat(pairs, 14, 14),
        "similarity": [shape.get("similarity", {}).get(str(i), 0) for i in range(50, 101)],
        "curve": curve,
        "clusters": facts.dedup.get("near", {}).get("largest", [])[:10],
    }
