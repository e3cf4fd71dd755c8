"""Reads scored answers to one prompt, and finds the best and the worst of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.framing.strings import is_text
from corpusmill.operators.readers.shapes.columns import one_turn

ANSWER = pa.struct([pa.field("content", pa.string()), pa.field("score", pa.float64())])
ANSWERS = pa.list_(ANSWER)
CONTENT, SCORE = "response", "overall_score"


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """chosen, rejected: READ_TURNS, an answer each. failure: fewer than two have a score; skipped: all the same."""

    chosen: pa.Array
    rejected: pa.Array
    failure: pa.Array
    skipped: pa.Array


def answers_of(values: Iterable[Any]) -> pa.Array:
    """Lists of objects with a `response` and an `overall_score`: ANSWERS; what is none is an answer of nulls."""
    return pa.array(
        [None if value is None else [*map(_answer, value if isinstance(value, list) else [value])] for value in values],
        ANSWERS,
    )


def answers_in(column: pa.Array) -> pa.Array:
    """The same of an Arrow column."""
    if column.type == ANSWERS:
        return column
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        return answers_of(column.to_pylist())
    types = {f.name: f.type for f in column.type.value_type} if pa.types.is_struct(column.type.value_type) else {}
    numeric = pa.types.is_floating(types.get(SCORE, pa.null())) or pa.types.is_integer(types.get(SCORE, pa.null()))
    if not numeric or not is_text(types.get(CONTENT, pa.null())):
        return answers_of(column.to_pylist())
    flat = column.flatten()
    arrays = [pc.struct_field(flat, CONTENT).cast(pa.string()), pc.struct_field(flat, SCORE).cast(pa.float64())]
    sizes = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    structs = pa.StructArray.from_arrays(arrays, fields=list(ANSWER))
    return pa.ListArray.from_arrays(offsets, structs, type=ANSWERS, mask=column.is_null())


def ranked(answers: pa.Array) -> Ranked:
    """The answer of the highest and that of the lowest score, the first of equal ones."""
    n, flat = len(answers), answers.flatten()
    score = pc.struct_field(flat, "score").to_numpy(zero_copy_only=False).astype(np.float64)
    content = pc.struct_field(flat, "content")
    sizes = pc.fill_null(pc.list_value_length(answers), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    rated = np.flatnonzero(~np.isnan(score) & content.is_valid().to_numpy(zero_copy_only=False))
    row = np.repeat(np.arange(n), sizes)[rated]
    few = np.bincount(row, minlength=n) < 2
    best, worst = (_first(row, rated, key, n) for key in (-score[rated], score[rated]))
    low, high = (np.where(few, 0.0, score[np.maximum(place, 0)] if len(score) else 0.0) for place in (worst, best))
    none = pa.scalar(None, pa.string())
    return Ranked(
        chosen=_turn(content, best),
        rejected=_turn(content, worst),
        failure=pc.if_else(pa.array(few), "fewer_than_two_scores", none),
        skipped=pc.if_else(pa.array(~few & (low == high)), "no_preference", none),
    )


def _first(row: np.ndarray, place: np.ndarray, key: np.ndarray, n: int) -> np.ndarray:
    """The place of the smallest key of each of n rows, -1 where there is none."""
    order = np.lexsort((place, key, row))
    rows, first = np.unique(row[order], return_index=True)
    found = np.full(n, -1)
    found[rows] = place[order][first]
    return found


def _turn(content: pa.Array, place: np.ndarray) -> pa.Array:
    return one_turn(content.take(pa.array(place, mask=place < 0)), "assistant")


def _answer(value: Any) -> dict[str, Any]:
    found = value if isinstance(value, Mapping) else {}
    content, score = found.get(CONTENT), found.get(SCORE)
    try:
        number = None if score is None or isinstance(score, bool) else float(score)
    except (TypeError, ValueError):
        number = None
    return {"content": content if isinstance(content, str) else None, "score": number}
