"""Splits preferences into the turns that two answers share and those of each, and texts of dialogues into turns."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.shapes.joining import counts, named
from corpusmill.operators.readers.shapes.values import READ_TURN, READ_TURNS

HUMAN, ASSISTANT = "\n\nHuman:", "\n\nAssistant:"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """READ_TURNS each: the turns both begin with, and the rest of each, of at least one turn where there is any."""

    shared: pa.Array
    chosen: pa.Array
    rejected: pa.Array


def divided(chosen: pa.Array, rejected: pa.Array) -> Pair:
    """Two columns of READ_TURNS without the turns that both have at their beginning; the last turn of each stays."""
    sizes = counts(chosen), counts(rejected)
    most = np.maximum(np.minimum(*sizes) - 1, 0)
    within = np.arange(most.sum()) - np.repeat(np.cumsum(most) - most, most)
    pairs = [
        each.flatten().take(_places(size, most, within)) for each, size in zip((chosen, rejected), sizes, strict=True)
    ]
    same = np.ones(len(within), bool)
    for name in ("role", "content", "tool_calls"):
        left, right = (_comparable(pair, name) for pair in pairs)
        same &= pc.equal(left, right).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(most)), most)
    shared = most.copy()
    np.minimum.at(shared, rows[~same], within[~same])
    zero = np.zeros_like(shared)
    return Pair(
        shared=cut(chosen, zero, shared),
        chosen=cut(chosen, shared, sizes[0] - shared),
        rejected=cut(rejected, shared, sizes[1] - shared),
    )


def begins_with(turns: pa.Array, start: pa.Array) -> np.ndarray:
    """bool[n]: whether the turns of each row begin with those of `start`, role and content; a null has no turns.

    A system turn that they begin with may come before those of `start` that lack one.
    """
    sizes = counts(turns), counts(start)
    lead = (_first_is(turns, "system") & ~_first_is(start, "system")).astype(np.int64)
    fits = sizes[0] - lead >= sizes[1]
    taken = np.where(fits, sizes[1], 0)
    within = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
    places = _places(sizes[0], taken, within + np.repeat(lead, taken)), _places(sizes[1], taken, within)
    pairs = [each.flatten().take(at) for each, at in zip((turns, start), places, strict=True)]
    rows = np.repeat(np.arange(len(fits)), taken)
    for name in ("role", "content"):
        left, right = (_comparable(pair, name) for pair in pairs)
        fits[rows[~pc.equal(left, right).to_numpy(zero_copy_only=False)]] = False
    return fits


def has_role(turns: pa.Array, role: str) -> np.ndarray:
    """bool[n]: whether any turn of each row is of that role, as ROLES names it."""
    rows = np.repeat(np.arange(len(turns)), counts(turns))
    return np.bincount(rows[_is_role(turns, role)], minlength=len(turns)) > 0


def cut(turns: pa.Array, start: np.ndarray, size: np.ndarray) -> pa.Array:
    """`size` turns of each row from its turn `start` on, int64[n] both; a row that is null stays null."""
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    ends = np.cumsum(counts(turns))
    first = ends - counts(turns) + start
    flat = turns.flatten().take(pa.array(np.repeat(first, size) + within))
    offsets = pa.array(np.concatenate([[0], np.cumsum(size)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, flat, type=READ_TURNS, mask=turns.is_null())


def dialogue(texts: pa.Array) -> pa.Array:
    """Turns of texts in which each begins after an empty line with `Human:` or `Assistant:`: READ_TURNS.

    Space around a content is left out. What is before the first mark is a turn without a speaker.

    >>> dialogue(pa.array(["\\n\\nHuman: Hi\\n\\nAssistant: Hello\\n\\nHuman: Bye"])).to_pylist()[0][1]["content"]
    'Hello'
    """
    asked = pc.split_pattern(texts, HUMAN)
    pieces = pc.split_pattern(asked.flatten(), ASSISTANT)
    begins = np.zeros(len(pieces), bool)
    sizes = _sizes(asked)
    begins[(np.cumsum(sizes) - sizes)[sizes > 0]] = True  # what is before the first human turn of a row
    row = np.repeat(np.arange(len(texts)), sizes)
    inner = _sizes(pieces)
    first = np.zeros(inner.sum(), bool)
    first[np.cumsum(inner) - inner] = True
    before = first & np.repeat(begins, inner)
    content = pc.utf8_trim_whitespace(pieces.flatten().cast(pa.string()))
    kept = ~before | pc.greater(pc.binary_length(content), 0).to_numpy(zero_copy_only=False)
    roles = np.where(first, "user", "assistant").astype(object)
    roles[before] = None
    wrong = np.full(len(before), None, object)
    wrong[before] = "no_speaker"
    columns = {"role": pa.array(roles[kept], pa.string()), "content": content.filter(pa.array(kept))}
    columns["wrong"] = pa.array(wrong[kept], pa.string())
    empty = pa.nulls(int(kept.sum()), pa.string())
    flat = pa.StructArray.from_arrays([columns.get(f.name, empty) for f in READ_TURN], fields=list(READ_TURN))
    turns = np.bincount(np.repeat(row, inner)[kept], minlength=len(texts))
    offsets = pa.array(np.concatenate([[0], np.cumsum(turns)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, flat, type=READ_TURNS, mask=texts.is_null())


def _places(sizes: np.ndarray, taken: np.ndarray, within: np.ndarray) -> pa.Array:
    return pa.array(np.repeat(np.cumsum(sizes) - sizes, taken) + within)


def _first_is(turns: pa.Array, role: str) -> np.ndarray:
    sizes = counts(turns)
    found = np.zeros(len(sizes), np.bool_)
    found[sizes > 0] = _is_role(turns, role)[(np.cumsum(sizes) - sizes)[sizes > 0]]
    return found


def _is_role(turns: pa.Array, role: str) -> np.ndarray:
    roles = named(pc.struct_field(turns.flatten(), "role"))
    return pc.fill_null(pc.equal(roles, role), False).to_numpy(zero_copy_only=False)


def _comparable(turns: pa.Array, name: str) -> pa.Array:
    values = pc.struct_field(turns, name)
    return pc.fill_null(named(values) if name == "role" else values, "\x00")


def _sizes(lists: pa.Array) -> np.ndarray:
    return pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
