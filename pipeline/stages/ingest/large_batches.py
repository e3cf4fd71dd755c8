"""Takes documents through the steps of a chain: pages as they come, their texts in larger batches.

Steps cost by the batch too, and a batch of pages has few and short texts (decision 116).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.pipeline.files.ids import slot_of
from corpusmill.pipeline.stages.ingest.reading import FileErrors
from corpusmill.pipeline.steps.chain import Chain, Outcome
from corpusmill.pipeline.workspace.shards import UnitFiles

LIGHT_ROWS, LIGHT_BYTES = 4096, 8 << 20  # documents without their pages that go through the further steps as one batch
Steps = Callable[[pa.Table], Outcome]


@dataclass
class LargeBatches:
    """Runs the steps. left: takes what left before the texts are gathered; ended: what came to the end, or left later.

    Where the steps fail, errors (`FileErrors`) takes the files whose documents they fail on; what else is in the batch
    is lost, for the unit fails in any case.
    """

    chain: Chain
    files: UnitFiles
    left: Callable[[Outcome], None]
    ended: Callable[[Outcome], None]
    _light: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cut = cut_of(self.chain)

    def take(self, documents: pa.Table, errors: FileErrors | None, *, at_once: bool) -> None:
        """Take one batch. at_once: through all steps, nothing waits."""
        chain, cut = self.chain, None if at_once else self._cut

        def first(table: pa.Table) -> Outcome:
            return chain.through(chain.started(Batch(table)), chain.begin, chain.end if cut is None else cut)

        outcome = self._outcome(first, documents, errors)
        if outcome is None:
            return
        if cut is None:
            self.ended(outcome)
        else:
            self.left(outcome)
            self._gather(outcome.kept.table, errors)

    def rest(self, errors: FileErrors | None) -> None:
        """Take what waits through the further steps."""
        light, self._light = self._light, []
        if light and self._cut is not None:
            cut, end = self._cut, self.chain.end
            found = self._outcome(lambda t: self.chain.through(Batch(t), cut, end), pa.concat_tables(light), errors)
            if found is not None:
                self.ended(found)

    def _gather(self, light: pa.Table, errors: FileErrors | None) -> None:
        """Put documents without their pages aside until they are enough."""
        if self._light and not self._light[0].schema.equals(light.schema):
            self.rest(errors)
        self._light.append(light)
        rows, size = (sum(getattr(table, what) for table in self._light) for what in ("num_rows", "nbytes"))
        if rows >= LIGHT_ROWS or size >= LIGHT_BYTES:
            self.rest(errors)

    def _outcome(self, steps: Steps, documents: pa.Table, errors: FileErrors | None) -> Outcome | None:
        """What comes of documents; null where the steps failed, and `errors` has the files on which they do."""
        try:
            return steps(documents)
        except Exception as e:
            if errors is None or not self.files.is_shared:
                raise
            self._find_files(steps, documents, e, errors)
            return None

    def _find_files(self, steps: Steps, documents: pa.Table, error: Exception, errors: FileErrors) -> None:
        """Take each file's documents through the steps alone; `error` is raised where none of them fails so."""
        slots, found = slot_of(documents["doc_id"].to_numpy()), False
        for shard in self.files.files:
            mine = slots == shard.slot
            if mine.any():
                try:
                    steps(documents.filter(pa.array(mine)))
                except Exception as e:
                    errors.add(shard, e)
                    found = True
        if not found:
            raise error


def cut_of(chain: Chain) -> int | None:
    """The step of a chain from which on its documents are gathered to larger batches; null where they are not."""
    light = chain.light_at()
    if light is None or light <= chain.begin:
        return None
    return light if any(True for _ in chain.numbered(light, chain.end)) else None
