"""Makes conversations of trees of messages: the path from the first message to the last answer that ranks best.

Source:   the data format of OpenAssistant Conversations (Köpf et al. 2023, arXiv:2304.07327): a message has an id, that
          of its parent, a role and a rank among its siblings, 0 for the most preferred. A line is a tree or a message.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.framing.rows import BATCH_ROWS
from corpusmill.operators.readers.framing.typed import as_text
from corpusmill.operators.readers.shapes.values import turns_of

MOST_HELD_BYTES = 512 << 20  # of messages whose tree may go on; guess, five times what oasst1 and oasst2 have
MESSAGE = ("message_id", "parent_id", "role", "text", "rank")  # what is read of a message; as the columns are named
OWN = "own."  # before the names of further fields of a message: its own id is not the one it has here
TREE = "tree"  # the column that holds a whole tree as JSON

Batches = Iterable[pa.RecordBatch]


@dataclass
class Tree:
    """Messages of a tree or of several: rows by the row of their parent, -1 for the first message of each."""

    children: dict[int, list[int]] = field(default_factory=dict)
    orphans: dict[int, str] = field(default_factory=dict)  # row -> the parent that no row is


def paths(batches: Batches, prefix: str, fields: Mapping[str, str], *, every: bool) -> Iterator[pa.RecordBatch]:
    """Rows of messages as rows of conversations: a column `conversation` (READ_TURNS) in place of those of MESSAGE.

    A row that holds a tree becomes as many rows as it has messages, of which the first has its length. The row of the
    last answer of a path has the conversation; the others are skipped rows: `inner_message`, `other_reply` off the best
    path, `unanswered` where no answer follows. A tree that is no JSON is a failed row `bad_json`.
    fields: columns of texts -> the field that a message of a tree has for each, where the record of the tree has none:
    its language is that of its last answer. every: all paths, else the best alone.
    """
    held: list[pa.Table] = []
    for batch in batches:
        table = expanded(pa.Table.from_batches([batch]), prefix, fields)
        held.append(table)
        nested = batch.column(f"{prefix}{TREE}").null_count < batch.num_rows
        if nested or sum(each.nbytes for each in held) > MOST_HELD_BYTES:
            yield from _conversations(pa.concat_tables(held), prefix, every=every)
            held = []
    if held:
        yield from _conversations(pa.concat_tables(held), prefix, every=every)


def expanded(table: pa.Table, prefix: str, fields: Mapping[str, str]) -> pa.Table:
    """A table with one row for each message of its trees; see `paths`."""
    trees = table[f"{prefix}{TREE}"].to_pylist()
    if not any(trees):
        return table
    further = {column: name for column, name in fields.items() if table.schema.field(column).type == pa.string()}
    rows: list[int] = []
    messages: list[dict[str, Any]] = []
    failure: list[str | None] = table["failure"].to_pylist()
    for row, text in enumerate(trees):
        found = [{name: table[f"{prefix}{name}"][row].as_py() for name in MESSAGE}]
        if text and failure[row] is None:
            try:
                found = list(_walked(orjson.loads(text), f"{row}.", further.values())) or found
            except orjson.JSONDecodeError as e:
                failure[row] = f"bad_json: tree: {e.msg} at character {e.pos}"
        rows += [row] * len(found)
        messages += found
    table = table.set_column(table.column_names.index("failure"), "failure", pa.array(failure, pa.string()))
    first = np.diff(np.array([-1, *rows])) > 0
    wide = table.take(pa.array(rows))
    length = np.where(first, wide["length"].to_numpy(), 0)
    wide = wide.set_column(wide.column_names.index("length"), "length", pa.array(length, pa.int64()))
    for name in MESSAGE:
        values = pa.array([as_text(message.get(name)) for message in messages], pa.string())
        wide = wide.set_column(wide.column_names.index(f"{prefix}{name}"), f"{prefix}{name}", values)
    for column, name in further.items():
        values = pa.array([as_text(message.get(OWN + name)) for message in messages], pa.string())
        own = pc.coalesce(wide[column], pa.chunked_array([values]))
        wide = wide.set_column(wide.column_names.index(column), column, own)
    return wide


def _walked(root: Any, prefix: str, further: Collection[str]) -> Iterator[dict[str, Any]]:
    """The messages of a tree, parents before children, numbered as no other tree's are; what is none is left out.

    further: their other fields that are read.
    """
    count = 0
    waiting: list[tuple[Any, str | None]] = [(root, None)]
    while waiting:
        message, parent = waiting.pop()
        if isinstance(message, Mapping):
            replies = message.get("replies")
            ident, count = f"{prefix}{count}", count + 1
            read = {**{name: message.get(name) for name in MESSAGE}, "message_id": ident, "parent_id": parent}
            yield {**read, **{OWN + name: message.get(name) for name in further}}
            waiting += [(reply, ident) for reply in reversed(replies)] if isinstance(replies, list) else []


def _conversations(table: pa.Table, prefix: str, *, every: bool) -> Iterator[pa.RecordBatch]:
    """The rows of messages with their paths, in batches of bounded size."""
    found: dict[str, Sequence[Any]] = {name: table[f"{prefix}{name}"].to_pylist() for name in MESSAGE}
    columns = {name: table[name] for name in table.column_names if not name.startswith(prefix)}
    skipped, failure, said = _sorted_out(found, table["skipped"].to_pylist(), table["failure"].to_pylist(), every=every)
    columns |= {"skipped": pa.array(skipped, pa.string()), "failure": pa.array(failure, pa.string())}
    columns[f"{prefix}conversation"] = turns_of([said.get(row) for row in range(table.num_rows)])
    done = pa.table(columns)
    for start in range(0, done.num_rows, BATCH_ROWS):
        yield from done.slice(start, BATCH_ROWS).combine_chunks().to_batches()


def _sorted_out(
    found: Mapping[str, Sequence[Any]], skipped: list[str | None], failure: list[str | None], *, every: bool
) -> tuple[list[str | None], list[str | None], dict[int, list[dict[str, Any]]]]:
    """Why each row is no conversation, and the turns of those that are, by row."""
    readable = [row for row, (no, bad) in enumerate(zip(skipped, failure, strict=True)) if no is None and bad is None]
    tree = _tree(found, readable)
    said: dict[int, list[int]] = {}
    inner: dict[int, str] = {}
    for root in tree.children.get(-1, ()):
        for path in _paths_from(root, tree, found["rank"], every=every):
            inner |= dict.fromkeys(path, "inner_message")
            while path and _speaks(found["role"][path[-1]]):
                inner[path.pop()] = "unanswered"
            if path:
                said[path[-1]] = path
    for row in readable:
        if row in tree.orphans:
            failure[row] = f"missing_parent: {tree.orphans[row]}"
        elif found["message_id"][row] is None:
            failure[row] = "missing_field: message_id"
        elif row not in said:
            skipped[row] = inner.get(row, "other_reply")
    return skipped, failure, {row: _turns(path, found) for row, path in said.items()}


def _turns(path: Sequence[int], found: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [{"role": found["role"][row], "content": found["text"][row]} for row in path]


def _tree(found: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> Tree:
    tree = Tree()
    place = {found["message_id"][row]: row for row in rows if found["message_id"][row] is not None}
    for row in rows:
        parent = found["parent_id"][row]
        if not parent and found["message_id"][row] is not None:
            tree.children.setdefault(-1, []).append(row)
        elif parent in place:
            tree.children.setdefault(place[parent], []).append(row)
        elif parent:
            tree.orphans[row] = parent
    return tree


def _paths_from(root: int, tree: Tree, rank: Sequence[str | None], *, every: bool) -> Iterator[list[int]]:
    """Paths from a message to a leaf, the best ranked first; unranked siblings after those with a rank."""
    waiting = [[root]]
    while waiting:
        path = waiting.pop()
        below = sorted(tree.children.get(path[-1], ()), key=lambda row: (_number(rank[row]), row))
        if not below:
            yield path
        else:
            waiting += [[*path, row] for row in reversed(below if every else below[:1])]


def _number(rank: str | None) -> float:
    try:
        return float(rank) if rank else float("inf")
    except ValueError:
        return float("inf")


def _speaks(role: str | None) -> bool:
    """Whether a message is of the one who asks."""
    return role in ("prompter", "user")
