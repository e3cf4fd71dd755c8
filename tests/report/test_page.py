"""The page of a report: escaped, masked, within its size, and whole in a browser without a network."""

import asyncio
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.text.cell_counts import count_cells
from corpusmill.pipeline.evidence import adding, cells, excerpts, rows, rules
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.report.differences import marked
from corpusmill.pipeline.report.facts import Facts, Pair, StageTime
from corpusmill.pipeline.report.flows import nodes_and_flows
from corpusmill.pipeline.report.funnel import Funnel, Leaf, Step
from corpusmill.pipeline.report.page import embedded, render
from corpusmill.pipeline.report.sections import periods
from corpusmill.pipeline.report.signal_data import Bound, signal_data
from tests.support import chromium

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> mail jo.doe@mail.de"
AXE = os.environ.get("CORPUSMILL_AXE")  # axe.min.js of the npm package axe-core
ARTEFACTS = os.environ.get("CORPUSMILL_SCREENSHOTS")
MOST_BYTES = 5_000_000


def funnel(languages: int) -> Funnel:
    numbers = {"read": 1000, "dropped": 600, "kept": 400, "kept_bytes": 400_000, "removed": 50, "unique": 350}
    numbers |= {"unique_bytes": 350_000, "unique_tokens": 90_000, "mixed": 350, "mixed_tokens": 90_000}
    leaves = [Leaf((source, "web", f"l{i:02d}"), **numbers) for i in range(languages) for source in ("a", "b")]
    n = len(leaves)
    steps = [
        Step("read", 1000 * n, 10**6 * n),
        Step("kept", 400 * n, 400_000 * n, lost={"decide.bounds: short": 600 * n}),
        Step("unique", 350 * n, 350_000 * n, 90_000 * n, lost={"near": 50 * n}),
        Step("selected", 300 * n, 300_000 * n, 80_000 * n, lost={"not drawn": 50 * n}),
        Step("mixed", 350 * n, 350_000 * n, 90_000 * n),
    ]
    return Funnel(steps, leaves)


def facts(languages: int = 6, signals: int = 8) -> Facts:
    """A run of made-up counts with hostile texts. Sizes as given."""
    generator = np.random.Generator(np.random.PCG64(7))
    names, words = [f"signal_{i:02d}" for i in range(signals)], [f"l{i:02d}" for i in range(languages)]
    many = 200 * languages
    values = generator.lognormal(3, 1, (signals, many))
    values[::2] = generator.random((len(names[::2]), many))
    states = generator.integers(0, 4, (signals, many)).astype(np.int8)
    groups = np.arange(many, dtype=np.int64) % languages
    found = count_cells(values, groups, states, np.full(many, 1000, np.int64))
    by_language = cells.named(found, names, words, "language")
    whole = adding.added([by_language, adding.under(by_language, "source", "a")])
    bounds = [
        Bound(1, "decide.bounds", Threshold(reason=f"{n}<x", column=n, low=True, bound=0.4, key="x"), 0.7)
        for n in names
    ]
    shown = [
        {"step_number": 1, "reason": f"{names[0]}<x", "kind": kind, "distance": 0.1, "draw": 0.1, "doc_id": i,
         "source": "a", "language": "l00", "url": "https://example.org/?<b>", "measured": 0.39, "text": EVIL}
        for i, kind in enumerate(("drawn", "kept", "dropped"))
    ]  # fmt: skip
    rule = {"axis": "source", "value": "a", "step_number": 1, "step": "decide.bounds", "reason": "short"}
    rule |= {"documents": 600, "bytes": 6000, "alone_documents": 400, "alone_bytes": 4000, "broken_documents": 700}
    evidence = Evidence(
        name="x",
        cells=whole,
        rules=pa.Table.from_pylist([rule, rule | {"axis": "language", "value": "l00"}], rules.RULES),
        rows=rows.FIXED.empty_table(),
        rates=rows.RATES.empty_table(),
        excerpts=pa.Table.from_pylist(shown, excerpts.EXCERPTS),
    )
    near = {"bands": 14, "rows": 8, "threshold": 0.8}
    shape = {"sizes": {"2": 40, "3": 9, "4": 5}, "similarity": {"85": 4, "99": 20}, "pairs": [["a", "b", 7]]}
    return Facts(
        name="demo <corpus>",
        funnel=funnel(languages),
        manifest={"tokens": 90_000, "sequences": 50, "sequence_tokens": 2048, "documents": 300, "packing": "best_fit"},
        circumstances={
            "finished_at_utc": "2026-01-01T00:00:00Z",
            "inputs": [{"source": "a", "file": "a.jsonl", "size": 12, "sha256": "0" * 64}],
            "code": {"corpusmill": "0", "sha256": "1" * 64},
            "libraries": {"numpy": "2"},
            "job": {"dedup": {"near": near}},
        },
        evidence=evidence,
        bounds=bounds,
        step_names=["signals.x", "decide.bounds"],
        dedup={"removed": {"near": 50, "text": 0}, "entered": 400, "shape": shape},
        pairs=[Pair(1, 2, 0.9, 3, "one <b>two</b> three", "one four three")],
        times=[StageTime("ingest", 12.5, 3)],
        months=[("", 5, 500), ("2025-11", 20, 3000), ("2025-12", 275, 86_500)],
    )


