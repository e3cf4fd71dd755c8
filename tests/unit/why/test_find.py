"""A document is found by the id that its source gave it, whether it was kept or dropped."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import RowNotFound
from corpusmill.pipeline.commands.why import documents
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.why.find import LastRun

JOB = "{name: a, inputs: [{source: s, paths: [x]}]}"


@pytest.fixture
def run(tmp_path) -> LastRun:
    rows = {
        ("documents", "a"): {"doc_id": [1, 2], "source_id": ["m1", None], "url": [None, None]},
        ("documents", "b"): {"doc_id": [11], "url": [None]},
        ("dropped", "a"): {"doc_id": [3], "source_id": ["m3"], "url": [None]},
        ("dropped", "b"): {"doc_id": [12, 13], "source_id": ["m1", "m13"], "url": [None, None]},
    }
    for (table, unit), columns in rows.items():
        types = {"doc_id": pa.int64(), "source_id": pa.string(), "url": pa.string()}
        (tmp_path / table).mkdir(exist_ok=True)
        arrays = {name: pa.array(values, types[name]) for name, values in columns.items()}
        pq.write_table(pa.table(arrays), tmp_path / table / f"{unit}.parquet")
    found = LastRun(parse(JOB), Store(str(tmp_path)))
    vars(found).update(units=["a", "b"], shards={})
    return found


def test_ids_of_sources_are_found_kept_documents_first(run):
    assert [(d.table, d.doc_id) for d in run.by_source_id("m1")] == [("documents", 1), ("dropped", 12)]
    assert [d.doc_id for d in documents(run, "m3")] == [3]


def test_an_id_that_no_document_has_is_told_from_an_address(run):
    with pytest.raises(RowNotFound, match="address m2, or that source_id"):
        documents(run, "m2")
