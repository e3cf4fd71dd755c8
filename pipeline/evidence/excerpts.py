"""Keeps the beginnings of a few documents to look at: for every reason some drawn by hash, and some next to a bound."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import TEXT
from corpusmill.pipeline.evidence.cells import matrix

CHARS = 480
OF_A_REASON = 4
AT_A_BOUND = 3
EXCERPTS = pa.schema(
    {
        "step_number": pa.int16(),
        "reason": pa.string(),  # of documents next to a bound: that of the bound, whether they break it or not
        "kind": pa.string(),  # "drawn", or "kept" or "dropped" next to a bound
        "distance": pa.float64(),  # from the bound; 0 for those drawn by hash
        "draw": pa.float64(),
        "doc_id": pa.int64(),
        "source": pa.string(),
        "language": pa.string(),
        "url": pa.string(),
        "measured": pa.float64(),
        "text": TEXT,
    }
)
KEYS = EXCERPTS.names[:3]
KEPT = -1  # the step number of documents that every step kept


@dataclass(frozen=True)
class Picks:
    """Rows of a table to show for one reason. distance, measured: float64, one a row."""

    reason: str
    kind: str
    step_number: int
    rows: np.ndarray
    distance: np.ndarray
    measured: np.ndarray


def near_bounds(table: pa.Table, step_number: int, bounds: Sequence[Threshold], kind: str) -> Iterator[Picks]:
    """Of documents held in a pool those nearest to each bound. kind: "kept", or "dropped" for its reason."""
    draw = table["_draw"].to_numpy()
    for bound in bounds:
        if bound.bound is None or bound.column not in table.column_names:
            continue
        measured = matrix([table[bound.column]])[0]
        away = np.abs(measured - bound.bound)
        if kind == "dropped":
            away = np.where(pc.equal(table["_reason"], bound.reason).to_numpy(), away, np.inf)
        most = np.sort(away)[:AT_A_BOUND][-1:]  # NaN, which is last, where fewer have a value: then none is beyond it
        near = np.flatnonzero(~(away > most))
        near = near[np.lexsort((draw[near], away[near]))][:AT_A_BOUND]
        near = near[np.isfinite(away[near])]
        yield Picks(bound.reason, kind, step_number, near, away[near], measured[near])


def drawn(table: pa.Table, step_number: int, reasons: pa.Array | None) -> Iterator[Picks]:
    """The lowest drawn documents of each reason; reasons: null for documents that every step kept."""
    draw = table["_draw"].to_numpy()
    words = pa.repeat(pa.scalar(""), len(draw)) if reasons is None else reasons
    coded = words.dictionary_encode()
    codes = coded.indices.to_numpy()
    for place, reason in enumerate(coded.dictionary.to_pylist()):
        mine = np.flatnonzero(codes == place)
        rows = mine[np.argsort(draw[mine], kind="stable")][:OF_A_REASON]
        yield Picks(reason, "drawn", step_number, rows, np.zeros(len(rows)), np.full(len(rows), np.nan))


def shown(table: pa.Table, source: str, picks: Iterable[Picks]) -> pa.Table:
    """Columns of EXCERPTS, of rows picked from a table."""
    found = [pick for pick in picks if len(pick.rows)]
    if not found:
        return EXCERPTS.empty_table()
    many = [len(pick.rows) for pick in found]
    held = table.select(["_draw", "doc_id", "language", "url", "_begin"])
    rows = held.take(pa.array(np.concatenate([pick.rows for pick in found])))
    measured = np.concatenate([pick.measured for pick in found])
    columns = {
        "step_number": np.repeat([pick.step_number for pick in found], many),
        "reason": np.repeat(np.array([pick.reason for pick in found], object), many),
        "kind": np.repeat(np.array([pick.kind for pick in found], object), many),
        "distance": np.concatenate([pick.distance for pick in found]),
        "draw": rows["_draw"],
        "doc_id": rows["doc_id"],
        "source": pa.repeat(pa.scalar(source), rows.num_rows),
        "language": pc.fill_null(rows["language"], ""),
        "url": rows["url"],
        "measured": pa.array(measured, mask=np.isnan(measured)),
        "text": rows["_begin"],
    }
    return pa.table(columns).cast(EXCERPTS)


def best_of(tables: Sequence[pa.Table]) -> pa.Table:
    """The nearest and lowest drawn of several units, for each reason."""
    whole = pa.concat_tables([EXCERPTS.empty_table(), *tables])
    whole = whole.sort_by([(name, "ascending") for name in (*KEYS, "distance", "draw")])
    keys = pc.binary_join_element_wise(*(whole[name].cast(pa.string()) for name in KEYS), "\t").combine_chunks()
    code = keys.dictionary_encode().indices.to_numpy()
    begins = np.flatnonzero(np.diff(code, prepend=-1))
    place = np.arange(len(code)) - np.repeat(begins, np.diff(np.append(begins, len(code))))
    drawn = pc.equal(whole["kind"], "drawn").to_numpy()
    return whole.filter(pa.array(place < np.where(drawn, OF_A_REASON, AT_A_BOUND)))
