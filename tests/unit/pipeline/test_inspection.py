"""A sequence is shown as the dataset has it: parts of the manifest, in its order, and the tokenizer beside them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from corpusmill.cluster.storage import Store
from corpusmill.errors import RowNotFound
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.report import documents as inspection
from corpusmill.pipeline.report import tables
from corpusmill.pipeline.report.sample import FILES, Sample
from tests.pipeline.jobs import write_job


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two parts of two and one sequences, and a part of an earlier dataset that no manifest names."""
    Tokenizer(WordLevel({"zero": 0, "one": 1, "two": 2, "stale": 3}, unk_token="zero")).save(
        str(tmp_path / "tokenizer.json")
    )
    parts = {
        "part-00001-of-00002.parquet": [2],
        "part-00000-of-00002.parquet": [0, 1],
        "part-00000-of-00001.parquet": [3],
    }
    for name, ids in parts.items():
        rows = [{"input_ids": [i], "n_tokens": 1, "seq_lens": [1], "doc_ids": [i], "leaf": 0} for i in ids]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    named = sorted(name for name in parts if name.endswith("00002.parquet"))
    told = {"parts": [{"name": name, "sequences": len(parts[name])} for name in named]}
    (tmp_path / "_manifest.json").write_text(json.dumps(told))
    return tmp_path


def test_sequences_are_those_of_the_manifest_in_the_datasets_own_tokenizer(dataset):
    shown = [inspection.sequence(Store(str(dataset)), row) for row in range(3)]
    assert [s.text for s in shown] == ["zero", "one", "two"]
    assert shown[2].heading == "part-00001-of-00002.parquet, row 0"
    with pytest.raises(RowNotFound, match=r"there is no sequence 3; the dataset in .* has 3"):
        inspection.sequence(Store(str(dataset)), 3)


def test_parts_without_a_manifest_are_no_dataset(dataset):
    (dataset / "_manifest.json").unlink()
    with pytest.raises(RowNotFound, match=r"there is no dataset in .*; run the job first"):
        inspection.sequence(Store(str(dataset)), 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sequence", "--row", "-1"), "-1 is not in the range x>=0"),
        (("sequence", "--reason", "x"), "--reason is about dropped, not about sequence: leave it out"),
        (
            ("sequence", "--source", "eips"),
            "--source is about documents, dropped, duplicates, clusters, not about sequence",
        ),
        (("clusters", "--reason", "x"), "--reason is about dropped, not about clusters"),
        (("documents", "--row", "0"), "--row is about sequence, not about documents"),
    ],
)
def test_options_that_say_nothing_about_what_is_shown_are_refused(tmp_path, arguments, message):
    job = write_job(tmp_path, tmp_path)
    done = CliRunner().invoke(main, ["inspect", *arguments, str(job)], catch_exceptions=False)
    assert done.exit_code == 2
    assert message in done.output


def workspace_of(folder: Path, units: str = "ab", rows: int = 40) -> Store:
    """Units of so many dropped documents and as many kept ones, in row groups of four."""
    for name in ("dropped", "documents"):
        (folder / name).mkdir()
        for unit in units:
            table = [
                {"doc_id": i, "text": f"{unit} {i}", "kind": "dropped", "step": "s", "reason": "r" if i % 2 else "q"}
                for i in range(rows)
            ]
            pq.write_table(pa.Table.from_pylist(table), folder / name / f"{unit}.parquet", row_group_size=4)
    return Store(str(folder))


def test_a_sample_is_drawn_from_all_units_and_is_the_same_for_the_same_seed(tmp_path):
    workspace = workspace_of(tmp_path)
    first, again, other = (
        [s.text for s in inspection.documents(workspace, {"a", "b"}, 8, seed=seed)] for seed in (0, 0, 1)
    )
    assert first == again != other
    assert len(set(first)) == 8
    assert {text[0] for text in first} == {"a", "b"}
    assert first != [f"a {i}" for i in range(8)]


def test_a_sample_of_a_reason_holds_no_other_and_all_there_are(tmp_path):
    workspace = workspace_of(tmp_path, units="a", rows=10)
    shown = [s.text for s in inspection.dropped(workspace, {"a"}, 30, "s: r")]
    assert shown == [f"a {i}" for i in range(1, 10, 2)]


def test_texts_are_read_of_no_row_group_without_a_selected_document(tmp_path):
    workspace = workspace_of(tmp_path)
    assert inspection.texts_of(workspace, {"a", "not there"}, [3, 0, 3]) == {0: "a 0", 3: "a 3"}


def test_no_more_files_are_opened_than_a_sample_needs():
    sample = Sample(seed=0, most=2)
    names, opened = iter(sample.order(f"{i}" for i in range(2 * FILES))), 0
    while not sample.is_enough():
        sample.add(next(names), np.arange(5))
        opened += 1
    assert opened == FILES
    assert sum(len(rows) for _, rows in sample.drawn()) == 2


@pytest.mark.parametrize("name", ["all.parquet", "all.jsonl", "all.jsonl.gz"])
def test_a_table_of_given_units_is_written_whole_with_columns_that_only_some_have(tmp_path, name):
    workspace = workspace_of(tmp_path, rows=9)
    extra = pa.table({"doc_id": pa.array([99]), "text": ["x"], "score": [0.5]})
    pq.write_table(extra, tmp_path / "dropped" / "c.parquet")
    out = str(tmp_path / "new" / name)
    assert tables.write(workspace, "dropped", ["a", "c"], out, tables.ending_of(out)) == 10
    if name.endswith(".parquet"):
        rows = pq.read_table(out).to_pylist()
    else:
        content = Path(out).read_bytes()
        rows = [
            json.loads(line) for line in (gzip.decompress(content) if name.endswith("gz") else content).splitlines()
        ]
    assert [row["text"] for row in rows] == [*(f"a {i}" for i in range(9)), "x"]
    assert [row.get("score") for row in rows] == [None] * 9 + [0.5]
    assert [p.name for p in (tmp_path / "new").iterdir()] == [name]


def test_a_file_of_another_kind_is_refused_by_export(tmp_path):
    job = write_job(tmp_path, tmp_path)
    done = CliRunner().invoke(main, ["export", "dropped", str(job), "--out", "x.csv"], catch_exceptions=False)
    assert done.exit_code == 2
    assert "expected a file that ends in .parquet, .jsonl, .jsonl.gz" in done.output
