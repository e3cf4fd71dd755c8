"""Counts what each rule removed: first, alone, and how many documents broke it that came so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Ruled, Threshold
from corpusmill.operators.batch import Batch
from corpusmill.pipeline.config.build.documents import numbered
from corpusmill.pipeline.steps.chain import Chain, reason_word

COUNTED = ("documents", "bytes", "alone_documents", "alone_bytes", "broken_documents")
RULES = pa.schema(
    {
        "axis": pa.string(),
        "value": pa.string(),
        "step_number": pa.int16(),
        "step": pa.string(),
        "reason": pa.string(),
        **dict.fromkeys(COUNTED, pa.int64()),
    }
)
KEYS = RULES.names[:5]


@dataclass(frozen=True)
class Judged:
    """What a decision says of documents it dropped. first: the reason of each, by number in `reasons`.

    alone: the column whose bound is the only one a document breaks, "" where there are several or none; broken: bool
    [documents, reasons], null where the decision does not show its rules.
    """

    reasons: Sequence[str]
    first: np.ndarray
    broken: np.ndarray | None
    columns: Mapping[str, str]

    @property
    def rules_broken(self) -> np.ndarray:
        """How many rules each document breaks: int64; 0 where the decision does not show them."""
        return np.zeros(len(self.first), np.int64) if self.broken is None else self.broken.sum(axis=1)

    def alone(self) -> np.ndarray:
        """The number in `reasons` of the only rule a document breaks; -1 for none or several."""
        if self.broken is None:
            return np.full(len(self.first), -1)
        return np.where(self.broken.sum(axis=1) == 1, self.broken.argmax(axis=1), -1)


def step_names(chain: Chain) -> list[str]:
    """The steps of a chain by number, as overrides call them."""
    return numbered([name for name, _ in chain.steps])


def thresholds(chain: Chain) -> dict[int, Sequence[Threshold]]:
    """The bounds of each decision that shows them, by the number of its step."""
    return {n: op.thresholds() for n, _, op in chain.numbered(0, None) if isinstance(op, Ruled)}


def judged(decision: object, table: pa.Table, reasons: pa.Array) -> Judged:
    """Look again at documents that a decision dropped. reasons: those it gave."""
    if isinstance(decision, Ruled):
        broken = decision.broken(Batch(table))
        masks = np.stack([mask for _, mask in broken], axis=1)
        columns = {t.reason: t.column for t in decision.thresholds()}
        return Judged([reason for reason, _ in broken], masks.argmax(axis=1), masks, columns)
    words = reason_word(reasons).dictionary_encode()
    return Judged(words.dictionary.to_pylist(), words.indices.to_numpy(), None, {})


def rule_counts(found: Judged, groups: np.ndarray, names: Sequence[str], sizes: np.ndarray) -> pa.Table:
    """Columns of RULES less axis, step and its number: counts by group and reason."""
    many, rules = len(names), len(found.reasons)
    cell = groups * rules + found.first
    counts = {
        "documents": np.bincount(cell, minlength=many * rules),
        "bytes": np.bincount(cell, weights=sizes, minlength=many * rules),
    }
    alone = found.alone()
    single = alone >= 0
    cell = groups[single] * rules + alone[single]
    counts["alone_documents"] = np.bincount(cell, minlength=many * rules)
    counts["alone_bytes"] = np.bincount(cell, weights=sizes[single], minlength=many * rules)
    if found.broken is None:
        counts["broken_documents"] = counts["documents"]
    else:
        document, rule = np.nonzero(found.broken)
        counts["broken_documents"] = np.bincount(groups[document] * rules + rule, minlength=many * rules)
    told = {
        "value": np.repeat(np.array(names, object), rules),
        "reason": np.tile(np.array(found.reasons, object), many),
    }
    table = pa.table({**told, **{name: values.astype(np.int64) for name, values in counts.items()}})
    return table.filter(pc.greater(table["broken_documents"], 0))


def placed(counts: pa.Table, axis: str, number: int, step: str) -> pa.Table:
    """The same counts with all columns of RULES."""
    fixed = {"axis": axis, "step_number": number, "step": step}
    columns = [
        counts[f.name] if f.name not in fixed else pa.repeat(pa.scalar(fixed[f.name], f.type), counts.num_rows)
        for f in RULES
    ]
    return pa.table(columns, schema=RULES)


def added(tables: Sequence[pa.Table]) -> pa.Table:
    """Counts added up, sorted."""
    whole = pa.concat_tables([RULES.empty_table(), *tables])
    sums = whole.group_by(KEYS, use_threads=False).aggregate([(name, "sum") for name in COUNTED])
    sums = sums.rename_columns({f"{name}_sum": name for name in COUNTED}).select(RULES.names)
    return sums.sort_by([(key, "ascending") for key in KEYS]).cast(RULES)


def under(counts: pa.Table, axis: str, value: str) -> pa.Table:
    """The same counts, all groups together, as one group of another axis."""
    table = counts.set_column(0, "axis", pa.repeat(pa.scalar(axis), counts.num_rows))
    return added([table.set_column(1, "value", pa.repeat(pa.scalar(value), counts.num_rows))])
