"""What a shell or a log shows of an open dataset or workspace: one short line, and no key of its store."""

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.api.dataset import Dataset
from corpusmill.pipeline.api.workspace import Workspace

STORE = Store("s3://bucket/out", {"key": "AKIAEXAMPLE", "secret": "hidden"})


def test_a_dataset_is_shown_by_its_address_and_amounts():
    parts = [{"name": f"data/part-{n:05}-of-10000.parquet"} for n in range(10_000)]
    manifest = {"documents": 9, "sequences": 1200, "tokens": 30_000, "parts": parts}
    shown = repr(Dataset(STORE, manifest))
    assert shown == "Dataset('s3://bucket/out': 30,000 tokens in 1,200 sequences, 10,000 parts)"


def test_a_workspace_is_shown_by_its_address():
    assert repr(Workspace(STORE)) == "Workspace('s3://bucket/out')"
