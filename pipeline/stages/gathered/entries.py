"""The entries of a shard's documents in their groups, as exchange files: of each group only what can still stay."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpusmill.errors import StageFailed
from corpusmill.operators.batch import Batch
from corpusmill.operators.decide.at_most import AtMost
from corpusmill.operators.decide.budget import Budget
from corpusmill.operators.decide.top import Top
from corpusmill.operators.text.ranking import ENTRY, entries_of, in_order, leading, words_of
from corpusmill.pipeline.execution.tally import check
from corpusmill.pipeline.stages.gathered.pieces import Pieces
from corpusmill.pipeline.workspace.shards import UnitFiles

Ranked = Top | AtMost | Budget
HELD_ROWS = 2_000_000  # entries held at once, 80 MB, three times that while they are sorted
MOST_SHARES = 10_000  # different values that a budget can be shared by


def limit_of(awaited: Ranked) -> int:
    """The most that any group can keep."""
    return awaited.amount if isinstance(awaited, Budget) else awaited.count


class GatherEntries:
    """Takes the documents of a shard; on `facts` their entries are `entries/NAME.000.arrow` and on under `folder`."""

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: Ranked) -> None:
        self.name, self.awaited = name, awaited
        self._pieces = Pieces(folder, "entries", name)
        self._waiting = [ENTRY.empty_table()]
        self._weights = Counter[str]()
        self._rows = self._came = self._passed_over = 0

    def add(self, batch: Batch) -> None:
        entries = entries_of(batch, self.awaited.ranking(), limit=limit_of(self.awaited))
        if isinstance(self.awaited, Budget) and self.awaited.by is not None:
            words = words_of(batch, self.awaited.by).drop_null()
            weights = entries["weight"].cast(pa.decimal128(19))  # whose sum does not wrap
            sums = pa.table({"value": words, "weight": weights}).group_by("value").aggregate([("weight", "sum")])
            self._weights.update({r["value"]: int(r["weight_sum"]) for r in sums.to_pylist()})
            if len(self._weights) > MOST_SHARES:
                raise StageFailed(
                    f"decide.budget: {self.awaited.by!r} has more than {MOST_SHARES:,} different values; share the "
                    "budget by a column with fewer, or put decide.at_most before it"
                )
        self._waiting.append(entries)
        self._came += entries.num_rows
        if sum(table.num_rows for table in self._waiting) >= HELD_ROWS:
            self._forget()
            if self._waiting[0].num_rows >= HELD_ROWS // 2:
                self._write()

    def facts(self) -> Mapping[str, Any]:
        if len(self._waiting) > 1 or self._waiting[0].num_rows or not self._pieces.written:
            self._forget()
            self._write()
        went = {"written": self._rows, "that cannot stay": self._passed_over}
        check(f"entries of {self.name}", came=self._came, went=went)
        return {"files": self._pieces.written, "entries": self._rows, "weights": dict(sorted(self._weights.items()))}

    def _forget(self) -> None:
        """Of what waits, keep only what can still stay."""
        waiting = sum(table.num_rows for table in self._waiting)
        self._waiting = [best_of(self._waiting, limit_of(self.awaited))]
        self._passed_over += waiting - self._waiting[0].num_rows

    def _write(self) -> None:
        (table,) = self._waiting
        self._pieces.write(table)
        self._rows += table.num_rows
        self._waiting = [ENTRY.empty_table()]


def best_of(tables: list[pa.Table], limit: int) -> pa.Table:
    """Of entries those that can still stay when no group has more than this limit, sorted as `in_order` does."""
    return leading(in_order(pa.concat_tables(tables)), limit)
