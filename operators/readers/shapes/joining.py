"""Joins pieces of conversations, names their roles alike, and finds what is damaged in them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.shapes.values import READ_TURNS
from corpusmill.operators.text.conversation import CONVERSATION, TURN

# What published chats call the speakers, in lower case; any other role stays as it is written.
ROLES: Mapping[str, str] = {
    **dict.fromkeys(("human", "user", "prompter"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "bing", "bard", "bot", "chatbot", "model"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "observation", "function_response"), "tool"),
}


def joined(pieces: Sequence[pa.Array]) -> pa.Array:
    """The turns of several READ_TURNS columns behind each other, row by row; null pieces have no turns."""
    lengths = np.stack([counts(piece) for piece in pieces])
    flat = pa.concat_arrays([piece.flatten() for piece in pieces])
    starts = np.cumsum(lengths.ravel()) - lengths.ravel()  # where the turns of each piece of each row are in `flat`
    order = np.arange(lengths.size).reshape(lengths.shape).T.ravel()  # row by row, piece by piece
    size = lengths.T.ravel()
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    index = np.repeat(starts[order], size) + within
    offsets = np.concatenate([[0], np.cumsum(lengths.sum(axis=0))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat.take(pa.array(index)), type=READ_TURNS)


def counts(turns: pa.Array) -> np.ndarray:
    """The number of turns of each row, int64; 0 where it is null."""
    return pc.fill_null(pc.list_value_length(turns), 0).to_numpy(zero_copy_only=False).astype(np.int64)


def damage(turns: pa.Array) -> pa.Array:
    """What is wrong with the first damaged turn of each row: a reason with the number of the turn, else null.

    A turn has a role, and a content or tool calls. Turns without any, and roles in an odd order, are no damage.
    """
    flat = turns.flatten()
    role, content, calls = (pc.struct_field(flat, name) for name in ("role", "content", "tool_calls"))
    lacking = pc.if_else(pc.and_(content.is_null(), calls.is_null()), "missing_content", pa.scalar(None, pa.string()))
    wrong = pc.coalesce(pc.struct_field(flat, "wrong"), pc.if_else(role.is_null(), "missing_role", lacking))
    bad = np.flatnonzero(wrong.is_valid().to_numpy(zero_copy_only=False))
    found: list[str | None] = [None] * len(turns)
    ends = np.cumsum(counts(turns))
    rows, first = np.unique(np.searchsorted(ends, bad, side="right"), return_index=True)
    for row, place in zip(rows.tolist(), bad[first].tolist(), strict=True):
        reason, _, detail = wrong[place].as_py().partition(": ")
        turn = place - (int(ends[row - 1]) if row else 0) + 1
        found[row] = f"{reason}: {f'{detail}, ' if detail else ''}turn {turn}"
    return pa.array(found, pa.string())


def conversation(turns: pa.Array) -> pa.Array:
    """Read turns as CONVERSATION, their roles as in ROLES; damaged rows hold anything."""
    flat = turns.flatten()
    columns = {field.name: pc.struct_field(flat, field.name) for field in TURN}
    columns["role"] = pc.fill_null(named(columns["role"]), "")
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts(turns))]).astype(np.int32))
    structs = pa.StructArray.from_arrays(list(columns.values()), fields=list(TURN))
    return pa.ListArray.from_arrays(offsets, structs, type=CONVERSATION, mask=turns.is_null())


def named(roles: pa.Array) -> pa.Array:
    """Roles as system, user, assistant or tool where ROLES has them.

    >>> named(pa.array(["Human", "gpt", "narrator", None])).to_pylist()
    ['user', 'assistant', 'narrator', None]
    """
    coded = roles.dictionary_encode()
    words = [ROLES.get(word.strip().lower(), word) for word in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)
