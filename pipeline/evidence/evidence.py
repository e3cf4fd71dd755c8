"""Reads the evidence of a finished run."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.evidence.cells import State, totals
from corpusmill.pipeline.evidence.histogram import NOTHING, Amount, Histogram, histogram
from corpusmill.pipeline.evidence.merge import address
from corpusmill.pipeline.evidence.packed import unpack


@dataclass(frozen=True)
class Evidence:
    """What ingest gathered of all documents. name: changes with whatever decides it.

    cells, rules, rows, rates, excerpts: tables with the columns of the modules of these names.
    """

    name: str
    cells: pa.Table
    rules: pa.Table
    rows: pa.Table
    rates: pa.Table
    excerpts: pa.Table

    @cached_property
    def columns(self) -> list[str]:
        """The signals, sorted."""
        return sorted(pc.unique(self.cells["column"]).to_pylist())

    def groups(self, axis: str) -> dict[str, Amount]:
        """Kept documents and bytes by the values of an axis, most documents first."""
        found = sorted(self._kept[axis].items(), key=lambda item: (-item[1].documents, item[0]))
        return dict(found)

    def kept(self, language: str) -> Amount:
        """Documents of a language that every step kept."""
        return self._kept["language"].get(language, NOTHING)

    def dropped(self, language: str, step_number: int) -> Amount:
        """Documents of a language that a step dropped."""
        return self._dropped.get((language, step_number), NOTHING)

    @property
    def dropped_documents(self) -> int:
        """Documents that any step dropped, or that it could not extract."""
        return int(sum(amount.documents for amount in self._dropped.values()))

    @cached_property
    def _kept(self) -> dict[str, dict[str, Amount]]:
        """Every signal counts every kept document, those without a value too: the largest sum is all of them."""
        found: dict[str, dict[str, Amount]] = {"language": {}, "source": {}}
        one = self.cells.filter(pc.equal(self.cells["state"], State.KEPT.value))
        for row in totals(one).to_pylist():
            groups, amount = found[row["axis"]], Amount(row["documents"], row["bytes"])
            before = groups.get(row["value"], NOTHING)
            groups[row["value"]] = Amount(
                max(before.documents, amount.documents), max(before.size_bytes, amount.size_bytes)
            )
        return found

    @cached_property
    def _dropped(self) -> dict[tuple[str, int], Amount]:
        one = self.rules.filter(pc.equal(self.rules["axis"], "language"))
        sums = one.group_by(["value", "step_number"], use_threads=False)
        rows = sums.aggregate([("documents", "sum"), ("bytes", "sum")]).to_pylist()
        return {(r["value"], r["step_number"]): Amount(r["documents_sum"], r["bytes_sum"]) for r in rows}

    def histogram(self, column: str, axis: str = "language", value: str | None = None) -> Histogram:
        """The histogram of a signal; value: null for all documents."""
        return histogram(self.cells, column, axis, value)


def of_name(workspace: Store, name: str) -> Evidence:
    """The evidence of that name."""
    return Evidence(name=name, **unpack(workspace.read(address(name))))
