"""mlcroissant takes the file that a dataset has, and reads its records."""

import json

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators.tokens.schema import SEQUENCES
from corpusmill.pipeline.papers.croissant import croissant
from corpusmill.pipeline.profile.schema import DOCUMENTS
from tests.unit.papers.facts import written

# rdflib, which mlcroissant uses, warns of its own class.
pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
ROW = {
    "input_ids": [5, 6, 7],
    "seq_lens": [3],
    "doc_ids": [9],
    "doc_offsets": [0],
    "leaf": [1],
    "pass": [0],
    "n_tokens": 3,
}


@pytest.fixture
def dataset(tmp_path):
    facts, _ = written()
    (tmp_path / "croissant.json").write_text(croissant(facts), encoding="utf-8")
    (tmp_path / "data").mkdir()
    pq.write_table(pa.Table.from_pylist([ROW, ROW], SEQUENCES), tmp_path / "data" / "part-00000-of-00001.parquet")
    about = {"doc_id": 9, "source": "crawl", "url": "https://a.org/", "n_tokens": 3, "copies": 1}
    pq.write_table(pa.Table.from_pylist([about], DOCUMENTS), tmp_path / "documents.parquet")
    return mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))


def test_it_has_no_errors(dataset):
    assert list(dataset.metadata.ctx.issues.errors) == []
    assert dataset.metadata.name == "small"


def test_its_records_are_those_of_the_parts(dataset):
    rows = list(dataset.records("sequences"))
    assert len(rows) == 2
    assert list(rows[0]["sequences/input_ids"]) == [5, 6, 7]
    assert rows[0]["sequences/n_tokens"] == 3


def test_its_documents_are_read(dataset):
    (row,) = dataset.records("documents")
    assert row["documents/doc_id"] == 9
    assert json.loads(json.dumps(row["documents/source"], default=lambda b: b.decode())) == "crawl"
