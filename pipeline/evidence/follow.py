"""Takes a share of the dropped documents through the steps that were spared them, to know what these would measure.

Without it nobody knows whether a document that one looser threshold lets pass is dropped by a later step.
"""

from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision
from corpusmill.pipeline.evidence.chances import Drawn
from corpusmill.pipeline.steps.chain import Chain, Dropped

FULL_BYTES = 16 << 20  # of text held before it goes through the steps
FACTS = ("_number", "_reason", "_size", "_near")


@dataclass
class Follower:
    """Collects drawn documents and measures them in few large batches. chain: the last group of steps."""

    chain: Chain
    _waiting: dict[int, list[pa.Table]] = field(default_factory=dict)
    _bytes: int = 0
    _done: list[pa.Table] = field(default_factory=list)

    def add(self, dropped: Dropped, drawn: Drawn) -> None:
        """Take the drawn ones of documents that a decision dropped."""
        if not drawn.chosen.any():
            return
        mask = pa.array(drawn.chosen)
        table = dropped.table.filter(mask)
        size = pc.fill_null(pc.binary_length(table["text"]), 0).cast(pa.int64())
        table = table.append_column("_number", pa.repeat(pa.scalar(dropped.number, pa.int16()), table.num_rows))
        table = table.append_column("_reason", dropped.reasons.filter(mask)).append_column("_size", size)
        table = table.append_column("_near", pa.array(drawn.near[drawn.chosen]))
        self._waiting.setdefault(dropped.number, []).append(table)
        self._bytes += table.nbytes
        if self._bytes >= FULL_BYTES:
            self.flush()

    def flush(self) -> None:
        """Measure what waits: from decision to decision, joined on the way by what the next ones dropped."""
        numbers = sorted(self._waiting)
        if not numbers:
            return
        carried: list[pa.Table] = []
        decisions = {n for n, _, op in self.chain.numbered(0, None) if isinstance(op, Decision)}
        for number, end in zip(numbers, [*numbers[1:], None], strict=True):
            tables = [*carried, *self._waiting[number]]
            table = pa.concat_tables(tables, promote_options="default")
            without = self.chain.without | decisions
            rest = replace(self.chain, begin=number + 1, end=end if end is None else end + 1, without=without)
            carried = [rest.run(Batch(table)).kept.table]
        self._done += carried
        self._waiting, self._bytes = {}, 0

    def measured(self) -> list[pa.Table]:
        """All that was taken, with every column and FACTS, less those that a later extraction fails."""
        self.flush()
        return self._done
