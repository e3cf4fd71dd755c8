"""Documents that have come as far as a step that awaits an answer: as they are, with what the answer is made of.

Beside the columns of documents each has the `length` of its record, for those that a later step drops.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.gathered.kinds import KINDS
from corpusmill.pipeline.stages.ingest.counts import SinkFacts
from corpusmill.pipeline.workspace.shards import UnitFiles


class PartWriter:
    """Writes `parts/NAME.parquet` and what the awaiting step gathers; counts documents as "passed".

    is_for: whether that step is for documents of this source; else nothing is gathered of them.
    """

    place = "passed"

    def __init__(
        self, folder: Path, name: str, files: UnitFiles, columns: Columns, awaited: Awaiting, *, is_for: bool = True
    ) -> None:
        (folder / "parts").mkdir()
        schema = pa.schema([*(pa.field(n, t) for n, t in columns.items()), pa.field("length", pa.int64())])
        self.documents = TableWriter(folder / "parts" / f"{name}.parquet", schema)
        self.gather = KINDS[awaited.stage].gather(folder, name, files, awaited)
        self._is_for = is_for
        self._facts: Mapping[str, Any] = {}

    def keep(self, batch: Batch, tally: Tally) -> None:
        if self._is_for:
            self.gather.add(batch)
        self.documents.write(batch.table)
        tally.add("passed", "documents", by=batch.num_rows)

    def facts(self) -> SinkFacts:
        return {"gathered": dict(self._facts)}

    def __enter__(self) -> Self:
        self.documents.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        self.documents.__exit__(kind, *error)
        if kind is None:
            self._facts = self.gather.facts()
