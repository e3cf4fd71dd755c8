"""A Lance dataset, NAME.lance: a folder with all columns as they are."""

import itertools

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import beside, library, name_of, publish_all, schema_of, tables_of


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the folder; its name. Needs the extra `lance`, and local room for all of it.

    Lance names its files at random: two exports hold the same rows, under other names.
    """
    lance = library("lance", "lance")
    name, schema = f"{name_of(dataset)}.lance", schema_of(dataset)
    tables = itertools.chain.from_iterable(tables_of(dataset, bar))
    batches = (batch for table in tables for batch in table.to_batches())
    with beside(out) as folder:
        lance.write_dataset(pa.RecordBatchReader.from_batches(schema, batches), str(folder / name))
        publish_all(out, folder)
    return [name]
