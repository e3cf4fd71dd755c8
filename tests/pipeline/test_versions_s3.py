"""Versions on a store without renames and links: the pointer is one put, parts are shared by copies the store makes."""

from types import SimpleNamespace

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import corpusmill
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.latest import Pointer, folder_store, point
from corpusmill.pipeline.stages.append.carry_unit import share
from corpusmill.pipeline.versions.publishing import retire

NAME = "part-00000-of-00001.parquet"
MANIFEST = b'{"tokens": 3, "parts": [{"name": "part-00000-of-00001.parquet"}], "name": "j"}'


@pytest.fixture
def output(s3: str) -> Store:
    return Store("s3://test/versions", {"key": "testing", "secret": "testing", "endpoint_url": s3})


@pytest.mark.thorough
def test_a_version_is_shared_pointed_at_read_and_retired(output, monkeypatch):
    out = pa.BufferOutputStream()
    pq.write_table(pa.table({"n": [1, 2, 3]}), out)
    first, second = (folder_store(output, name) for name in ("v0001", "v0002"))
    first.publish(NAME, out.getvalue().to_pybytes())
    read: list[str] = []
    monkeypatch.setattr(Store, "open", lambda store, name: read.append(name))
    share(first, second, NAME)
    assert read == [], "no byte passes through this machine"
    monkeypatch.undo()
    for store in (first, second):
        store.publish("_manifest.json", MANIFEST)
        store.publish(latest.VERSION, b"{}")
    point(output, Pointer(folder="v0001"))
    storage = dict(output.options)
    pinned = corpusmill.open_dataset(output.url, storage=storage)
    point(output, Pointer(folder="v0002"))
    assert corpusmill.open_dataset(output.url, storage=storage).parts == [f"s3://test/versions/v0002/{NAME}"]
    paths = [address.removeprefix("s3://") for address in pinned.parts]
    assert pyarrow.dataset.dataset(paths, filesystem=output.fs).to_table()["n"].to_pylist() == [1, 2, 3]
    assert latest.finished(output) == ["v0001", "v0002"]
    run = SimpleNamespace(output=output, lease=SimpleNamespace(check=lambda: None))
    assert retire(run, keep=1) == ["v0001"]  # pyright: ignore[reportArgumentType]
    assert latest.folders(output) == ["v0002"]
    assert second.read(NAME) == out.getvalue().to_pybytes()
