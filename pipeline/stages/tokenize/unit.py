"""One shard's surviving documents become rows of token ids, sorted by their draw `u`."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.counts import HELD_U
from corpusmill.operators.mix.select.position import held_positions, positions
from corpusmill.pipeline.config.check.flow import COPIES
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import commit_unit
from corpusmill.pipeline.execution.run_units import Unit
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.tokenize.token_order import IDS, ROWS_AT_ONCE, write_sorted
from corpusmill.pipeline.steps.tokenizer import tokenizer_of

VERSION = 5
ALWAYS = ("source", "domain", "language")  # a leaf's usual columns; null becomes ""


def leaf_columns(mix: MixSpec) -> tuple[str, ...]:
    """The columns a mix may be planned by: the usual ones, then whatever else its axes name, sorted."""
    return (*ALWAYS, *sorted({*mix.leaf_columns()} - {*ALWAYS}))


def number_columns(mix: MixSpec) -> tuple[str, ...]:
    """The columns a mix multiplies by."""
    return () if mix.multiplier is None else (mix.multiplier.column,)


def schema(mix: MixSpec) -> pa.Schema:
    """Columns of `tokens/`: one row a document, sorted by (u, doc_id)."""
    leaf = {name: pa.string() for name in leaf_columns(mix)}
    numbers = {name: pa.float64() for name in number_columns(mix) if name not in leaf}
    return pa.schema(
        {
            "doc_id": pa.int64(),
            "u": pa.uint64(),
            HELD_U: pa.uint64(),
            **leaf,
            **numbers,
            "n_tokens": pa.int32(),
            "bytes": pa.int64(),  # of the text, UTF-8
            "ids": IDS,
        }
    )


@dataclass(frozen=True)
class Tokenize:
    """The task of a tokenize unit; travels to the workers."""

    job: str
    workspace: Store
    files: Mapping[str, str]  # sha256 of the tokenizer, by address

    def __call__(self, unit: Unit) -> Mapping[str, Any]:
        resources.require(self.files)
        spec = JobSpec.from_canonical(self.job)
        kernels.once(warm.tokens_use(self.job), lambda: warm.warm_tokens(self.job))
        ingested, name = str(unit["ingested"]), str(unit["name"])
        tally = Tally()
        with tempfile.TemporaryDirectory(prefix="corpusmill-") as folder:
            unsorted, final = Path(folder) / "unsorted.arrow", Path(folder) / "tokens.parquet"
            wanted = schema(spec.mix)
            with pa.OSFile(str(unsorted), "wb") as sink, pa.ipc.new_file(sink, wanted) as out:
                for table in self._encoded(spec, unit, tally):
                    out.write_table(table.select(wanted.names).cast(wanted))
            write_sorted(unsorted, final, wanted)
            self.workspace.publish_file(f"tokens/{name}.parquet", final)
        counts = {"documents": tally.total("documents"), "ingested": ingested, "tally": tally.to_json()}
        return commit_unit(self.workspace, "tokenize", name, counts)

    def _encoded(self, spec: JobSpec, unit: Unit, tally: Tally) -> Iterator[pa.Table]:
        ingested, source = str(unit["ingested"]), str(unit["source"])
        gone, copies = self._judged(str(unit["duplicates"]))
        encoder = tokenizer_of(spec.tokens.tokenizer, spec.tokens.eos)
        leaf, numbers = leaf_columns(spec.mix), number_columns(spec.mix)
        came = 0
        with self.workspace.open(f"documents/{ingested}.parquet") as f:
            file = pq.ParquetFile(f)
            columns = [c for c in ("doc_id", "text_key", *leaf, *numbers, "text") if c in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
                came += batch.num_rows
                table = pa.Table.from_batches([batch])
                table = table.filter(pc.invert(pc.is_in(table["doc_id"], value_set=gone)))
                rows = encoder.documents(table["text"].combine_chunks())
                ids = pa.LargeListArray.from_arrays(pa.array(rows.offsets), pa.array(rows.ids), type=IDS)
                keys = table["text_key"].combine_chunks()
                texts = {n: words(table, n, source) for n in leaf}
                measured = {n: numbers_of(table, n, copies, source) for n in numbers if n not in leaf}
                out = pa.table(
                    {
                        "doc_id": table["doc_id"],
                        "u": positions(keys, seed=spec.mix.seed),
                        HELD_U: held_positions(keys, seed=spec.mix.held_out_seed),
                        **texts,
                        **measured,
                        "n_tokens": np.diff(rows.offsets).astype(np.int32),
                        "bytes": pc.binary_length(table["text"]),
                        "ids": ids,
                    }
                )
                count(out, tally)
                yield out
        check(
            f"documents of {ingested}", came=came, went={"duplicates": len(gone), "tokenized": tally.total("documents")}
        )

    def _judged(self, duplicates: str) -> tuple[pa.Array, pa.Table]:
        """doc_ids of the shard's documents that dedup removed; doc_id and copies of those that stand for others."""
        with self.workspace.open(duplicates) as f:
            table = read_table(f, columns=["doc_id", "reason", "copies"])
        stays = table["reason"].is_null()
        gone = table["doc_id"].filter(pc.invert(stays)).combine_chunks()
        return gone, table.filter(stays).select(["doc_id", "copies"])


def words(table: pa.Table, name: str, source: str) -> pa.Array:
    """A leaf column as strings; null and a column this source does not have are ""."""
    if name == "source":
        return pa.repeat(source, table.num_rows)
    if name not in table.column_names:
        return pa.repeat("", table.num_rows)
    return pc.fill_null(table[name].combine_chunks().cast(pa.string()), "")


def numbers_of(table: pa.Table, name: str, copies: pa.Table, source: str) -> pa.Array:
    """A column a mix multiplies by, float64, null where this source does not have it; `copies` is dedup's.

    NotANumber where the source has something else under that name.
    """
    if name == COPIES:
        place = pc.index_in(table["doc_id"], value_set=copies["doc_id"].combine_chunks())
        return pc.fill_null(copies["copies"].combine_chunks().take(place.combine_chunks()).cast(pa.float64()), 1.0)
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.float64())
    try:
        return table[name].combine_chunks().cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise NotANumber(
            f"mix.multiplier reads {name!r}: expected a number of each document, the documents of {source!r} have "
            f"{table[name].type}: {e}; name a column of numbers"
        ) from e


class NotANumber(ValueError):
    """A mix multiplies by a column that holds no numbers."""


def count(table: pa.Table, tally: Tally) -> None:
    """Documents, tokens and text bytes of a table's rows, by source, domain and language."""
    grouped = table.select([*ALWAYS, "n_tokens", "bytes"]).group_by(list(ALWAYS))
    for row in grouped.aggregate([("n_tokens", "count"), ("n_tokens", "sum"), ("bytes", "sum")]).to_pylist():
        leaf = [row[name] for name in ALWAYS]
        tally.add("documents", *leaf, by=row["n_tokens_count"])
        tally.add("tokens", *leaf, by=row["n_tokens_sum"])
        tally.add("bytes", *leaf, by=row["bytes_sum"])
