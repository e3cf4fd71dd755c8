"""Writes a table of the workspace, the rows of one run of many units, into one file."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError

NAMES = ("documents", "dropped")
ENDINGS = (".parquet", ".jsonl", ".jsonl.gz")


def ending_of(out: str) -> str:
    """The ending of a file's name, which names its format. InputError for any but ENDINGS.

    >>> ending_of("s3://bucket/dropped.jsonl.gz")
    '.jsonl.gz'
    """
    found = next((ending for ending in ENDINGS if out.endswith(ending)), None)
    if found is None:
        raise InputError([f"--out: expected a file that ends in {', '.join(ENDINGS)}, found {out}"])
    return found


def write(workspace: Store, table: str, units: Sequence[str], out: str, ending: str) -> int:
    """Write all rows of these units to a path or an address, there whole or not at all; the number of rows.

    A column that only some units have is null in the others.
    """
    names = [f"{table}/{unit}.parquet" for unit in units]
    schema = _schema(workspace, names) if ending == ".parquet" else pa.schema([])
    return write_tables(_parts(workspace, names), schema, out, ending)


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, out: str, ending: str) -> int:
    """Write rows to a path or an address, there whole or not at all; the number of rows.

    schema: of a Parquet file; columns that a table lacks are null in it, others are left out.
    """
    return _published(
        out, lambda path: _parquet(tables, schema, path) if ending == ".parquet" else _jsonl(tables, path)
    )


def write_lines(lines: Iterable[bytes], out: str) -> int:
    """Write lines to a path or an address, gzipped where its name ends in .gz, whole or not at all; their number."""

    def write(path: Path) -> int:
        rows = 0
        with gzip.open(path, "wb") if path.name.endswith(".gz") else path.open("wb") as file:
            for line in lines:
                file.write(line + b"\n")
                rows += 1
        return rows

    return _published(out, write)


def _published(out: str, write: Callable[[Path], int]) -> int:
    """What `write` gives, once the file it writes stands at a path or an address."""
    folder, _, name = out.rpartition("/")
    target = Store(folder or ".")
    if target.is_local:
        Path(target.root).mkdir(parents=True, exist_ok=True)
    beside = target.root if target.is_local else None
    with scratch.folder(beside=beside) as there:
        path = there / name
        rows = write(path)
        target.publish_file(name, path)
    return rows


def _schema(workspace: Store, names: Sequence[str]) -> pa.Schema:
    """All columns of these files."""
    schemas = []
    for name in names:
        with workspace.open(name) as file:
            schemas.append(pq.read_schema(file).remove_metadata())
    return pa.unify_schemas(schemas or [pa.schema([])], promote_options="permissive")


def _parquet(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in tables:
            columns = [
                part[f.name].cast(f.type) if f.name in part.column_names else pa.nulls(part.num_rows, f.type)
                for f in schema
            ]
            writer.write_table(pa.table(columns, schema=schema))
            rows += part.num_rows
    return rows


def _jsonl(tables: Iterable[pa.Table], path: Path) -> int:
    rows = 0
    with gzip.open(path, "wb") if path.name.endswith(".gz") else path.open("wb") as file:
        for part in tables:
            file.writelines(
                orjson.dumps(row, default=_text, option=orjson.OPT_APPEND_NEWLINE) for row in part.to_pylist()
            )
            rows += part.num_rows
    return rows


def _text(value: Any) -> str:
    """A value that JSON has no type for."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _parts(workspace: Store, names: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of these files, a row group at a time."""
    for name in names:
        with workspace.open(name) as file:
            parquet = pq.ParquetFile(file)
            for group in range(parquet.num_row_groups):
                yield parquet.read_row_group(group, use_threads=False)
