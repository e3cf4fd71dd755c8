"""One shard's surviving documents become rows of token ids, sorted by their draw `u`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import MissingFile, NotNumeric, SpecialTokenNamed
from corpusmill.operators.mix.select.position import positions
from corpusmill.operators.mix.spec.unit import SUPERVISED
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.rows import TokenRows, some_rows
from corpusmill.operators.tokens.tokenizer import Tokenizer
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.execution.run_stage import Tallied, commit_unit
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.report.funnel import CHAT, NAMED
from corpusmill.pipeline.report.funnel_of_stages import LEFT_OUT
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.tokenize import axes_unit
from corpusmill.pipeline.stages.tokenize.axes_unit import ALWAYS, Axes, AxesUnit, read_of_tokens, words
from corpusmill.pipeline.stages.tokenize.conversations import COLUMNS, trained_tokens, with_conversations
from corpusmill.pipeline.stages.tokenize.preferences import with_pairs
from corpusmill.pipeline.stages.tokenize.token_order import IDS, ROWS_AT_ONCE, write_sorted
from corpusmill.pipeline.steps.chat import chat_of, decides
from corpusmill.pipeline.steps.tokenizer import tokenizer_of

VERSION = 8
ORDER_SEED = 0  # rows lie in the order of a draw of their own: that of a mix has another seed


def schema(*, chat: bool) -> pa.Schema:
    """Columns of `tokens/`: one row a document, sorted by (u, doc_id), u being the draw with ORDER_SEED.

    chat: of a job with a template, in which documents say how many of their tokens are trained on.
    """
    return pa.schema(
        {
            "doc_id": pa.int64(),
            "u": pa.uint64(),
            **dict.fromkeys(ALWAYS, pa.string()),
            "n_tokens": pa.int32(),
            "bytes": pa.int64(),  # of the text, UTF-8
            **({SUPERVISED: pa.int32()} if chat else {}),
            "ids": IDS,
        }
    )


class MadeOf(TypedDict):
    """An ingest unit, and the table of duplicates that says which of its documents stay."""

    ingested: str
    duplicates: str
    source: str


class TokenizeUnit(MadeOf):
    """The documents that stay of one ingest unit."""

    name: str
    uri: str
    size_bytes: int
    few_removed: NotRequired[Sequence[int] | None]  # its removed documents, where they are few


class Tokenized(MadeOf, Tallied):
    """What a unit was made of, and how many documents have ids.

    bytes: of its files; axes: the axes unit that was written with it; axes_bytes: of that one's table. Earlier
    workspaces have none of them.
    """

    documents: int
    bytes: NotRequired[int]
    axes: NotRequired[str]
    axes_bytes: NotRequired[int]


@dataclass(frozen=True)
class Tokenize:
    """The task of a tokenize unit; travels to the workers."""

    job: str
    workspace: Store
    files: Mapping[str, str]  # sha256 of the tokenizer, by address
    template: str = ""  # digest of the chat template; "" without one

    def __call__(self, unit: TokenizeUnit) -> Tokenized:
        resources.require(self.files)
        spec = JobSpec.from_canonical(self.job)
        kernels.once(kernel_uses.tokens_use(self.job), lambda: warm.warm_tokens(self.job))
        if spec.tokens.template is not None and digest(decides(spec.tokens)) != self.template:
            raise MissingFile(
                f"the chat template {spec.tokens.template!r} is another one here than where the run began"
            )
        name, tally = unit["name"], Tally()
        with scratch.folder() as folder:
            unsorted, final = folder / "unsorted.arrow", folder / "tokens.parquet"
            wanted = schema(chat=spec.tokens.template is not None)
            with pa.OSFile(str(unsorted), "wb") as sink, pa.ipc.new_file(sink, wanted) as out:
                for table in self._encoded(spec, unit, tally):
                    out.write_table(table.select(wanted.names).cast(wanted))
            write_sorted(unsorted, final, wanted)
            axes = self._axes(spec, unit, final)
            files = {f"tokens/{name}.parquet": final, **axes}
            counts: Tokenized = {
                "documents": tally.total("documents"),
                "ingested": unit["ingested"],
                "duplicates": unit["duplicates"],
                "source": unit["source"],
                "bytes": sum(f.stat().st_size if isinstance(f, Path) else len(f) for f in files.values()),
                "tally": tally.to_json(),
            }
            if axes:
                counts["axes"] = axes_unit.name_of(name, spec.mix)
                counts["axes_bytes"] = sum(map(len, axes.values()))
            return commit_unit(self.workspace, "tokenize", name, counts, files)

    def _axes(self, spec: JobSpec, unit: TokenizeUnit, tokens: Path) -> Mapping[str, bytes]:
        """What the mix of the job reads of these tokens, by its name, while all that it is made of is at hand.

        Nothing where it cannot be: the stage that mixes says why, and what is tokenized stays.
        """
        name = axes_unit.name_of(unit["name"], spec.mix)
        of_axes = AxesUnit(
            name=name,
            tokens=unit["name"],
            ingested=unit["ingested"],
            duplicates=unit["duplicates"],
            source=unit["source"],
        )
        there = read_table(tokens, read_of_tokens(spec.mix))
        try:
            table = Axes(self.job, self.workspace).measured(spec.mix, of_axes, there)
        except NotNumeric:
            return {}
        return {axes_unit.file_of(name): axes_unit.written(table)}

    def _encoded(self, spec: JobSpec, unit: TokenizeUnit, tally: Tally) -> Iterator[pa.Table]:
        ingested, source = unit["ingested"], unit["source"]
        few = unit.get("few_removed")
        gone = self._removed(unit["duplicates"]) if few is None else pa.array(few, pa.int64())
        encoder, chat = tokenizer_of(spec.tokens), chat_of(spec.tokens)
        came = 0
        with self.workspace.open(f"documents/{ingested}.parquet") as f:
            file = pq.ParquetFile(f)
            further = () if chat is None else COLUMNS
            columns = [c for c in ("doc_id", "text_key", *ALWAYS, "text", *further) if c in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
                came += batch.num_rows
                table = pa.Table.from_batches([batch])
                table = table.filter(pc.invert(pc.is_in(table["doc_id"], value_set=gone)))
                text = table["text"].combine_chunks()
                count_special(encoder, text, table["doc_id"], spec.tokens.special_tokens, tally)
                if chat is None:
                    rows = encoder.documents(text)
                else:
                    table, rows = conversations(table, chat, encoder, spec.tokens, tally)
                    text = table["text"].combine_chunks()
                ids = pa.LargeListArray.from_arrays(pa.array(rows.offsets), pa.array(rows.ids), type=IDS)
                keys = table["text_key"].combine_chunks()
                out = pa.table(
                    {
                        "doc_id": table["doc_id"],
                        "u": positions(keys, seed=ORDER_SEED),
                        **{n: words(table, n, source) for n in ALWAYS},
                        "n_tokens": np.diff(rows.offsets).astype(np.int32),
                        "bytes": pc.binary_length(text),
                        **({} if chat is None else {SUPERVISED: trained_tokens(rows)}),
                        "ids": ids,
                    }
                )
                count(out, tally)
                yield out
        went = {
            "duplicates": len(gone),
            "tokenized": tally.total("documents"),
            "conversations left out": tally.total(LEFT_OUT),
        }
        check(f"documents of {ingested}", came=came, went=went)

    def _removed(self, duplicates: str) -> pa.Array:
        """doc_ids of the shard's documents that dedup removed."""
        with self.workspace.open(duplicates) as f:
            table = read_table(f, columns=["doc_id", "reason"])
        return table["doc_id"].filter(table["reason"].is_valid()).combine_chunks()


