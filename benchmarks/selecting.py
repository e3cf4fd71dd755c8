"""Selection from generated documents that are nowhere kept: `python -m benchmarks.selecting LEAVES DOCUMENTS`.

Prints peak bytes, CPU seconds, documents looked at one by one, and 1 if all leaves, alone and together, end right.
"""

import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.select import cut, layout_of, survey
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.supply.bins import Rows
from corpusmill.operators.mix.supply.histograms import Histogram, histogram
from corpusmill.operators.mix.supply.leaves import Lanes, LeafTable
from corpusmill.operators.mix.supply.levels import Bins

UNIT = 250_000
SIDE = 1000
LEVELS = (Level(columns=("domain", "language")),)
FEWEST = 3  # documents of a leaf


@dataclass
class Generated:
    """Units made anew each time they are read; a tenth of what is over FEWEST a leaf is in the first leaf."""

    leaves: int
    documents_in_all: int
    looked_at: int = field(default=0)

    def units(self) -> Iterator[Rows]:
        """All documents."""
        for first in range(0, self.documents_in_all, UNIT):
            rng = np.random.default_rng([7, first])
            doc_id = np.arange(first, min(first + UNIT, self.documents_in_all))
            drawn = (self.leaves * rng.random(len(doc_id)) ** 6).astype(np.int32)
            yield Rows(
                lane=np.where(doc_id < FEWEST * self.leaves, doc_id % self.leaves, drawn).astype(np.int32),
                u=rng.integers(0, 2**64, len(doc_id), dtype=np.uint64),
                doc_id=doc_id,
                tokens=np.clip(rng.lognormal(6, 1, len(doc_id)).astype(np.int64), 8, 50_000),
            )

    def histograms(self, bins: Bins) -> Iterable[Histogram]:
        """One a unit."""
        return (histogram(bins, rows) for rows in self.units())

    def documents(self, bins: Bins, bins_of_interest: np.ndarray) -> Iterable[Rows]:
        """Those of each unit that are looked at."""
        for rows in self.units():
            found = bins.refine(bins_of_interest, rows)
            self.looked_at += len(found)
            yield found

    def supply(self) -> LeafTable:
        """What there is of each leaf."""
        documents, tokens, largest = (np.zeros(self.leaves, np.int64) for _ in range(3))
        for rows in self.units():
            documents += np.bincount(rows.lane, minlength=self.leaves)
            tokens += np.bincount(rows.lane, weights=rows.tokens, minlength=self.leaves).astype(np.int64)
            np.maximum.at(largest, rows.lane, rows.tokens)
        number = np.arange(self.leaves)
        return LeafTable(
            columns=("domain", "language"),
            values=tuple(tuple(f"{letter}{i:06}" for i in range(SIDE)) for letter in "dl"),
            codes=np.stack([number // SIDE, number % SIDE], axis=1).astype(np.int32),
            lanes=Lanes(
                leaf=number.astype(np.int32),
                parts=np.full(self.leaves, 64, np.int32),
                documents=documents,
                tokens=tokens,
                largest=largest,
            ),
        )


def selected(leaves: int, documents: int) -> None:
    """Select half of all tokens in this process."""
    start = time.process_time()
    units = Generated(leaves, documents)
    made = plan(units.supply(), MixSpec(levels=LEVELS, budget=Budget(multiple=0.5)))
    line = survey(made, units.histograms(Bins.of(layout_of(made))))
    found = cut(made, line, units, shards=1000)
    longest = made.leaves.largest
    room = np.where(made.stops + longest / 2 > made.caps, longest, longest / 2)  # at a cap the boundary below counts
    sound = (np.abs(found.taken - found.aims) <= room).all()
    sound = sound and abs(int(found.taken.sum()) - made.phases[0].tokens) <= longest.max() / 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(peak, time.process_time() - start, units.looked_at, int(sound))


if __name__ == "__main__":
    selected(int(sys.argv[1]), int(sys.argv[2]))
