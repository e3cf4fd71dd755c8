"""Documents that have come through all steps: written with their keys, bands and sketches for deduplication."""

from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.operators.text.conversation import identity_text
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.ingest.counts import SinkFacts


class DocumentWriter:
    """Writes `documents/NAME.parquet` and what `KeyWriter` writes; counts documents and bytes by leaf."""

    place = "kept"

    def __init__(self, folder: Path, name: str, spec: JobSpec, source: str, columns: Columns) -> None:
        self.source = source
        (folder / "documents").mkdir()
        kept = [pa.field(n, t) for n, t in columns.items()]
        kept.insert(1, pa.field("text_key", pa.binary(16)))
        self.documents = TableWriter(folder / "documents" / f"{name}.parquet", pa.schema(kept))
        self.keys = KeyWriter(folder, name, spec.dedup)

    def keep(self, batch: Batch, tally: Tally) -> None:
        keyed = batch.with_columns({"text_key": text_keys(identity_text(batch.table))})
        self.documents.write(keyed.table)
        self.keys.add(keyed)
        table = pa.table(
            {
                "language": pc.fill_null(batch.column("language"), ""),
                "domain": pc.fill_null(batch.column("domain"), ""),
                "bytes": pc.binary_length(batch.column("text")),
            }
        )
        for row in table.group_by(["domain", "language"]).aggregate([("bytes", "sum"), ("bytes", "count")]).to_pylist():
            leaf = (self.source, row["domain"], row["language"])
            tally.add("kept", "documents", *leaf, by=row["bytes_count"])
            tally.add("kept", "bytes", *leaf, by=row["bytes_sum"] or 0)

    def facts(self) -> SinkFacts:
        return {}

    def __enter__(self) -> Self:
        self.documents.__enter__()
        self.keys.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.documents.__exit__(*error)
        self.keys.__exit__(*error)
