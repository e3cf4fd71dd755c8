"""Exports a published dataset into the file formats of other training programs."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens.export.megatron import bin_bytes, id_type, idx_bytes
from corpusmill.operators.tokens.export.npy import npy_bytes, npy_header
from corpusmill.operators.tokens.packing.table import values
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.verify.dataset import manifest_of


def megatron(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """NAME.bin and NAME.idx: each sequence a document. The names of the files."""
    name = str(manifest_of(dataset)["name"])
    dtype = id_type(_vocab_size(dataset))
    lengths = _lengths(dataset)
    _publish(out, f"{name}.bin", (bin_bytes(ids, dtype) for ids in _ids(dataset, bar)))
    _publish(out, f"{name}.idx", iter([idx_bytes(lengths, dtype)]))
    return [f"{name}.bin", f"{name}.idx"]


def npy(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """NAME.npy, all ids end to end, and NAME.offsets.npy: where each sequence begins, and the end of the last."""
    name = str(manifest_of(dataset)["name"])
    dtype = id_type(_vocab_size(dataset))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(_lengths(dataset))])

    def stretches() -> Iterator[bytes]:
        yield npy_header(int(offsets[-1]), dtype)
        for ids in _ids(dataset, bar):
            yield bin_bytes(ids, dtype)

    _publish(out, f"{name}.npy", stretches())
    _publish(out, f"{name}.offsets.npy", iter([npy_bytes(offsets)]))
    return [f"{name}.npy", f"{name}.offsets.npy"]


FORMATS: dict[str, Callable[[Store, Store, Bar], list[str]]] = {"megatron": megatron, "npy": npy}


def _names(dataset: Store) -> list[str]:
    return [str(part["name"]) for part in manifest_of(dataset)["parts"]]


def _vocab_size(dataset: Store) -> int:
    with dataset.open(_names(dataset)[0]) as f:
        metadata = pq.read_schema(f).metadata or {}
    return int(metadata[b"corpusmill.vocab_size"])


def _lengths(dataset: Store) -> np.ndarray:
    """Tokens of each sequence, int64, in the order of the dataset."""
    found = [np.zeros(0, np.int64)]
    for name in _names(dataset):
        with dataset.open(name) as f:
            found.append(read_table(f, columns=["n_tokens"])["n_tokens"].to_numpy().astype(np.int64))
    return np.concatenate(found)


def _ids(dataset: Store, bar: Bar) -> Iterator[np.ndarray]:
    """Token ids, a row group at a time."""
    for name in _names(dataset):
        with dataset.open(name) as f:
            file = pq.ParquetFile(f)
            for group in range(file.num_row_groups):
                yield values(file.read_row_group(group, columns=["input_ids"]), "input_ids")
        bar.advance()


def _publish(out: Store, name: str, stretches: Iterator[bytes]) -> None:
    """The stretches as one file, there whole or not at all; written beside its place where that is a local folder."""
    if out.is_local:
        Path(out.root).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".corpusmill-", dir=out.root if out.is_local else None) as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            for stretch in stretches:
                file.write(stretch)
        out.publish_file(name, path)
