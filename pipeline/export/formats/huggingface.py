"""What Hugging Face `datasets` reads with load_from_disk, a folder NAME: Arrow files with all columns as they are."""

import itertools

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import beside, library, name_of, part_names, publish_all, schema_of, tables_of


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the folder; its name. Needs the extra `huggingface`, and local room for twice of it."""
    datasets = library("datasets", "huggingface")
    name, schema = name_of(dataset), schema_of(dataset)
    with beside(out) as folder:
        stream = folder / "all.arrow"
        with pa.OSFile(str(stream), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
            for table in itertools.chain.from_iterable(tables_of(dataset, bar)):
                writer.write_table(table)
        rows = datasets.Dataset.from_file(str(stream))
        rows.save_to_disk(str(folder / "saved" / name), num_shards=min(len(part_names(dataset)), max(len(rows), 1)))
        publish_all(out, folder / "saved", last="state.json")
    return [name]