def test_hostile_texts_are_escaped_and_personal_data_masked():
    page = render(facts())
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "jo.doe" not in page
    assert "&lt;EMAIL&gt;" in page
    assert page.count("<script") == 2
    assert "demo &lt;corpus&gt;" in page


def test_every_kind_of_digest_of_an_input_is_shown():
    digests = [{"etag": "e" * 32}, {"sha256_of_ends": "d" * 64}, {"sha256": None}]  # in a store; many bytes; changed
    inputs = [{"source": "a", "file": f"{n}.jsonl", "size": 12, **digest} for n, digest in enumerate(digests)]
    made = facts()
    page = render(replace(made, circumstances={**made.circumstances, "inputs": inputs}))
    shown = re.findall(r"(\d)\.jsonl</td>.*?<code>(.*?)</code>", page)
    assert shown == [("0", "e" * 16), ("1", "d" * 16), ("2", "")]


def test_data_inside_the_page_are_the_same_when_read():
    told = {"a": "</script>&<!--", "b": [1, None]}
    assert json.loads(embedded(told)) == told
    assert not re.search(r"[<>&]", embedded(told))


def test_nothing_is_fetched():
    page = render(facts())
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "default-src 'none'" in page


def test_the_same_facts_give_the_same_page():
    assert render(facts()) == render(facts())


@pytest.mark.thorough
def test_fifty_languages_and_forty_signals_stay_under_five_megabytes():
    assert 600_000 < len(render(facts(50, 40)).encode()) < MOST_BYTES


def test_every_document_is_in_one_band():
    nodes, flows = nodes_and_flows(funnel(3), {"a": {"decide.bounds": 1000}, "b": {}})
    first = [i for i, node in enumerate(nodes) if node.column == 0]
    assert sum(f.documents for f in flows if f.begin in first) == 6000 == sum(nodes[i].documents for i in first)
    assert {node.name: node.documents for node in nodes if node.column == 1}["other steps"] == 2600


def test_the_mix_is_shown_by_month_and_by_year_where_there_are_many():
    page = render(facts())
    assert page.index(">2025-11<") < page.index(">2025-12<") < page.index(">no date<")
    months = [(f"{2000 + i // 12}-{i % 12 + 1:02}", 1, 10) for i in range(60)]
    assert [(p.name, p.documents) for p in periods(months)] == [(str(year), 12) for year in range(2000, 2005)]
    many = [("", 1, 10), *((f"{year}-01", 1, 10) for year in range(1975, 2025))]
    names = [p.name for p in periods(many)]
    assert names == ["1970s", "1980s", "1990s", "2000s", *(str(year) for year in range(2010, 2025)), "no date"]


