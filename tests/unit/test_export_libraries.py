"""What `export` writes with the library of a format, read back by that library: the same ids, documents and order.

Those that are extras are among the requirements of the tests. MDS is read by mosaicml-streaming, which cannot be
installed beside this program, in the environment that has torch.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.tokens.schema import SEQUENCES
from corpusmill.pipeline.export import choices
from corpusmill.pipeline.export.formats import mds
from corpusmill.pipeline.export.samples import write_samples
from corpusmill.pipeline.export.sequences import library
from tests.unit.test_examples_of_reading import needs, torch_python

pytestmark = pytest.mark.filterwarnings("default")  # those of other people's libraries are not ours to mend
LARGEST_ROW = 540  # bytes of a shard that has room for each of the rows, and for no two
IDS = [[5, 6, 7, 60_000], [8], [9, 10], [11, 12, 13]]
ROWS = [
    {
        "input_ids": ids,
        "seq_lens": [len(ids) - 1, 1] if len(ids) > 1 else [1],
        "doc_ids": [2**40 + i, 7] if len(ids) > 1 else [2**40 + i],
        "doc_offsets": [0, 3] if len(ids) > 1 else [0],
        "leaf": [0, 1] if len(ids) > 1 else [0],
        "pass": [0, 2] if len(ids) > 1 else [0],
        "n_tokens": len(ids),
    }
    for i, ids in enumerate(IDS)
]
EXPECTED = [{"sequence": i, **row} for i, row in enumerate(ROWS)]


class Bar:
    """Takes what a progress bar is told."""

    def advance(self):
        pass


@pytest.fixture
def written(tmp_path):
    """A dataset of two parts, and a function that exports it and gives the folder."""
    folder, out = tmp_path / "dataset", tmp_path / "out"
    folder.mkdir()
    names = ["part-0.parquet", "part-1.parquet"]
    schema = SEQUENCES.with_metadata({"corpusmill.vocab_size": "65000"})
    for name, rows in zip(names, (ROWS[:3], ROWS[3:]), strict=True):
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / name, row_group_size=2)
    (folder / "_manifest.json").write_text(json.dumps({"name": "small", "parts": [{"name": n} for n in names]}))

    def export(format_):
        found = choices.exporter(format_)(Store(str(folder)), Store(str(out)), Bar())  # pyright: ignore[reportArgumentType]
        assert found == sorted(p.name for p in out.iterdir())
        return out

    return export


def plain(row):
    """A row of any library as plain values."""
    return {k: v.tolist() if hasattr(v, "tolist") else v for k, v in row.items()}


def test_huggingface_loads_from_disk(written):
    datasets = pytest.importorskip("datasets", reason="pip install 'corpusmill[huggingface]'")
    rows = datasets.load_from_disk(str(written("huggingface") / "small"))
    assert list(rows) == EXPECTED
    assert rows.features["doc_ids"].feature.dtype == "int64"


def test_lance_reads_the_folder(written):
    lance = pytest.importorskip("lance", reason="pip install 'corpusmill[lance]'")
    assert lance.dataset(str(written("lance") / "small.lance")).to_table().to_pylist() == EXPECTED


@pytest.mark.slow
def test_streaming_reads_the_shards_and_writes_the_same_bytes(written, monkeypatch):
    needs(torch_python(), "streaming")
    monkeypatch.setattr(mds, "SHARD_BYTES", LARGEST_ROW)  # a shard for each row
    program = str(Path(__file__).with_name("read_mds.py"))
    command = [torch_python(), program, str(written("mds"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["rows"] == EXPECTED
    assert said["written_alike"] == ["index.json", *(f"shard.{i:05d}.mds" for i in range(len(EXPECTED)))]


def test_long_lists_say_their_length_in_as_many_bytes_as_it_needs():
    found = [mds.value_bytes(np.zeros(n, np.int8), "ndarray:int8")[:4].hex() for n in (255, 256, 65_536)]
    assert found == ["04ff0000", "05000100", "06000001"]


def test_tfrecord_reads_the_files(written):
    tfrecord = pytest.importorskip("tfrecord", reason="pip install 'corpusmill[tfrecord]'")
    out = written("tfrecord")
    rows = [plain(row) for path in sorted(out.iterdir()) for row in tfrecord.tfrecord_loader(str(path), None)]
    single = ("sequence", "n_tokens")  # a list of one, as every feature is
    assert [{k: v[0] if k in single else v for k, v in row.items()} for row in rows] == EXPECTED


def test_webdataset_reads_the_shards(written):
    webdataset = pytest.importorskip("webdataset", reason="pip install 'corpusmill[webdataset]'")
    out = written("webdataset")
    shards = [str(path) for path in sorted(out.iterdir())]
    rows = []
    for sample in webdataset.WebDataset(shards, shardshuffle=False).decode():
        lists = {k.removesuffix(".npy"): v for k, v in sample.items() if k.endswith(".npy")}
        rows.append({**sample["json"], **plain(lists)})
    assert [{k: row[k] for k in EXPECTED[0]} for row in rows] == EXPECTED
    first = [path.read_bytes() for path in sorted(out.iterdir())]
    assert first == [path.read_bytes() for path in sorted(written("webdataset").iterdir())]  # no clock, no user


def test_a_library_that_is_missing_is_named_with_its_extra():
    with pytest.raises(InputError, match=r"pip install 'corpusmill\[lance\]'"):
        library("no_library_of_this_name", "lance")


def test_webdataset_reads_documents_as_samples(tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="pip install 'corpusmill[webdataset]'")
    rows = [
        {"doc_id": 2**53, "text": "a pier at dusk", "url": "https://example.org/p.jpg", "width": 640},
        {"doc_id": 2**53 + 1, "text": "été", "url": None, "width": None},
    ]
    assert write_samples([pa.Table.from_pylist(rows)], str(tmp_path / "pairs.tar")) == 2
    found = list(webdataset.WebDataset(str(tmp_path / "pairs.tar"), shardshuffle=False).decode())
    assert [{**sample["json"], "text": sample["txt"]} for sample in found] == rows
    assert [sample.get("url") for sample in found] == [b"https://example.org/p.jpg", None]


def test_copies_of_a_document_are_samples_of_their_own(tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="pip install 'corpusmill[webdataset]'")
    rows = [{"doc_id": 7, "text": "a pier", "url": None, "copy": copy} for copy in (0, 1, 2)]
    assert write_samples([pa.Table.from_pylist(rows)], str(tmp_path / "pairs.tar")) == 3
    found = list(webdataset.WebDataset(str(tmp_path / "pairs.tar"), shardshuffle=False).decode())
    assert [sample["__key__"][-3:] for sample in found] == ["007", "7_1", "7_2"]
    assert [sample["json"]["copy"] for sample in found] == [0, 1, 2]
