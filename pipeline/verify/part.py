"""One part, read whole: its checksum and counts, its documents put together again from their pieces."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.position import SPREAD
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.tokens.packing.table import values
from corpusmill.operators.tokens.rows import offsets_of
from corpusmill.operators.tokens.schema import LOSS_MASK, columns_of
from corpusmill.pipeline.files.tables import read_table

FOOTER = ("schema_version", "tokenizer_sha256", "vocab_size", "eos_id", "packing", "sequence_tokens", "loss")


@dataclass(frozen=True, kw_only=True)
class TakenDown:
    """What was taken out of a part: which documents, how many copies of them, and by leaf their sizes.

    sizes: of each leaf, by what a mix counts in; nothing of a unit that an earlier version did not write down.
    """

    documents: np.ndarray
    copies: int
    leaf: np.ndarray
    sizes: Mapping[Unit, np.ndarray]

    @classmethod
    def of(cls, part_line: Mapping[str, Any]) -> "TakenDown":
        """By the part's line in the manifest; nothing where it says nothing."""
        gone = part_line.get("taken_down", {"documents": [], "copies": 0, "tokens": {}})
        return cls(
            documents=np.array(gone["documents"], np.int64),
            copies=int(gone["copies"]),
            leaf=np.array([int(leaf) for leaf in gone["tokens"]], np.int64),
            sizes={
                unit: np.array([gone.get(unit, {}).get(leaf, 0) for leaf in gone["tokens"]], np.int64) for unit in Unit
            },
        )


NOTHING = TakenDown.of({})


@dataclass(frozen=True, kw_only=True)
class Part:
    """Documents in arrays, one entry a copy: doc_id, pass_, leaf, tokens, supervised (tokens that are trained on).

    sampled: ids of a few whole documents.
    """

    name: str
    breaches: tuple[str, ...]
    footer: Mapping[str, str]
    sequences: int
    doc_id: np.ndarray
    pass_: np.ndarray
    leaf: np.ndarray
    tokens: np.ndarray
    supervised: np.ndarray
    sampled: tuple[np.ndarray, ...]
    taken_down: TakenDown = NOTHING

    def sizes(self, unit: Unit) -> np.ndarray:
        """What a mix counts each copy as, int64."""
        if unit is Unit.ROWS:
            return np.ones(len(self.tokens), np.int64)
        return self.supervised if unit is Unit.SUPERVISED_TOKENS else self.tokens


def read_part(output: Store, part_line: Mapping[str, Any], sample: int) -> Part:
    """The part that a line of the manifest tells of. sample: documents to keep whole, the same ones every time."""
    name = str(part_line["name"])
    try:
        payload = output.read(name)
    except FileNotFoundError:
        return unread(name, "is missing")
    if hashlib.sha256(payload).hexdigest() != part_line["sha256"]:
        return unread(
            name, f"its sha256 is not that of the manifest ({len(payload):,} bytes, {part_line['bytes']:,} told)"
        )
    try:
        table = read_table(pa.BufferReader(payload))
    except (pa.ArrowInvalid, OSError) as e:
        return unread(name, f"is not Parquet: {e}")
    loss = (table.schema.metadata or {}).get(b"corpusmill.loss", b"").decode()
    if not table.schema.remove_metadata().equals(columns_of(loss)):
        return unread(name, "has other columns than a packed part")
    metadata = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    footer = {key: metadata.get(f"corpusmill.{key}", "") for key in FOOTER}
    return _documents(table, name, footer, part_line, sample)


def unread(name: str, why: str) -> Part:
    """A part of which nothing can be said but what is wrong."""
    none = np.zeros(0, np.int64)
    return Part(
        name=name,
        breaches=(f"{name}: {why}",),
        footer={},
        sequences=0,
        doc_id=none,
        pass_=none,
        leaf=none,
        tokens=none,
        supervised=none,
        sampled=(),
    )


