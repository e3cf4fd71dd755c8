"""Reads the sequences of a dataset for an export format, and publishes the files it makes."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens.packing.table import values
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.verify.dataset import manifest_of


def name_of(dataset: Store) -> str:
    """The dataset's name, which its exported files begin with."""
    return str(manifest_of(dataset)["name"])


def part_names(dataset: Store) -> list[str]:
    """The part files, in the order of the dataset."""
    return [str(part["name"]) for part in manifest_of(dataset)["parts"]]


def vocab_size(dataset: Store) -> int:
    """Token ids are below this."""
    with dataset.open(part_names(dataset)[0]) as f:
        metadata = pq.read_schema(f).metadata or {}
    return int(metadata[b"corpusmill.vocab_size"])


def lengths_of(dataset: Store) -> np.ndarray:
    """Tokens of each sequence, int64, in the order of the dataset."""
    found = [np.zeros(0, np.int64)]
    for name in part_names(dataset):
        with dataset.open(name) as f:
            found.append(read_table(f, columns=["n_tokens"])["n_tokens"].to_numpy().astype(np.int64))
    return np.concatenate(found)


def ids_of(dataset: Store, bar: Bar) -> Iterator[np.ndarray]:
    """Token ids of all sequences end to end, int32, a row group at a time; `bar` advances a step a part."""
    for name in part_names(dataset):
        with dataset.open(name) as f:
            file = pq.ParquetFile(f)
            for group in range(file.num_row_groups):
                yield values(file.read_row_group(group, columns=["input_ids"]), "input_ids")
        bar.advance()


def publish(out: Store, name: str, chunks: Iterable[bytes]) -> None:
    """Write the chunks as one file, there whole or not at all; written next to its place in a local folder."""
    if out.is_local:
        Path(out.root).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".corpusmill-", dir=out.root if out.is_local else None) as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        out.publish_file(name, path)
