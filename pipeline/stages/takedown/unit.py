"""One part of a published dataset without the documents that were taken down, under a name of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.table import with_marks
from corpusmill.operators.tokens.packing.unpack import chosen, documents_in
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import commit_unit
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.pack.unit import PartLine, RemovalRecord, supervised_line, write_rows
from corpusmill.pipeline.stages.tokenize.conversations import trained_tokens
from corpusmill.pipeline.steps.layout import layout_of

STAGE = "takedown"
NAME_PARTS = 4  # part-00003-of-01024, and behind it the sum of the content where something was taken down


class PartUnit(TypedDict):
    """A part as the manifest names it."""

    name: str
    part: PartLine


class Rewritten(TypedDict):
    """The part as a manifest names it from here on, and whether it is another one."""

    part: PartLine
    rewritten: bool


@dataclass(frozen=True)
class Rewrite:
    """The task of a part; travels to the workers.

    A part that holds one of the documents is written again, its other documents in their order, packed as the part
    says of itself; the old one stays where it is until no manifest names it. Gives the part's line for the manifest.
    """

    job: str
    workspace: Store
    output: Store
    ids: np.ndarray  # int64, sorted

    def __call__(self, unit: PartUnit) -> Rewritten:
        told = unit["part"]
        with self.output.open(told["name"]) as f:
            column = read_table(f, columns=["doc_ids"])["doc_ids"].combine_chunks()
        holds = bool(np.isin(column.flatten().to_numpy(), self.ids).any())
        counts: Rewritten = {"part": self._without(told) if holds else told, "rewritten": holds}
        return commit_unit(self.workspace, STAGE, unit["name"], counts)

    def _without(self, part_line: PartLine) -> PartLine:
        kernels.once(kernel_uses.tokens_use(self.job), lambda: warm.warm_tokens(self.job))
        table = read_table(pa.BufferReader(self.output.read(part_line["name"])))
        documents = documents_in(with_marks(table))
        goes = np.isin(documents.doc_ids, self.ids)
        with scratch.folder() as folder:
            path = folder / "part.parquet"
            left = chosen(documents, ~goes)
            spec = JobSpec.from_canonical(self.job)
            sequences = write_again(path, left, table.schema, spec)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            name = renamed(part_line["name"], digest)
            self.output.publish_file(name, path)
            return {
                "name": name,
                "bytes": path.stat().st_size,
                "sha256": digest,
                "documents": len(left.rows),
                "sequences": sequences,
                "tokens": int(left.rows.offsets[-1]),
                **supervised_line(left, spec.tokens),
                "taken_down": removal_record(chosen(documents, goes), part_line.get("taken_down")),
            }


def write_again(path: Path, documents: Documents, schema: pa.Schema, spec: JobSpec) -> int:
    """Write documents as a part with this schema, packed as its footer says; the number of sequences."""
    footer = {k.decode().removeprefix("corpusmill."): v.decode() for k, v in (schema.metadata or {}).items()}
    size = int(footer["sequence_tokens"]) or spec.tokens.sequence_tokens
    cut = {"cut": footer.get("cut", "token"), "cut_within": float(footer.get("cut_within", spec.tokens.cut_within))}
    packing = spec.tokens.model_copy(update={"packing": footer["packing"], "sequence_tokens": size, **cut})
    layout = layout_of(packing, documents.rows)
    write_rows(path, documents, layout, schema)
    return layout.sequences


def removal_record(documents: Documents, before: RemovalRecord | None) -> RemovalRecord:
    """What the manifest says of copies that were taken out; all times together."""
    before = before or RemovalRecord(documents=[], copies=0, tokens={})
    rows, leaves = documents.rows, documents.leaves
    found: RemovalRecord = {
        "documents": sorted({*before["documents"], *documents.doc_ids.tolist()}),
        "copies": before["copies"] + len(rows),
        "tokens": by_leaf(leaves, rows.n_tokens, before["tokens"]),
        "rows": by_leaf(leaves, np.ones(len(rows), np.int64), before.get("rows", {})),
    }
    supervised = trained_tokens(rows)
    if supervised.any() or "supervised_tokens" in before:
        found["supervised_tokens"] = by_leaf(leaves, supervised, before.get("supervised_tokens", {}))
    return found


def by_leaf(leaves: np.ndarray, sizes: np.ndarray, before: Mapping[str, int]) -> dict[str, int]:
    """Sums of sizes by leaf, in the order of leaves, on top of earlier ones.

    >>> by_leaf(np.array([2, 1, 2]), np.array([5, 6, 7]), {"1": 1})
    {'1': 7, '2': 12}
    """
    found = {int(leaf): n for leaf, n in before.items()}
    for leaf, n in zip(leaves.tolist(), sizes.tolist(), strict=True):
        found[leaf] = found.get(leaf, 0) + n
    return {str(leaf): n for leaf, n in sorted(found.items())}


def renamed(name: str, digest: str) -> str:
    """
    >>> renamed("data/part-00003-of-01024.parquet", "1a2b3c4d5e")
    'data/part-00003-of-01024-1a2b3c4d.parquet'
    >>> renamed("part-00003-of-01024-1a2b3c4d.parquet", "99999999")
    'part-00003-of-01024-99999999.parquet'
    """
    stem = "-".join(name.removesuffix(".parquet").split("-")[:NAME_PARTS])
    return f"{stem}-{digest[:8]}.parquet"