def _documents(
    table: pa.Table, name: str, footer: Mapping[str, str], part_line: Mapping[str, Any], sample: int
) -> Part:
    flat = {c: values(table, c) for c in ("seq_lens", "doc_ids", "doc_offsets", "leaf", "pass")}
    ids, lens = values(table, "input_ids"), flat["seq_lens"].astype(np.int64)
    shape = _shape(table, flat, ids, footer)
    if shape:
        return unread(name, shape)
    order = np.lexsort((flat["doc_offsets"], flat["pass"], flat["doc_ids"]))
    doc, copy, leaf = (flat[c][order].astype(np.int64) for c in ("doc_ids", "pass", "leaf"))
    start, size = flat["doc_offsets"][order].astype(np.int64), lens[order]
    first = np.ones(len(order), bool)
    first[1:] = (doc[1:] != doc[:-1]) | (copy[1:] != copy[:-1])
    begins = np.flatnonzero(first)
    last = np.append(begins[1:], len(order))[: len(begins)] - 1
    end = start + size
    gap = np.where(first, start, start - np.append(np.zeros(1, np.int64), end[:-1])[: len(start)])
    at = offsets_of(lens)[:-1][order]
    wrong = [f"{n:,} pieces {what}" for n, what in _pieces(gap, first, leaf, footer)]
    ends = ids[at[last] + size[last] - 1] if len(last) else ids[:0]
    eos = int(footer["eos_id"] or -1)
    if not footer["loss"] and (ends != eos).any():  # a conversation ends as its template has it
        wrong.append(f"{int((ends != eos).sum()):,} documents do not end with the token {eos}")
    tokens = end[last]
    for what, found in (("sequences", table.num_rows), ("tokens", int(tokens.sum())), ("documents", len(begins))):
        if found != part_line[what]:
            wrong.append(f"{found:,} {what}, the manifest says {part_line[what]:,}")
    wrong += (faulty := _loss(table, footer, part_line))
    supervised = np.zeros(len(tokens), np.int64)
    if footer["loss"] and not faulty and len(begins):
        of_pieces = np.add.reduceat(values(table, LOSS_MASK), offsets_of(lens)[:-1], dtype=np.int64)
        supervised = np.add.reduceat(of_pieces[order], begins)
    chosen = np.argsort(doc[begins].astype(np.uint64) * np.uint64(SPREAD), kind="stable")[:sample]
    groups = zip(begins[chosen].tolist(), (last[chosen] + 1).tolist(), strict=True)
    sampled = () if wrong else tuple(_whole(ids, at[a:b], start[a:b], size[a:b]) for a, b in groups)
    return Part(
        name=name,
        breaches=tuple(f"{name}: {w}" for w in wrong),
        footer=footer,
        sequences=table.num_rows,
        doc_id=doc[begins],
        pass_=copy[begins],
        leaf=leaf[begins],
        tokens=tokens,
        supervised=supervised,
        sampled=sampled,
        taken_down=TakenDown.of(part_line),
    )


def _shape(table: pa.Table, flat: Mapping[str, np.ndarray], ids: np.ndarray, footer: Mapping[str, str]) -> str:
    """What keeps the columns from being read together, or an empty string."""
    pieces = len(flat["seq_lens"])
    if any(len(column) != pieces for column in flat.values()):
        return f"its lists have {', '.join(f'{len(v):,} {c}' for c, v in flat.items())}"
    long = table["n_tokens"].to_numpy()
    per_row = np.diff(np.concatenate([[0], np.cumsum(flat["seq_lens"].astype(np.int64))])[_row_ends(table)])
    if not (np.array_equal(long, per_row) and np.array_equal(long, np.diff(_row_ends(table, "input_ids")))):
        return "rows are not as long as their pieces together"
    most = int(footer["sequence_tokens"] or 0)
    if most and len(long) and long.max() > most:
        return f"a row has {long.max():,} tokens, at most {most:,} are told"
    if len(ids) and not 0 <= ids.min() <= ids.max() < int(footer["vocab_size"] or 0):
        return f"ids from {ids.min()} to {ids.max()}, the vocabulary has {footer['vocab_size'] or 'no size'}"
    if pieces and flat["seq_lens"].min() < 1:
        return "it has empty pieces"
    return ""


def _loss(table: pa.Table, footer: Mapping[str, str], part_line: Mapping[str, Any]) -> list[str]:
    """What is wrong with the loss mask of a part, where it has one."""
    if not footer["loss"]:
        return []
    mask = values(table, LOSS_MASK)
    if not np.array_equal(_row_ends(table, LOSS_MASK), _row_ends(table, "input_ids")):
        return ["its loss mask is not as long as its tokens"]
    found = int(mask.astype(np.int64).sum())
    wrong = ["its loss mask has values beside 0 and 1"] if not np.isin(mask, (0, 1)).all() else []
    if found != part_line["supervised_tokens"]:
        wrong.append(f"{found:,} supervised tokens, the manifest says {part_line['supervised_tokens']:,}")
    return wrong


def _row_ends(table: pa.Table, column: str = "seq_lens") -> np.ndarray:
    offsets = table[column].combine_chunks().offsets.to_numpy()
    return offsets.astype(np.int64) - offsets[0]


def _pieces(gap: np.ndarray, first: np.ndarray, leaf: np.ndarray, footer: Mapping[str, str]) -> list[tuple[int, str]]:
    """How many pieces do not join on to the one before, in words. gap: tokens between a piece and the one before."""
    overlaps = (gap < 0) & (footer["packing"] != "sliding")
    other = np.zeros(len(leaf), bool)
    other[1:] = ~first[1:] & (leaf[1:] != leaf[:-1])
    found = [
        (int((gap > 0).sum()), "begin after tokens of their document that are nowhere"),
        (int(overlaps.sum()), "repeat tokens of their document"),
        (int(other.sum()), "have another leaf than the rest of their document"),
    ]
    return [(n, what) for n, what in found if n]


def _whole(ids: np.ndarray, at: np.ndarray, start: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The tokens of one document from its pieces, each where it adds to those before."""
    out = [ids[:0]]
    had = 0
    for place, begin, length in zip(at.tolist(), start.tolist(), size.tolist(), strict=True):
        out.append(ids[place + had - begin : place + length])
        had = max(had, begin + length)
    return np.concatenate(out)
