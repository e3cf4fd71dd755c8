"""Files about documents are divided by size, and lose the documents that are taken down, also when that is cut off."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.profile.schema import DOCUMENTS
from corpusmill.pipeline.stages.describe.files import NAME, file_name, without, written
from corpusmill.pipeline.stages.describe.selected import groups_of_size


@pytest.fixture
def output(tmp_path):
    return Store(str(tmp_path))


def rows(ids):
    return pa.Table.from_pylist([{"doc_id": i, "url": f"https://a.org/{i}"} for i in ids], DOCUMENTS)


def ids_in(output, name):
    with output.open(name) as file:
        return pq.ParquetFile(file).read()["doc_id"].to_pylist()


def test_documents_that_are_taken_down_leave_their_file_and_no_other(output):
    files = [written(output, file_name(i, 2), rows(ids)) for i, ids in enumerate(([1, 2, 3], [7, 8]))]
    again = without(output, files, np.array([2, 99], np.int64))
    assert ids_in(output, again[0]["name"]) == [1, 3]
    assert again[1] == files[1]
    assert again[0]["documents"] == 2
    assert again[0]["sha256"] == hashlib.sha256(output.read(again[0]["name"])).hexdigest()
    assert NAME.fullmatch(again[0]["name"])
    assert ids_in(output, files[0]["name"]) == [1, 2, 3]  # until a manifest names the new one
    third = without(output, again, np.array([3], np.int64))
    assert third[0]["name"].count("-") == again[0]["name"].count("-")  # one hash


def test_a_takedown_that_was_cut_off_gives_the_same_once_more(output):
    files = [written(output, file_name(0, 1), rows([1, 2, 3]))]
    once = without(output, files, np.array([2], np.int64))
    assert without(output, files, np.array([2], np.int64)) == once


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 60))
def test_groups_keep_the_order_and_are_no_larger_than_they_must(sizes, most):
    names = [str(i) for i in range(len(sizes))]
    groups = groups_of_size(names, sizes, most)
    assert [name for group in groups for name in group] == names
    for group in groups:
        assert len(group) == 1 or sum(sizes[int(name)] for name in group) <= most


def test_their_names_are_distinguished_from_those_of_others():
    assert NAME.fullmatch(file_name(0, 1))
    assert NAME.fullmatch(file_name(3, 12))
    assert not NAME.fullmatch("documents-of-mine.parquet")
