"""Gathers evidence so that a fault in it costs no document."""

from dataclasses import dataclass

from corpusmill.pipeline.evidence import cells, excerpts, rows, rules
from corpusmill.pipeline.evidence.gather import Gatherer
from corpusmill.pipeline.evidence.packed import pack
from corpusmill.pipeline.steps.chain import Outcome


@dataclass
class SafeGatherer:
    """Gathers evidence, and never costs a run: after a fault it gathers nothing more, and says what happened.

    fault: null as long as there was none.
    """

    gatherer: Gatherer
    fault: str | None = None

    def add(self, outcome: Outcome) -> None:
        """Take one batch."""
        if self.fault is None:
            try:
                self.gatherer.add(outcome)
            except Exception as e:  # the documents are written all the same
                self.fault = f"{type(e).__name__}: {e}"

    def packed(self) -> bytes:
        """All that was gathered; empty tables after a fault."""
        if self.fault is None:
            try:
                return self.gatherer.packed()
            except Exception as e:
                self.fault = f"{type(e).__name__}: {e}"
        return nothing()


def nothing() -> bytes:
    """The evidence of no documents."""
    tables = {"cells": cells.CELLS, "rules": rules.RULES, "rows": rows.FIXED, "rates": rows.RATES}
    empty = {name: schema.empty_table() for name, schema in tables.items()}
    return pack({**empty, "excerpts": excerpts.EXCERPTS.empty_table()})
