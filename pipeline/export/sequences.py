"""Reads the sequences of a dataset for an export format, and publishes the files it makes."""

import contextlib
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
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


def schema_of(dataset: Store) -> pa.Schema:
    """The columns of its parts, after `sequence`, the number of each sequence from 0 on; int64."""
    with dataset.open(part_names(dataset)[0]) as f:
        columns = pq.read_schema(f).remove_metadata()
    return columns.insert(0, pa.field("sequence", pa.int64()))


def tables_of(dataset: Store, bar: Bar) -> Iterator[Iterator[pa.Table]]:
    """For each part its sequences with the columns of `schema_of`, a row group at a time; `bar` advances by a part."""
    first, schema = 0, schema_of(dataset)
    for name in part_names(dataset):
        with dataset.open(name) as f:
            file = pq.ParquetFile(f)
            yield _numbered(file, first, schema)
            first += file.metadata.num_rows
        bar.advance()


def _numbered(file: pq.ParquetFile, first: int, schema: pa.Schema) -> Iterator[pa.Table]:
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        numbers = pa.array(np.arange(first, first + table.num_rows))
        yield table.add_column(0, "sequence", numbers).select(schema.names).cast(schema)
        first += table.num_rows


def rows_of(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Each row by column: lists as NumPy arrays, numbers and texts as Python values, null as None."""
    columns: list[list[Any]] = []
    for column in table.columns:
        array = column.combine_chunks()
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            flat = array.flatten().to_numpy(zero_copy_only=False)
            ends = np.cumsum(array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))
            columns.append(np.split(flat, ends[:-1]) if len(ends) else [])
        else:
            columns.append(array.to_pylist())
    for values_ in zip(*columns, strict=True):
        yield dict(zip(table.column_names, values_, strict=True))


def library(name: str, extra: str) -> Any:
    """The module that writes a format. InputError with the extra to install where it is not there."""
    try:
        return importlib.import_module(name)
    except ImportError as e:
        raise InputError([f"{name} is not installed ({e}): pip install 'corpusmill[{extra}]'"]) from e


@contextlib.contextmanager
def beside(out: Store) -> Iterator[Path]:
    """A folder to write in, next to where its files are published in a local folder, else on this machine."""
    if out.is_local:
        Path(out.root).mkdir(parents=True, exist_ok=True)
    with scratch.folder(beside=out.root if out.is_local else None) as folder:
        yield folder


def publish_all(out: Store, folder: Path, last: str = "") -> None:
    """Publish every file below `folder` under its path in it; files called `last` after all others."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    for path in sorted(paths, key=lambda p: p.name == last):
        out.publish_file(path.relative_to(folder).as_posix(), path)


def publish(out: Store, name: str, chunks: Iterable[bytes]) -> None:
    """Write the chunks as one file, there whole or not at all; written next to its place in a local folder."""
    with beside(out) as folder:
        path = folder / name
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        out.publish_file(name, path)


def publish_table(
    dataset: Store, out: Store, schema: pa.Schema, shaped: Callable[[pa.Table], pa.Table], bar: Bar
) -> list[str]:
    """Write the sequences as one Parquet file, NAME.parquet, a row group at a time; its name.

    shaped: makes the rows of `schema` of those of a part. `bar` advances by a part.
    """
    name = f"{name_of(dataset)}.parquet"
    with beside(out) as folder:
        with pq.ParquetWriter(folder / name, schema, compression="zstd") as writer:
            for part in part_names(dataset):
                with dataset.open(part) as f:
                    file = pq.ParquetFile(f)
                    for group in range(file.num_row_groups):
                        writer.write_table(shaped(file.read_row_group(group)))
                bar.advance()
        out.publish_file(name, folder / name)
    return [name]
