"""TFRecord files, NAME-00000.tfrecord: a tf.train.Example a sequence, each column an int64 list."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import beside, library, name_of, rows_of, tables_of


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write a file for each part; their names. Needs the extra `tfrecord`."""
    tfrecord = library("tfrecord", "tfrecord")
    name, names = name_of(dataset), []
    for number, tables in enumerate(tables_of(dataset, bar)):
        names.append(f"{name}-{number:05d}.tfrecord")
        with beside(out) as folder:
            path = folder / names[-1]
            writer = tfrecord.TFRecordWriter(str(path))
            try:
                for table in tables:
                    for row in rows_of(table):
                        writer.write(example(row))
            finally:
                writer.close()
            out.publish_file(names[-1], path)
    return names


def example(row: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """One row as the library takes it; a null is left out, as a feature without values is."""
    found: dict[str, tuple[Any, str]] = {}
    for name, value in row.items():
        if isinstance(value, str):
            found[name] = (value.encode(), "byte")
        elif value is not None:
            found[name] = feature(value)
    return found


def feature(value: Any) -> tuple[Any, str]:
    """A number or an array as a list of integers or of floats."""
    array = np.atleast_1d(np.asarray(value))
    return (array.tolist(), "float") if array.dtype.kind == "f" else (array.astype(np.int64).tolist(), "int")