def count_special(encoder: Tokenizer, text: pa.Array, doc_id: pa.ChunkedArray, handling: str, tally: Tally) -> None:
    """Counts the special tokens that texts name, and their documents; SpecialTokenNamed where `handling` is fail."""
    named = encoder.names_special(text)
    documents = np.flatnonzero(named)
    if len(documents) and handling == "fail":
        first = int(documents[0])
        token = next(c for c in encoder.specials.contents if c in text[first].as_py())
        raise SpecialTokenNamed(
            f"document {doc_id[first].as_py()} names the special token {token!r}, and `tokens.special_tokens` is "
            "`fail`: drop such documents in `documents`, or set `special_tokens: split` to read such names as text"
        )
    tally.add(NAMED, "documents", by=len(documents))
    tally.add(NAMED, "occurrences", by=int(named.sum()))


def conversations(
    table: pa.Table, chat: ChatEncoder, encoder: Tokenizer, tokens: TokensSpec, tally: Tally
) -> tuple[pa.Table, TokenRows]:
    """The documents that have tokens, and these; counts the others by reason, and the tokens that are trained on."""
    text = table["text"].combine_chunks()
    if "conversation" in table.column_names:
        text = pc.if_else(table["conversation"].combine_chunks().is_valid(), pa.scalar(None, text.type), text)
    if tokens.packing == "pairs":
        done = with_pairs(table, chat, tokens)
    else:
        done = with_conversations(table, encoder.documents(text), chat, tokens)
    for reason in done.reasons.values():
        tally.add(LEFT_OUT, reason)
    tally.add(CHAT, "truncated", by=done.truncated)
    tally.add(CHAT, "rendered by Jinja", by=done.rendered)
    rows = done.rows
    if done.reasons:
        stays = np.ones(len(table), bool)
        stays[list(done.reasons)] = False
        table, rows = table.filter(pa.array(stays)), some_rows(rows, stays)
    tally.add(CHAT, "supervised tokens", by=int(trained_tokens(rows).sum()))
    return table, rows


def count(table: pa.Table, tally: Tally) -> None:
    """Documents, tokens and text bytes of a table's rows, by source, domain and language."""
    grouped = table.select([*ALWAYS, "n_tokens", "bytes"]).group_by(list(ALWAYS))
    for row in grouped.aggregate([("n_tokens", "count"), ("n_tokens", "sum"), ("bytes", "sum")]).to_pylist():
        leaf = [row[name] for name in ALWAYS]
        tally.add("documents", *leaf, by=row["n_tokens_count"])
        tally.add("tokens", *leaf, by=row["n_tokens_sum"])
        tally.add("bytes", *leaf, by=row["bytes_sum"])
