"""One output shard: its documents in the order of the mix, packed into sequences, written as one Parquet file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import OutputTaken
from corpusmill.operators.mix.select.interleave import order_in_shard
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.packing.table import sequences, with_mask
from corpusmill.operators.tokens.rows import TokenRows
from corpusmill.operators.tokens.schema import LOSS_MASK, ROW_GROUP_SEQUENCES, Footer, shard_schema, write_options
from corpusmill.operators.tokens.supervised import unmarked
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.execution.run_stage import Tallied, commit_unit
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files.dataset_layout import PARTS, STATE
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.pack.select_unit import selection, shard_range
from corpusmill.pipeline.steps.layout import layout_of
from corpusmill.pipeline.steps.tokenizer import tokenizer_of

VERSION = 2


def part_name(shard: int, shards: int, suffix: str = "") -> str:
    """The name of a part. suffix: eight hex digits of one that was added to those of an earlier version.

    >>> part_name(3, 1024), part_name(0, 1, "1a2b3c4d")
    ('data/part-00003-of-01024.parquet', 'data/part-00000-of-00001-1a2b3c4d.parquet')
    """
    return f"{PARTS}part-{shard:05d}-of-{shards:05d}{f'-{suffix}' if suffix else ''}.parquet"


class PackUnit(TypedDict):
    """One output shard, and the files that hold its documents."""

    name: str
    shard: int
    shards: int
    files: list[str]


class RemovalRecord(TypedDict):
    """Copies that were taken out of a part: their doc_ids, how many, and by leaf their tokens and how many they are.

    supervised_tokens: the same of what is trained on, where parts have a mask. Earlier versions have tokens alone.
    """

    documents: list[int]
    copies: int
    tokens: dict[str, int]
    rows: NotRequired[dict[str, int]]
    supervised_tokens: NotRequired[dict[str, int]]


class PartLine(TypedDict):
    """What the manifest says of a part.

    supervised_tokens: in a job with a template; appended: it was added to those of an earlier version.
    """

    name: str
    bytes: int
    sha256: str
    documents: int
    sequences: int
    tokens: int
    supervised_tokens: NotRequired[int]
    appended: NotRequired[bool]
    taken_down: NotRequired[RemovalRecord]


class Packed(Tallied):
    """A part as the manifest names it."""

    documents: int
    part: PartLine


class Supervised(TypedDict, total=False):
    """Tokens of a part that are trained on; nothing in a job without a template."""

    supervised_tokens: int


@dataclass(frozen=True)
class Pack:
    """The task of a pack unit; travels to the workers."""

    job: str
    workspace: Store
    output: Store
    mix: str  # fingerprint
    state: str  # what the output must say is being packed
    suffix: str = ""  # of the names of parts that are added to those of an earlier version

    def __call__(self, unit: PackUnit) -> Packed:
        kernels.once(kernel_uses.tokens_use(self.job), lambda: warm.warm_tokens(self.job))
        spec, shard, shards = JobSpec.from_canonical(self.job), unit["shard"], unit["shards"]
        documents = self._documents(read_range(self.workspace, unit["files"], shard_range(shard, shards)), shard)
        layout = layout_of(spec.tokens, documents.rows)
        tally = Tally()
        tally.add("documents", by=len(documents.rows))
        tally.add("tokens", by=int(documents.rows.offsets[-1]))
        name = part_name(shard, shards, self.suffix)
        with scratch.folder() as folder:
            path = folder / "part.parquet"
            written = write_part(path, documents, layout, spec.tokens)
            check(
                f"tokens of {name}", came=tally.total("tokens") + repeated(layout, documents), went={"written": written}
            )
            self._still_ours()
            self.output.publish_file(name, path)
            part: PartLine = {
                "name": name,
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "documents": tally.total("documents"),
                "sequences": layout.sequences,
                "tokens": tally.total("tokens"),
                **supervised_line(documents, spec.tokens),
            }
            if self.suffix:
                part["appended"] = True
        counts: Packed = {"documents": tally.total("documents"), "part": part, "tally": tally.to_json()}
        return commit_unit(self.workspace, "pack", unit["name"], counts)

    def _still_ours(self) -> None:
        """Raise OutputTaken when another run has begun to pack into the same output."""
        found = self.output.read(STATE).decode()
        if found != self.state:
            raise OutputTaken(f"another run packs into {self.output.url}; let one end before the other begins")

    def _documents(self, table: pa.Table, shard: int) -> Documents:
        chosen = selection(self.workspace, self.mix)
        columns = {n: table[n].to_numpy() for n in ("leaf", "pass", "u", "doc_id", "n_tokens")}
        order = order_in_shard(
            columns["leaf"],
            columns["pass"],
            columns["u"],
            columns["doc_id"],
            columns["n_tokens"],
            names=["\x1f".join(chosen.plan.leaves.key(i)) for i in range(len(chosen.plan.leaves))],
            shard=shard,
            seed=chosen.plan.seed,
        )
        ids = table["ids"].combine_chunks().take(pa.array(order))
        offsets = ids.offsets.to_numpy().astype(np.int64)
        return Documents(
            rows=TokenRows(offsets=offsets - offsets[0], ids=ids.flatten().to_numpy()),
            doc_ids=columns["doc_id"][order],
            leaves=columns["leaf"][order],
            passes=columns["pass"][order],
        )


def repeated(layout: Layout, documents: Documents) -> int:
    """Tokens that a sliding window writes more than once."""
    return int(layout.tokens.sum()) - int(documents.rows.offsets[-1])


def write_part(path: Path, documents: Documents, layout: Layout, spec: TokensSpec) -> int:
    """Write the sequences of a new part; the number of tokens written."""
    encoder = tokenizer_of(spec)
    footer = Footer(
        tokenizer_sha256=encoder.digest,
        vocab_size=encoder.vocab_size,
        eos_id=encoder.eos_id,
        packing=spec.packing,
        sequence_tokens=0 if spec.packing in ("none", "pairs") else spec.sequence_tokens,
        cut=spec.cut,
        cut_within=spec.cut_within,
        loss=loss_of(spec),
    )
    return write_rows(path, documents, layout, shard_schema(footer))


def loss_of(spec: TokensSpec) -> str:
    """What the loss mask of a job's parts is 1 for; "" where they have none. Of pairs the last answers, always."""
    if spec.template is None:
        return ""
    return "last" if spec.packing == "pairs" else spec.loss


def supervised_line(documents: Documents, spec: TokensSpec) -> Supervised:
    """What a part says in the manifest of the tokens that are trained on; nothing in a job without a template."""
    if spec.template is None:
        return {}
    return {"supervised_tokens": int(unmarked(documents.rows.ids)[1].sum())}


def write_rows(path: Path, documents: Documents, layout: Layout, schema: pa.Schema) -> int:
    """Write the sequences in small row groups; the number of tokens written."""
    written = 0
    with pq.ParquetWriter(path, schema, **write_options()) as out:  # pyright: ignore[reportArgumentType]
        for first in range(0, layout.sequences, ROW_GROUP_SEQUENCES):
            table = sequences(documents, layout, first=first, last=min(first + ROW_GROUP_SEQUENCES, layout.sequences))
            table = with_mask(table) if LOSS_MASK in schema.names else table
            written += int(table["n_tokens"].to_numpy().sum())
            out.write_table(table.cast(schema), row_group_size=ROW_GROUP_SEQUENCES)
    return written
