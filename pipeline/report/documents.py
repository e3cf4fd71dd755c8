"""Look into a workspace or a dataset: documents, dropped ones, duplicates beside survivors, a sequence in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import RowNotFound
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.manifest import read_manifest
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.report.sample import Sample

EXCERPT_CHARS = 300
TURNS = ("conversation", "chosen", "rejected")  # of a conversation: what they say is its text
TOKENIZER = "tokenizer.json"  # as publish puts it beside the parts


@dataclass(frozen=True)
class Shown:
    """One thing to show: a heading, what is known of it, and an excerpt of its text; full: all of the text there is."""

    heading: str
    facts: Mapping[str, object]
    text: str
    full: str = ""


def documents(workspace: Store, units: set[str], most: int, *, seed: int = 0) -> Iterator[Shown]:
    """A sample of the kept documents of these units."""
    yield from _rows(workspace, "documents", units, most, None, seed)


def dropped(workspace: Store, units: set[str], most: int, reason: str | None, *, seed: int = 0) -> Iterator[Shown]:
    """A sample of the documents that were dropped or failed; reason: only those whose step or reason contains it."""
    yield from _rows(workspace, "dropped", units, most, reason, seed)


def _rows(workspace: Store, folder: str, units: set[str], most: int, reason: str | None, seed: int) -> Iterator[Shown]:
    """Rows drawn from a table: the same for the same seed. Of rows that are not drawn no text is read."""
    sample = Sample(seed=seed, most=most)
    for unit in sample.order(units):
        if sample.is_enough():
            break
        with workspace.open(f"{folder}/{unit}.parquet") as f:
            file = pq.ParquetFile(f)
            if reason is None:
                sample.add(unit, np.arange(file.metadata.num_rows))
            else:
                table = read_table(f, columns=["step", "reason"])
                told = pc.binary_join_element_wise(table["step"], table["reason"], ": ")
                sample.add(unit, np.flatnonzero(pc.match_substring(told, reason).to_numpy()))
    for unit, rows in sample.drawn():
        with workspace.open(f"{folder}/{unit}.parquet") as f:
            file, begin = pq.ParquetFile(f), 0
            for group in range(file.num_row_groups):
                end = begin + file.metadata.row_group(group).num_rows
                mine = rows[(rows >= begin) & (rows < end)] - begin
                if len(mine):
                    yield from map(
                        shown, file.read_row_group(group, use_threads=False).take(pa.array(mine)).to_pylist()
                    )
                begin = end


def shown(row: dict[str, object]) -> Shown:
    """A row of `documents/` or `dropped/`: why it went first, then where it is from, then what was measured.

    at: "file:offset" of one that was dropped.
    """
    text = str(row.pop("text", None) or "")
    row.pop("text_key", None)
    heading = f"{row.pop('kind')} by {row.pop('step')}: {row.pop('reason')}" if "kind" in row else "kept"
    at = {} if row.get("uri") is None else {"at": f"{row.pop('uri')}:{row.pop('offset')}"}
    facts = at | {k: v for k, v in row.items() if v is not None and not isinstance(v, bytes) and k not in TURNS}
    return Shown(f"{heading}  {facts.pop('url', None) or facts.get('source_id', '')}", facts, excerpt(text), text)


def duplicates(workspace: Store, units: set[str], tables: set[str], most: int, *, seed: int = 0) -> Iterator[Shown]:
    """A sample of the removed documents of these units, each with the survivor it was removed for.

    tables: those of the last run.
    """
    everywhere, sample = {name.split("/")[1] for name in tables}, Sample(seed=seed, most=most)
    for name in sample.order(name for name in tables if name.split("/")[1] in units):
        if sample.is_enough():
            break
        with workspace.open(name) as f:
            sample.add(name, np.flatnonzero(read_table(f, columns=["reason"])["reason"].is_valid().to_numpy()))
    for name, rows in sample.drawn():
        with workspace.open(name) as f:
            removed = read_table(f).take(pa.array(rows)).to_pylist()
        ids = [row[n] for row in removed for n in ("doc_id", "survivor") if row[n] is not None]
        found = texts_of(workspace, everywhere, ids)
        for row in removed:
            mine, other = found.get(row["doc_id"], ""), found.get(row["survivor"], "")
            facts = {k: v for k, v in row.items() if v is not None}
            instead = "" if row["survivor"] is None else f"\n--- kept instead ---\n{excerpt(other)}"
            yield Shown(f"removed by {row['reason']}", facts, excerpt(mine) + instead)


def texts_of(workspace: Store, units: set[str], doc_ids: list[int]) -> dict[int, str]:
    """Texts of these documents, wherever they lie; of other row groups the ids alone are read."""
    wanted, out = pa.array(sorted(set(doc_ids)), pa.int64()), {}
    for unit in sorted(units):
        if len(out) == len(wanted):
            break
        with workspace.open(f"documents/{unit}.parquet") as f:
            file = pq.ParquetFile(f)
            for group in range(file.num_row_groups):
                hit = pc.is_in(
                    file.read_row_group(group, columns=["doc_id"], use_threads=False)["doc_id"], value_set=wanted
                )
                if pc.any(hit).as_py():
                    found = file.read_row_group(group, columns=["doc_id", "text"], use_threads=False).filter(hit)
                    out |= dict(zip(found["doc_id"].to_pylist(), found["text"].to_pylist(), strict=True))
    return out


def sequence(output: Store, row: int) -> Shown:
    """Sequence number `row`, from 0, of the parts in the manifest's order, decoded with the dataset's own tokenizer.

    RowNotFound when there is no dataset, or says how many sequences it has.
    """
    from tokenizers import Tokenizer

    if not output.exists(MANIFEST):
        raise RowNotFound(f"there is no dataset in {output.url}: it has no {MANIFEST}; run the job first")
    manifest = read_manifest(output)
    judge = Tokenizer.from_str(output.read(TOKENIZER).decode())
    left = row
    for part in manifest["parts"]:
        if left < part["sequences"]:
            with output.open(part["name"]) as f:
                found = pq.ParquetFile(f).read(use_threads=False).slice(left, 1).to_pylist()[0]
            facts = {k: found[k] for k in ("n_tokens", "seq_lens", "doc_ids", "leaf")}
            text = judge.decode(found["input_ids"], skip_special_tokens=False)
            return Shown(f"{part['name']}, row {left}", facts, text)
        left -= part["sequences"]
    raise RowNotFound(f"there is no sequence {row}; the dataset in {output.url} has {row - left}, from 0 on")


def excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT_CHARS else f"{text[:EXCERPT_CHARS]} ... ({len(text):,} characters)"
