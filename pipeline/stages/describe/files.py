"""Documents: one row about each document of the mix, beside the dataset, so that it can be explained without us."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result, commit_unit, everything, manifest_of, rests_on, run_stage
from corpusmill.pipeline.files.ids import digest, libraries
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.profile.schema import DOCUMENTS
from corpusmill.pipeline.stages.describe.profile import name_of, selected_of
from corpusmill.pipeline.stages.describe.selected import Selected, groups_of_size, read_names
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage

VERSION = 1
MEMORY_BYTES = 1_500_000_000  # a guess: FILE_DOCUMENTS addresses of 100 bytes, twice
FILE_DOCUMENTS = 2_000_000  # of a file at most, as tokenized; a guess: 100 MB
HERE_DOCUMENTS = 50_000  # of which this process writes the file, in a second: the profile has read them; a guess
NAME = re.compile(r"(documents(?:-\d{5,}-of-\d{5,})?)(?:-[0-9a-f]{8})?\.parquet")


class DocumentsUnit(TypedDict):
    """A file about documents, and the units whose documents it has."""

    name: str
    units: list[str]
    file: str


class FileLine(TypedDict):
    """What the manifest says of a file about documents."""

    name: str
    bytes: int
    sha256: str
    documents: int


class DocumentsWritten(TypedDict):
    """A file about documents, as the manifest names it."""

    file: FileLine


@dataclass(frozen=True)
class WriteDocuments:
    """The task of a file: rows of DOCUMENTS, sorted by doc_id; travels to the workers."""

    workspace: Store
    output: Store
    selected: Selected

    def __call__(self, unit: DocumentsUnit) -> DocumentsWritten:
        tables = [self.selected.of_unit(self.workspace, name) for name in unit["units"]]
        rows = pa.concat_tables([_shaped(t) for t in tables]).sort_by("doc_id").combine_chunks()
        counts: DocumentsWritten = {"file": written(self.output, unit["file"], rows)}
        return commit_unit(self.workspace, DocumentsStage.name, unit["name"], counts)


def _shaped(table: pa.Table) -> pa.Table:
    return pa.table([table[f.name].cast(f.type) for f in DOCUMENTS], schema=DOCUMENTS)


def written(output: Store, name: str, rows: pa.Table, *, renamed: bool = False) -> FileLine:
    """Write rows of DOCUMENTS as a file of the dataset; what the manifest says of it.

    renamed: its name holds its content's sha256, so that a file of another content stays where it is.
    """
    with scratch.folder() as folder:
        path = folder / "documents.parquet"
        pq.write_table(rows, path, compression="zstd", compression_level=3, row_group_size=1 << 17)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if renamed:
            name = NAME.sub(rf"\1-{sha256[:8]}.parquet", name)
        output.publish_file(name, path)
        return {"name": name, "bytes": path.stat().st_size, "sha256": sha256, "documents": rows.num_rows}


class DocumentsStage(Stage[Result[DocumentsWritten]]):
    """Writes the files about the documents of the mix: one unit a file."""

    name = "documents"

    def look(self, state: State) -> Status[Result[DocumentsWritten]]:
        found = everything(state.workspace, self.name, [u["name"] for u in units_of(state)])
        return Status(outcome=None if found is None or lost(state.output, found) else found)

    def run(self, run: Run, state: State) -> Result[DocumentsWritten]:
        units = units_of(state)
        names = [u["name"] for u in units]
        there = everything(run.workspace, self.name, names)
        for name in [] if there is None else lost(run.output, there):
            run.workspace.delete(f"units/{self.name}/{name}.json")
            run.workspace.delete(manifest_of(self.name, names))
        task = WriteDocuments(run.workspace, run.output, selected_of(state, numbers=False))
        documents = sum(int(counts["documents"]) for counts in state.of(TokenizeStage).counts.values())
        return run_stage(run, self.name, units, task, memory_bytes=MEMORY_BYTES, here=documents <= HERE_DOCUMENTS)

    def in_manifest(self, outcome: Result[DocumentsWritten]) -> Mapping[str, Any]:
        return {"document_files": [c["file"] for c in outcome.counts.values()]}

    def remembers(self, outcome: Result[DocumentsWritten]) -> Mapping[str, Iterable[str | int]]:
        return {"names": rests_on(outcome)}


def units_of(state: State) -> list[DocumentsUnit]:
    """One unit a file."""
    tokenized = state.of(TokenizeStage).counts
    sizes = [int(counts["documents"]) for counts in tokenized.values()]
    groups = groups_of_size(read_names(state.spec, tokenized), sizes, FILE_DOCUMENTS)
    decides = [VERSION, name_of(state), libraries()]
    return [
        {"name": digest(decides, group, i, len(groups)), "units": group, "file": file_name(i, len(groups))}
        for i, group in enumerate(groups)
    ]


def file_name(number: int, files: int) -> str:
    """The name of a file; a single one has none of its numbers.

    >>> file_name(0, 1), file_name(1, 12)
    ('documents.parquet', 'documents-00001-of-00012.parquet')
    """
    return "documents.parquet" if files == 1 else f"documents-{number:05d}-of-{files:05d}.parquet"


def lost(output: Store, found: Result[DocumentsWritten]) -> list[str]:
    """Names of the units whose file in the output has not the size that was written."""
    there = {f.uri: f.size for f in output.files()}
    files = {name: counts["file"] for name, counts in found.counts.items()}
    return [name for name, file in files.items() if there.get(file["name"]) != file["bytes"]]


def without(output: Store, files: Sequence[FileLine], ids: np.ndarray) -> list[FileLine]:
    """Write the files again that hold one of these documents, without them and under new names; what the manifest says
    of all. The old ones stay until no manifest names them. ids: int64.
    """
    found: list[FileLine] = []
    for about in files:
        with output.open(about["name"]) as file:
            holds = pc.is_in(read_table(file, columns=["doc_id"])["doc_id"], value_set=pa.array(ids, pa.int64()))
        if not pc.any(holds).as_py():
            found.append(about)
            continue
        with output.open(about["name"]) as file:
            rows = read_table(file).filter(pc.invert(holds))
        found.append(written(output, about["name"], rows, renamed=True))
    return found
