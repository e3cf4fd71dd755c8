"""One part of an earlier version in a new one: shared where nothing of it changes, written again where copies go."""

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.cluster import scratch
from corpusmill.cluster.filesystems import asking
from corpusmill.cluster.storage import UNFINISHED, Store
from corpusmill.operators.tokens.packing.table import with_marks
from corpusmill.operators.tokens.packing.unpack import chosen, documents_in
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import commit_unit
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.pack.unit import Packed, PartLine, supervised_line
from corpusmill.pipeline.stages.takedown.unit import PartUnit, renamed, write_again

STAGE = "carry"
PAIR = np.dtype([("doc_id", "<i8"), ("pass", "<i8")])


class Carried(Packed):
    """A part as the new manifest names it, and whether it is another one than before."""

    rewritten: bool


@dataclass(frozen=True)
class Carry:
    """The task of a part, which is as the earlier manifest names it; travels to the workers.

    removed: (copies, 2) int64, doc_id and pass of what the new version does not take. Gives the part's line for the new
    manifest; its documents, sequences and tokens are counted in the tally.
    """

    job: str
    workspace: Store
    source: Store
    output: Store
    removed: np.ndarray

    def __call__(self, unit: PartUnit) -> Carried:
        line = unit["part"].copy()
        line.pop("taken_down", None)
        rewritten = self._holds(line["name"])
        if rewritten:
            line = self._without(line)
        else:
            share(self.source, self.output, line["name"])
        tally = [["documents", line["documents"]], ["tokens", line["tokens"]]]
        counts: Carried = {"documents": 0, "part": line, "rewritten": rewritten, "tally": tally}
        return commit_unit(self.workspace, STAGE, unit["name"], counts)

    def _holds(self, name: str) -> bool:
        """Whether a part has one of the removed documents; of other parts only one column is read, or nothing."""
        if not len(self.removed):
            return False
        with self.source.open(name) as f:
            column = read_table(f, columns=["doc_ids"])["doc_ids"].combine_chunks()
        return bool(np.isin(column.flatten().to_numpy(), self.removed[:, 0]).any())

    def _without(self, line: PartLine) -> PartLine:
        kernels.once(kernel_uses.tokens_use(self.job), lambda: warm.warm_tokens(self.job))
        table = read_table(pa.BufferReader(self.source.read(line["name"])))
        documents = documents_in(with_marks(table))
        remaining = chosen(documents, ~np.isin(pairs(documents.doc_ids, documents.passes), pairs(*self.removed.T)))
        with scratch.folder() as folder:
            path = folder / "part.parquet"
            spec = JobSpec.from_canonical(self.job)
            sequences = write_again(path, remaining, table.schema, spec)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            name = renamed(line["name"], digest)
            self.output.publish_file(name, path)
            return {
                **line,
                "name": name,
                "bytes": path.stat().st_size,
                "sha256": digest,
                "documents": len(remaining.rows),
                "sequences": sequences,
                "tokens": int(remaining.rows.offsets[-1]),
                **supervised_line(remaining, spec.tokens),
            }


def pairs(doc_ids: np.ndarray, passes: np.ndarray) -> np.ndarray:
    """Document and pass of each copy as one value."""
    found = np.zeros(len(doc_ids), PAIR)
    found["doc_id"], found["pass"] = doc_ids, passes
    return found


def share(source: Store, target: Store, name: str) -> None:
    """Let `target` have the file of `source` too, without its bytes passing through this machine where that can be.

    On a disk a hard link, else a copy; in a store a copy that the store itself makes.
    """
    if not target.is_local:
        with asking(target.url):
            target.fs.cp_file(source.path(name), target.path(name))
        return
    final = target.path(name)
    os.makedirs(os.path.dirname(final), exist_ok=True)
    unfinished = f"{final}.{os.getpid()}{UNFINISHED}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished)
    try:
        os.link(source.path(name), unfinished)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source.path(name), unfinished)
    os.replace(unfinished, final)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished)  # renaming one link onto another of the same file removes neither
