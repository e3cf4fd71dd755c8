"""A sequence is shown as the dataset has it: parts of the manifest, in its order, and the tokenizer beside them."""

import json
from pathlib import Path

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
    ("arguments", "told"),
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
def test_options_that_say_nothing_about_what_is_shown_are_refused(tmp_path, arguments, told):
    job = write_job(tmp_path, tmp_path)
    done = CliRunner().invoke(main, ["inspect", *arguments, str(job)], catch_exceptions=False)
    assert done.exit_code == 2
    assert told in done.output


def test_no_more_is_read_than_is_shown(tmp_path):
    """The second unit's files are not there, nor is the text of the row groups that hold no wanted document."""
    rows = [{"doc_id": i, "text": f"text {i}", "kind": "dropped", "step": "s", "reason": "r"} for i in range(6)]
    for folder in ("dropped", "documents"):
        (tmp_path / folder).mkdir()
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / folder / "a.parquet", row_group_size=2)
    workspace = Store(str(tmp_path))
    assert [s.text for s in inspection.dropped(workspace, {"a", "b"}, 3, "s: r")] == ["text 0", "text 1", "text 2"]
    assert inspection.texts_of(workspace, {"a", "b"}, [3, 0, 3]) == {0: "text 0", 3: "text 3"}
    with pytest.raises(FileNotFoundError):
        list(inspection.dropped(workspace, {"a", "b"}, 7, None))
