"""The turns of a batch in arrays, and which conversations are plain: turns with contents, and nothing else."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.arrow_text import buffers_of
from corpusmill.operators.tokens.chat.laid import trimmed
from corpusmill.operators.tokens.control import Names

FURTHER = ("name", "tool_calls", "tool_call_id")  # of a turn that is not plain


@dataclass(frozen=True, kw_only=True)
class Turns:
    """All turns of a batch, one after another."""

    offsets: np.ndarray  # int64, one more than there are conversations: where the turns of each begin
    roles: np.ndarray  # int64 a turn: its role, as a number
    names: tuple[str, ...]  # of the roles
    data: np.ndarray  # uint8: the contents end to end
    contents: np.ndarray  # int64, one more than there are turns
    content: pa.Array  # large_string
    further: np.ndarray  # bool a turn: it has a name or calls tools

    def kinds(self) -> np.ndarray:
        """uint64, one a conversation: the same for the same roles in the same order."""
        found = np.empty(len(self.offsets) - 1, np.uint64)
        hash_roles(self.roles, self.offsets, found)
        return found

    def roles_of(self, conversation: int) -> tuple[str, ...]:
        """The roles of one conversation."""
        some = self.roles[self.offsets[conversation] : self.offsets[conversation + 1]]
        return tuple(self.names[role] for role in some.tolist())


def turns_of(conversations: pa.ListArray) -> Turns:
    """The turns of conversations, none of which is null."""
    flat = conversations.flatten()
    roles = pc.dictionary_encode(pc.struct_field(flat, "role"))
    content = pc.cast(pc.struct_field(flat, "content"), TEXT)
    data, contents = buffers_of(content)
    further = np.zeros(len(flat), bool)
    for name in FURTHER:
        values = pc.struct_field(flat, name)
        if values.null_count < len(values):
            further |= values.is_valid().to_numpy(zero_copy_only=False)
    raw = conversations.offsets.to_numpy().astype(np.int64)
    return Turns(
        offsets=raw - raw[0],
        roles=roles.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        names=tuple(roles.dictionary.to_pylist()),
        data=data,
        contents=contents,
        content=content,
        further=further,
    )


def plain_conversations(turns: Turns, tools: pa.Array, looked_for: Names, whole: tuple[str, ...]) -> np.ndarray:
    """bool, one a conversation. looked_for, whole: what the template looks for in contents, and compares them with."""
    odd = turns.further.copy()
    mark_blank(turns.data, turns.contents, odd)
    if looked_for.contents:
        odd |= looked_for.count(turns.data, turns.contents) > 0
    if whole:
        odd |= pc.fill_null(pc.is_in(turns.content, pa.array(whole, TEXT)), False).to_numpy(zero_copy_only=False)
    before = np.concatenate([[0], np.cumsum(odd)])
    some = np.diff(turns.offsets) > 0
    has_tools = pc.fill_null(pc.greater(pc.binary_length(tools), 0), False).to_numpy(zero_copy_only=False)
    return some & (before[turns.offsets[1:]] == before[turns.offsets[:-1]]) & ~has_tools


@njit(nogil=True, cache=True)
def mark_blank(data: np.ndarray, contents: np.ndarray, odd: np.ndarray) -> None:
    """Marks each content that is white space, or nothing."""
    for turn in range(len(odd)):
        begin, end = trimmed(data, contents[turn], contents[turn + 1], True, False)
        if begin == end:
            odd[turn] = True


@njit(nogil=True, cache=True)
def hash_roles(roles: np.ndarray, offsets: np.ndarray, found: np.ndarray) -> None:
    """Writes a hash of the roles of each conversation."""
    for d in range(len(found)):
        h = np.uint64(offsets[d + 1] - offsets[d]) * np.uint64(0x9E3779B97F4A7C15)
        for turn in range(offsets[d], offsets[d + 1]):
            h = (h ^ np.uint64(roles[turn] + 1)) * np.uint64(0xD6E8FEB86659FD93)
            h ^= h >> np.uint64(32)
        found[d] = h
