"""The report of a run: its numbers are those of the Parquet files, and the notebook of examples/ runs."""

import json
import re
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import corpusmill
from tests.pipeline.jobs import ROOT

pytestmark = pytest.mark.ray


def facts_in(page: str) -> dict[str, int]:
    return {name: int(n.replace(",", "")) for name, n in re.findall(r'data-fact="(\w+)">([\d,]+)', page)}


def test_ten_numbers_of_the_report_are_those_of_the_parquet_files(undisturbed):
    page = (undisturbed / "out" / "report.html").read_text()
    told = facts_in(page)
    workspace = corpusmill.open_workspace(str(undisturbed / "work"))
    documents, dropped, duplicates = workspace.documents(), workspace.dropped(), workspace.duplicates()
    removed = pc.sum(duplicates["reason"].is_valid()).as_py()
    parts = [pq.ParquetFile(p).read() for p in sorted((undisturbed / "out").glob("data/part-*.parquet"))]
    assert told["read"] == documents.num_rows + dropped.num_rows
    assert told["kept"] == documents.num_rows
    assert told["unique"] == documents.num_rows - removed
    assert told["sequences"] == sum(part.num_rows for part in parts)
    assert told["tokens"] == sum(pc.sum(part["n_tokens"]).as_py() for part in parts)
    gone = duplicates.filter(duplicates["reason"].is_valid())["doc_id"]
    unique = documents.filter(pc.invert(pc.is_in(documents["doc_id"], value_set=gone.combine_chunks())))
    assert told["languages"] == pc.count_distinct(unique["language"]).as_py()
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
    words = next(s for s in data["signals"] if s["name"] == "word_count")
    kept, kilo, alone, _, others = (sum(counts) for counts in words["groups"][""])
    few = dropped.filter(pc.fill_null(pc.starts_with(dropped["reason"], "word_count"), False))
    assert kept == documents.num_rows
    assert kilo == pytest.approx(pc.sum(pc.binary_length(documents["text"])).as_py() / 1000, abs=20)
    assert alone == few.num_rows
    assert others == 0
    english = sum(words["groups"]["language:en"][0])
    assert english == pc.sum(pc.equal(documents["language"], "en")).as_py()
    assert f">{few.num_rows:,}<" in page


def test_epochs_stand_beside_the_plan_that_they_are_of(undisturbed):
    page = (undisturbed / "out" / "report.html").read_text()
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", page.partition('id="mix"')[2])
    assert heads[2:7] == ["Available", "Planned", "Epochs", "Effective", "Realised"]


def test_the_notebook_runs(ray_session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = json.loads((ROOT / "examples/notebooks/look_at_a_run.ipynb").read_text())["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    shown = names["dataset"]._repr_html_()
    assert "<svg" in shown
    assert names["summary"].funnel._repr_html_().count("<tr>") == 6
    assert (Path("look") / "out" / "report.html").stat().st_size > 50_000
