"""Puts batches aside until a few large calls can look at them, and lets go of their texts but for what samples need."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.text.beginnings import cut_chars
from corpusmill.operators.text.spans import spans_of, text_from
from corpusmill.pipeline.evidence.draws import draws
from corpusmill.pipeline.evidence.excerpts import CHARS
from corpusmill.pipeline.steps.chain import Dropped

ROWS, BYTES = 16_384, 64 << 20  # held with their texts
TEXTS = ("text", "content")


@dataclass(frozen=True)
class Choice:
    """Documents of which texts are kept. whole: all of it, bool[n]; begins: rows with their first characters."""

    whole: np.ndarray
    begins: np.ndarray


@dataclass(frozen=True)
class Looked:
    """Documents that left at one step, without their texts.

    table: the other columns, and `_size`, bytes of text; `_draw`; `_reason`; `_begin`, the first characters of those
    that may be shown; `_whole`, whether texts has it. texts: TEXTS of some of them, in order.
    """

    table: pa.Table
    texts: pa.Table


def concatenated(found: list[Looked]) -> Looked:
    """Several of one step, one below another."""
    tables, texts = [each.table for each in found], [each.texts for each in found]
    return Looked(pa.concat_tables(tables), pa.concat_tables(texts))


@dataclass
class Aside:
    """Holds batches by the step at which their documents left."""

    _parts: dict[int, list[Dropped]] = field(default_factory=dict)
    _rows: int = 0
    _bytes: int = 0

    def put(self, rows: Dropped) -> None:
        """Hold some documents."""
        self._parts.setdefault(rows.number, []).append(rows)
        self._rows += rows.table.num_rows
        self._bytes += rows.table["text"].nbytes

    @property
    def is_full(self) -> bool:
        """Whether it is time to look."""
        return self._rows >= ROWS or self._bytes >= BYTES

    def looked(self, choose: Callable[[Dropped, pa.Table], Choice]) -> Iterator[tuple[Dropped, Looked]]:
        """What was put aside, by step, and nothing after that; with each its first batch.

        choose: gives from the first batch of a step and all its documents those of which texts are kept.
        """
        for _, parts in sorted(self._parts.items()):
            yield parts[0], look(parts, choose)
        self._parts, self._rows, self._bytes = {}, 0, 0


def look(parts: list[Dropped], choose: Callable[[Dropped, pa.Table], Choice]) -> Looked:
    """See `Looked`."""
    table = pa.concat_tables([part.table for part in parts])
    mine = [name for name in TEXTS if name in table.column_names]
    text, whole, table = table["text"], table.select(mine), table.drop_columns(mine)
    columns = {
        "_size": pc.fill_null(pc.binary_length(text), 0).cast(pa.int64()),
        "_draw": pa.array(draws(table["doc_id"].to_numpy())),
        "_reason": pa.chunked_array([part.reasons for part in parts]),
    }
    for name, values in columns.items():
        table = table.append_column(name, values)
    choice = choose(parts[0], table)
    mask = pa.array(choice.whole)
    table = table.append_column("_whole", mask).append_column("_begin", begins(text, choice.begins))
    return Looked(table, whole.filter(mask) if choice.whole.any() else whole.slice(0, 0))


def begins(texts: pa.ChunkedArray, places: np.ndarray) -> pa.Array:
    """The first characters of the texts at some places, sorted; null of all others, and where there are none."""
    sizes, mask = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
    mask[places] = True
    # filter goes from chunk to chunk, take would copy all texts first
    cut = cut_chars(spans_of(texts.filter(pa.array(mask)).combine_chunks()), CHARS)
    sizes[places] = cut.ends - cut.starts
    return text_from(cut.data, np.cumsum(sizes), sizes == 0)
