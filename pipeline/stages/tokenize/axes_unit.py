"""Writes what a mix reads of tokenized documents beside their tokens: draws, axes, multipliers.

Token ids depend on none of these, so that another axis, multiplier or seed reads light columns alone.
"""

import io
from dataclasses import dataclass
from typing import TypedDict

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import NotNumeric
from corpusmill.operators.mix.select.counts import HELD_U
from corpusmill.operators.mix.select.position import held_positions, positions
from corpusmill.operators.mix.spec.unit import TOKENS, Unit
from corpusmill.pipeline.config.check.flow import COPIES
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import commit_unit
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table

VERSION = 1
STAGE = "axes"
ALWAYS = ("source", "domain", "language")  # a leaf's usual columns; null becomes ""
OF_TOKENS = ("doc_id", *ALWAYS, TOKENS, "bytes")  # what is read of `tokens/`


def leaf_columns(mix: MixSpec) -> tuple[str, ...]:
    """The columns a mix may be planned by: the usual ones, then whatever else its axes name, sorted."""
    return (*ALWAYS, *sorted({*mix.leaf_columns()} - {*ALWAYS}))


def number_columns(mix: MixSpec) -> tuple[str, ...]:
    """The columns a mix multiplies by."""
    return () if mix.multiplier is None else (mix.multiplier.column,)


def size_columns(mix: MixSpec) -> tuple[str, ...]:
    """What a mix counts of a document beside its tokens."""
    return tuple(name for name in Unit(mix.unit).columns if name != TOKENS)


def read_of_tokens(mix: MixSpec) -> tuple[str, ...]:
    """What is read of `tokens/` for this mix."""
    return (*OF_TOKENS, *size_columns(mix))


def name_of(tokens: str, mix: MixSpec) -> str:
    """The name of the axes unit of a tokenized unit: begins with that of the tokens, whose bundle may hold it."""
    decides = [VERSION, leaf_columns(mix), number_columns(mix), mix.seed, mix.held_out_seed, *size_columns(mix)]
    return f"{tokens}-{digest(decides)[:16]}"


def tokens_of(name: str) -> str:
    """The tokenized unit that an axes unit is for, which its name begins with.

    >>> tokens_of("00112233445566778899aabbccddeeff-0123456789abcdef")
    '00112233445566778899aabbccddeeff'
    """
    return name.rpartition("-")[0]


def schema(mix: MixSpec) -> pa.Schema:
    """Columns of `axes/`: one row a document, in the order of its `tokens/`."""
    leaf = {name: pa.string() for name in leaf_columns(mix)}
    numbers = {name: pa.float64() for name in number_columns(mix) if name not in leaf}
    return pa.schema(
        {
            "doc_id": pa.int64(),
            "u": pa.uint64(),
            HELD_U: pa.uint64(),
            **leaf,
            **numbers,
            TOKENS: pa.int32(),
            **dict.fromkeys(size_columns(mix), pa.int32()),
            "bytes": pa.int64(),  # of the text, UTF-8
        }
    )


class AxesUnit(TypedDict):
    """A tokenized unit (`tokens`), and what that was made of."""

    name: str
    tokens: str
    ingested: str
    duplicates: str
    source: str


class AxesWritten(TypedDict):
    """The tokenized unit, and its documents."""

    documents: int
    tokens: str


@dataclass(frozen=True)
class Axes:
    """The task of an axes unit; travels to the workers."""

    job: str
    workspace: Store

    def __call__(self, unit: AxesUnit) -> AxesWritten:
        name, tokens, mix = unit["name"], unit["tokens"], JobSpec.from_canonical(self.job).mix
        with self.workspace.open(f"tokens/{tokens}.parquet") as f:
            there = read_table(f, columns=read_of_tokens(mix))
        table = self.measured(mix, unit, there)
        counts: AxesWritten = {"documents": table.num_rows, "tokens": tokens}
        return commit_unit(self.workspace, STAGE, name, counts, {file_of(name): written(table)})

    def measured(self, mix: MixSpec, unit: AxesUnit, there: pa.Table) -> pa.Table:
        """Rows of `schema` for the rows `read_of_tokens` of a tokenized unit.

        NotNumeric where what the mix multiplies by is no number.
        """
        source, wanted = unit["source"], schema(mix)
        leaf, numbers = leaf_columns(mix), number_columns(mix)
        further = [n for n in (*leaf, *numbers) if n not in ALWAYS]
        with self.workspace.open(f"documents/{unit['ingested']}.parquet") as f:
            names = pq.read_schema(f).names
            f.seek(0)
            documents = read_table(f, columns=["doc_id", "text_key", *(n for n in further if n in names)])
        place = pc.index_in(there["doc_id"], value_set=documents["doc_id"].combine_chunks())
        if place.null_count:
            raise ValueError(f"{place.null_count} documents of tokens/{unit['tokens']} are not in {unit['ingested']}")
        documents = documents.take(place)
        keys = documents["text_key"].combine_chunks()
        copies = copies_of(self.workspace, unit["duplicates"]) if COPIES in numbers else None
        columns = {n: there[n] if n in ALWAYS else words(documents, n, source) for n in leaf}
        columns |= {n: numbers_of(documents, n, copies, source) for n in numbers if n not in leaf}
        columns |= {n: there[n] for n in ("doc_id", TOKENS, "bytes", *size_columns(mix))}
        columns |= {"u": positions(keys, seed=mix.seed), HELD_U: held_positions(keys, seed=mix.held_out_seed)}
        return pa.table({n: columns[n] for n in wanted.names}).cast(wanted)


def file_of(name: str) -> str:
    """Where an axes unit's table is."""
    return f"{STAGE}/{name}.parquet"


def written(table: pa.Table) -> bytes:
    """The file of an axes unit."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def copies_of(workspace: Store, duplicates: str) -> pa.Table:
    """doc_id and copies of the documents of a shard that stand for others."""
    with workspace.open(duplicates) as f:
        table = read_table(f, columns=["doc_id", "reason", "copies"])
    return table.filter(table["reason"].is_null()).select(["doc_id", "copies"])


def words(table: pa.Table, name: str, source: str) -> pa.Array:
    """A leaf column as strings; null and a column this source does not have are ""."""
    if name == "source":
        return pa.repeat(source, table.num_rows)
    if name not in table.column_names:
        return pa.repeat("", table.num_rows)
    return pc.fill_null(table[name].combine_chunks().cast(pa.string()), "")


def numbers_of(table: pa.Table, name: str, copies: pa.Table | None, source: str) -> pa.Array:
    """A column a mix multiplies by, float64, null where this source does not have it; `copies` is dedup's.

    NotNumeric where the source has something else under that name.
    """
    if name == COPIES and copies is not None:
        place = pc.index_in(table["doc_id"], value_set=copies["doc_id"].combine_chunks())
        return pc.fill_null(copies["copies"].combine_chunks().take(place.combine_chunks()).cast(pa.float64()), 1.0)
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.float64())
    try:
        return table[name].combine_chunks().cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise NotNumeric(
            f"mix.multiplier reads {name!r}: expected a number of each document, the documents of {source!r} have "
            f"{table[name].type}: {e}; name a column of numbers"
        ) from e
