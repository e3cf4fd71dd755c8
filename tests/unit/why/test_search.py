"""Documents are found by what they say, by address, reason and number; the browser shows text and nothing else."""

import asyncio

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.commands.browse import Browser
from corpusmill.pipeline.report.search import Query, search

ROWS = 60


@pytest.fixture
def workspace(tmp_path) -> Store:
    (tmp_path / "dropped").mkdir()
    for unit, first in (("a", 0), ("b", 1000)):
        rows = {
            "doc_id": pa.array(range(first, first + ROWS), pa.int64()),
            "url": [f"https://{unit}.example/Page{i}" for i in range(ROWS)],
            "text": pa.array([f"text {i} \x1b[31m[bold]" for i in range(ROWS)], pa.large_string()),
            "step": ["decide.bounds"] * ROWS,
            "kind": ["dropped"] * ROWS,
            "reason": ["word_count<20" if i % 2 else "line_count<3" for i in range(ROWS)],
            "uri": ["f"] * ROWS,
            "offset": pa.array(range(ROWS), pa.int64()),
        }
        pq.write_table(pa.table(rows), tmp_path / "dropped" / f"{unit}.parquet", row_group_size=16)
    return Store(str(tmp_path))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("1007", [1007]),
        ("id:7", [7]),
        ("url:b.example/page5", [1005, *range(1050, 1060)]),
        ("text:TEXT 59", [59, 1059]),
        ("reason:line_count", [*range(0, 60, 2), *range(1000, 1060, 2)]),
        ("page33", [33, 1033]),
        ("nothing like it", []),
    ],
)
def test_a_query_finds_what_a_scan_finds(workspace, words, found):
    rows = search(workspace, "dropped", {"a", "b"}, Query.parse(words), most=1000)
    assert [r.facts["doc_id"] for r in rows] == found


def test_a_search_ends_at_the_number_that_is_shown(workspace):
    assert len(list(search(workspace, "dropped", {"a", "b"}, Query.parse("reason:line"), most=20))) == 20


@pytest.mark.thorough
def test_the_browser_lists_searches_and_explains(workspace):
    def find(query):
        return list(search(workspace, "dropped", {"a", "b"}, query or Query(words="text"), most=50))

    seen = []

    async def used():
        app = Browser("dropped documents: \x1b[2J", find, lambda doc_id: [f"story of {doc_id} \x1b[0m"])
        async with app.run_test(size=(120, 40)) as pilot:
            assert len(app.items) == 50
            seen.append(str(app.query_one("#document").render()))
            await pilot.press("n", "n", "slash", *"url:b.ex", "enter")
            assert {i.facts["doc_id"] // 1000 for i in app.items} == {1}
            seen.append(str(app.query_one("#document").render()))
            await pilot.press("w")
            seen.append(str(app.query_one("#document").render()))

    asyncio.run(used())
    first, page, story = seen
    assert "text 0 \\x1b[31m[bold]" in first
    assert "https://b.example/Page0" in page
    assert story == "story of 1000 \\x1b[0m"
    assert "\x1b" not in first + page + story
