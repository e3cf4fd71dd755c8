"""Counts the documents that left a unit: by domain and language, and by rule."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel_of_stages import BY_LANGUAGE
from corpusmill.pipeline.steps.chain import Dropped, reason_word


def most_common(reasons: Mapping[tuple[str, ...], int]) -> str | None:
    """The reason of most, the first by name among equals; None when there is none."""
    return min(reasons, key=lambda words: (-reasons[words], words))[-1] if reasons else None


def count_losses(kind: str, table: pa.Table, source: str, fixed: Mapping[str, str], tally: Tally) -> None:
    """Documents that left, under their source, domain and language; "" where nobody knows it (yet)."""
    words = [values_of(name, table, fixed) for name in ("domain", "language")]
    grouped = pa.table(words, names=["domain", "language"]).group_by(["domain", "language"])
    for row in grouped.aggregate([([], "count_all")]).to_pylist():
        tally.add("gone", kind, source, row["domain"], row["language"], by=row["count_all"])


def count_rules(dropped: Dropped, fixed: Mapping[str, str], tally: Tally) -> None:
    """Documents that left, under their language, the step and its reason."""
    words = [values_of("language", dropped.table, fixed), reason_word(dropped.reasons)]
    grouped = pa.table(words, names=["language", "reason"]).group_by(["language", "reason"])
    for row in grouped.aggregate([([], "count_all")]).to_pylist():
        tally.add(BY_LANGUAGE, dropped.kind, row["language"], dropped.step, row["reason"], by=row["count_all"])


def values_of(name: str, table: pa.Table, fixed: Mapping[str, str]) -> pa.Array | pa.ChunkedArray:
    """A column of words, "" where nobody knows it (yet)."""
    if name in fixed or name not in table.column_names:
        return pa.repeat(pa.scalar(fixed.get(name, "")), table.num_rows)
    return pc.fill_null(table[name].cast(pa.string()), "")