@pytest.mark.parametrize(
    ("low", "bound", "left"), [(False, 3.0, [0, 1, 2, 3]), (True, 3.0, [0, 1, 2]), (True, 2.5, [0, 1, 2])]
)
def test_whole_numbers_are_binned_as_such_and_a_bound_has_on_its_left_what_it_is_to_have(low, bound, left):
    lines = np.array([[0, 1, 2, 3, 3, 4, 9]], np.float64)
    zeros = np.zeros(7, np.int64)
    found = cells.named(
        count_cells(lines, zeros, zeros[None].astype(np.int8), zeros + 1000), ["lines"], ["en"], "language"
    )
    table = replace(facts().evidence, cells=found)
    rule = Threshold(reason="lines", column="lines", low=low, bound=bound, key="lines")
    (signal,) = signal_data(table, [Bound(1, "decide.bounds", rule, 1.0)])
    ends, kept = signal["ends"], signal["groups"][""][0]
    assert signal["whole"]
    assert all(isinstance(end, int) for end in ends)
    assert sum(kept) == 7
    assert sum(n for n, end in zip(kept, ends[1:], strict=False) if end <= signal["rules"][0]["edge"]) == sum(
        int(value in left) for value in lines[0]
    )


def test_differences_are_marked_and_escaped():
    assert str(marked("a <b> c", "a x c")) == "a <del>&lt;b&gt;</del> <ins>x</ins> c"


def test_differences_of_scripts_without_spaces_are_marked_by_character():
    assert (
        str(marked("これは例文です。はい", "これは短文です。はい")) == "これは <del>例</del> <ins>短</ins> 文です。はい"
    )
    whole = str(marked("前置き。甲の乙の丙。結び。", "前置き。子の丑の寅。結び。"))
    assert whole == "前置き。 <del>甲の乙の丙</del> <ins>子の丑の寅</ins> 。結び。"
    assert "252 equal characters" in str(marked("文" * 300, "文" * 300 + "末"))


def test_a_report_without_a_workspace_says_what_is_missing():
    page = render(Facts(name="bare", funnel=funnel(1)))
    assert page.count('class="missing"') >= 5


@pytest.mark.thorough
@pytest.mark.skipif(chromium.BINARY is None, reason="chromium is not installed: apt install chromium")
def test_a_browser_draws_all_of_it_without_a_word(tmp_path):
    path = tmp_path / "report.html"
    made = facts(12, 10)
    path.write_text(render(made), encoding="utf-8")
    folder = Path(ARTEFACTS) if ARTEFACTS else tmp_path
    alone = {each["name"]: sum(each["groups"][""][2]) for each in signal_data(made.evidence, made.bounds)}
    asyncio.run(_look(path, folder, max(alone, key=alone.get)))


async def _look(path: Path, folder: Path, removes_most: str) -> None:
    for name, width, dark in (("light", 1200, False), ("dark", 1200, True), ("phone", 390, False)):
        async with chromium.chromium() as tab:
            await tab.open(path, width=width, height=900, dark=dark, phone=name == "phone")
            assert await tab.evaluate("document.documentElement.dataset.ready") == "true"
            assert await tab.evaluate("document.querySelectorAll('#overview button').length") == 10
            assert await tab.evaluate("document.querySelectorAll('#distribution rect').length") > 20
            assert await tab.evaluate("document.querySelector('#retention .curve-docs').getTotalLength()") > 100
            assert await tab.evaluate("document.querySelectorAll('.sankey .band').length") > 4
            assert await tab.evaluate("document.documentElement.scrollWidth") == width
            assert await tab.evaluate("document.getElementById('signal').value") == removes_most
            await tab.evaluate("document.querySelectorAll('#overview button')[0].click()")
            assert "EMAIL" in await tab.evaluate("document.querySelector('#margin .text').textContent")
            await tab.evaluate("document.querySelectorAll('#overview button')[3].click()")
            assert await tab.evaluate("document.getElementById('signal').value") == "signal_03"
            if AXE:
                await tab.evaluate(Path(AXE).read_text(encoding="utf-8") + ";0")
                asked = "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))"
                found = await tab.evaluate(asked)
                assert [each for each in found if each[0] in ("serious", "critical")] == []
            await tab.evaluate("document.querySelector('[data-tab=by-period]').click()")
            assert await tab.evaluate("document.getElementById('by-period').getBoundingClientRect().height") > 50
            await tab.screenshot(folder / f"report-{name}.png")
            assert tab.errors == []
