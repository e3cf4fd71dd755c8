"""Takes a share of the dropped documents through the steps that were spared them, to know what these would measure.

Without it nobody knows whether a document that one looser threshold lets pass is dropped by a later step.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision
from corpusmill.pipeline.steps.chain import Chain

FULL_BYTES = 16 << 20  # of text held before it goes through the steps
MOST, MOST_NEAR = 36, 96  # measured in a unit of those that one step dropped: far from bounds, and near one; a guess
FACTS = ("_number", "_reason", "_size", "_near", "_broken", "_draw")
Stratum = tuple[int, bool]  # the number of a step, and whether the document was near a bound of it


@dataclass
class Follower:
    """Collects drawn documents and measures them in few large batches. chain: the last group of steps.

    all_of_them: else so many of each stratum, those that are drawn lowest.
    """

    chain: Chain
    all_of_them: bool = False
    _waiting: dict[Stratum, list[pa.Table]] = field(default_factory=dict)
    _bytes: int = 0
    _done: dict[Stratum, list[pa.Table]] = field(default_factory=dict)
    _bound: dict[Stratum, float] = field(default_factory=dict)

    def add(self, number: int, near: bool, table: pa.Table) -> None:
        """Take documents that a step dropped, with the columns that later steps read, and FACTS but `_number` and
        `_near`.
        """
        if not table.num_rows:
            return
        self._waiting.setdefault((number, near), []).append(table)
        self._bytes += table["text"].nbytes
        if self._bytes >= FULL_BYTES:
            self._prune()
            if self._bytes >= FULL_BYTES / 2:
                self.flush()

    def may_be_measured(self, number: int, near: bool, draw: np.ndarray) -> np.ndarray:
        """Which of these documents may be among those that are measured, bool[n]: one more than are, for its draw is
        the rate.
        """
        stratum, most = (number, near), MOST_NEAR if near else MOST
        inside = draw < self._bound.get(stratum, 1.0)
        if not self.all_of_them and np.count_nonzero(inside) > most + 1:
            inside &= draw <= np.partition(draw[inside], most)[most]
        return inside

    def _prune(self) -> None:
        """Let go of what is drawn too high to be measured."""
        self._waiting = {key: [self._lowest(key, tables)] for key, tables in self._waiting.items()}
        self._bytes = sum(table["text"].nbytes for tables in self._waiting.values() for table in tables)

    def _lowest(self, stratum: Stratum, tables: list[pa.Table]) -> pa.Table:
        """The lowest drawn of a stratum."""
        table = pa.concat_tables(tables, promote_options="default")
        draw = table["_draw"].to_numpy()
        most = MOST_NEAR if stratum[1] else MOST
        if not self.all_of_them and len(draw) > most:
            over = float(np.partition(draw, most)[most])
            self._bound[stratum] = min(self._bound.get(stratum, 1.0), over)
        inside = draw < self._bound.get(stratum, 1.0)
        return table if inside.all() else table.filter(pa.array(inside))

    def flush(self) -> None:
        """Measure what waits: from decision to decision, joined on the way by what the next ones dropped."""
        self._prune()
        numbers = sorted({number for number, _ in self._waiting})
        if not numbers:
            return
        carried: list[pa.Table] = []
        decisions = {n for n, _, op in self.chain.numbered(0, None) if isinstance(op, Decision)}
        for number, end in zip(numbers, [*numbers[1:], None], strict=True):
            mine = [(near, table) for near in (False, True) for table in self._waiting.get((number, near), ())]
            tables = [*carried, *(_placed(table, number, near) for near, table in mine)]
            table = pa.concat_tables(tables, promote_options="default")
            without = self.chain.without | decisions
            rest = replace(self.chain, begin=number + 1, end=end if end is None else end + 1, without=without)
            carried = [rest.run(Batch(table)).kept.table]
        self._keep(carried[0])
        self._waiting, self._bytes = {}, 0

    def _keep(self, measured: pa.Table) -> None:
        """Hold measured documents by stratum."""
        size = pc.fill_null(pc.binary_length(measured["text"]), 0).cast(pa.int64())
        measured = measured.drop_columns(["text"]).append_column("_after", size)
        numbers, near = measured["_number"].to_numpy(), measured["_near"].to_numpy()
        for stratum in sorted({*zip(numbers.tolist(), near.tolist(), strict=True)}):
            mine = (numbers == stratum[0]) & (near == stratum[1])
            self._done.setdefault(stratum, []).append(measured.filter(pa.array(mine)))

    def measured(self) -> dict[Stratum, pa.Table]:
        """All that was taken, by stratum, with every column but `text`, FACTS and `_after`, bytes of text at the end.

        Less those that a later extraction fails.
        """
        self.flush()
        return {stratum: self._lowest(stratum, tables) for stratum, tables in sorted(self._done.items())}

    def rate(self, stratum: Stratum, share: float) -> float:
        """The share of a stratum's documents that was measured. share: of which it was drawn."""
        return min(share, self._bound.get(stratum, 1.0))


def _placed(table: pa.Table, number: int, near: bool) -> pa.Table:
    """A table with the stratum of its rows."""
    many = table.num_rows
    table = table.append_column("_number", pa.repeat(pa.scalar(number, pa.int16()), many))
    return table.append_column("_near", pa.repeat(pa.scalar(near), many))
