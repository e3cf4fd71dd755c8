"""The tables of a workspace in a store, where what a unit wrote is one object, are those on a disk."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.api.workspace import open_workspace
from corpusmill.pipeline.execution.run_stage import commit_unit
from corpusmill.pipeline.files.workspace_layout import TOKENIZED
from corpusmill.pipeline.workspace import sweep
from tests.support.stores import in_s3

UNITS = ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"]
LATE = "0123456789abcdef0123456789abcdef"


def workspace(store: Store, folder: Path) -> Store:
    """A workspace of two live tokenized units, and one of an earlier run."""
    for number, name in enumerate([*UNITS, LATE]):
        pq.write_table(pa.table({"doc_id": [number]}), folder / name)
        commit_unit(store, "tokenize", name, {"documents": 1}, {f"tokens/{name}.parquet": folder / name})
    store.publish(TOKENIZED, json.dumps({"units": [], "tokens": UNITS}).encode())
    return store


@pytest.mark.parametrize("earlier", [False, True])
def test_tokens_of_the_last_run_are_read_from_bundles(s3, tmp_path, earlier):
    stores = [Store(str(tmp_path / "work")), in_s3(s3, f"tokens/{earlier}")]
    for store in stores:
        workspace(store, tmp_path)
        live = {"names": [*UNITS, "77aa"]} if earlier else {"names": ["77aa"], "tokenized": UNITS}
        sweep.remember(store, **live)
        tokens = open_workspace(store.url, storage=store.options).tokens()
        assert sorted(tokens["doc_id"].to_pylist()) == [0, 1]
