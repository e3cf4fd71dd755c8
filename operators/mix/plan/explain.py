"""A plan as a table a person reads: what there is, what is taken, how often, and what kept a leaf from more."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import may_fall_short

EMPTY = "-"  # where no document has a value of a column
NAMED = 8  # leaves, in a sentence
SHOWN = 60  # leaves; a longer plan ends with one line about the rest


def table(plan: MixPlan) -> pa.Table:
    """One row a leaf, in the order of the plan: the leaf's columns, documents, available_tokens, target_tokens, share,
    epochs, effective_tokens, stopped_by, and per phase `share_NAME`, its share of that phase. In a mix that is counted
    in another unit its name stands in place of tokens, as in target_rows.
    """
    leaves = plan.leaves
    columns: dict[str, pa.Array] = {}
    for i, name in enumerate(leaves.columns):
        columns[name] = pa.DictionaryArray.from_arrays(
            pa.array(leaves.codes[:, i], pa.int32()), pa.array(leaves.values[i], pa.string())
        ).cast(pa.string())
    columns["documents"] = pa.array(leaves.documents)
    columns[f"available_{plan.unit}"] = pa.array(leaves.tokens)
    columns[f"target_{plan.unit}"] = pa.array(plan.taken)
    columns["share"] = pa.array(plan.taken / max(int(plan.taken.sum()), 1))
    columns["epochs"] = pa.array(plan.epochs)
    columns[f"effective_{plan.unit}"] = pa.array(plan.effective)
    columns["stopped_by"] = pa.array([_stopped(plan, column) for column in plan.stopped.T.tolist()], pa.string())
    for phase, row in zip(plan.phases, plan.targets, strict=True):
        columns[f"share_{phase.name}"] = pa.array(row / max(phase.tokens, 1))
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def explain(plan: MixPlan, shown: int = SHOWN) -> str:
    """The plan in words: its phases, its leaves by falling target, and what the whole amounts to."""
    leaves, unit = plan.leaves, plan.unit.words
    found = table(plan)
    order = sorted(range(len(leaves)), key=lambda i: (-int(plan.taken[i]), i))[:shown]
    several = len(plan.phases) > 1
    head = ["leaf", "documents", "available", "target", "share"]
    head += [p.name for p in plan.phases] if several else []
    rows = [[*head, "epochs", "worth", "stopped by"]]
    for i in order:
        row = {name: found.column(name)[i].as_py() for name in found.column_names}
        cells = [
            "/".join(value or EMPTY for value in leaves.key(i)),
            *(f"{row[n]:,}" for n in ("documents", f"available_{plan.unit}", f"target_{plan.unit}")),
        ]
        cells += [_percent(row["share"])]
        cells += [_percent(row[f"share_{p.name}"]) for p in plan.phases] if several else []
        rows.append([*cells, f"{row['epochs']:.2f}", f"{row[f'effective_{plan.unit}']:,.0f}", row["stopped_by"]])
    lines = [f"phase {p.name}: {p.tokens:,} {unit}" for p in plan.phases] if several else []
    lines += _aligned(rows)
    if len(leaves) > shown:
        lines.append(f"... and {len(leaves) - shown:,} leaves more")
    taken, supply = int(plan.taken.sum()), int(leaves.tokens.sum())
    lines.append(
        f"{taken:,} {unit} of {supply:,} in {len(leaves):,} leaves: {taken / max(supply, 1):.2f} epochs on average, "
        f"worth {plan.effective.sum():,.0f} new {unit}"
    )
    return "\n".join([*lines, *_lacking(plan), *_short(plan), *(f"unmatched: {u}" for u in plan.unmatched)]) + "\n"


def without_documents(plan: MixPlan, taken: np.ndarray) -> np.ndarray:
    """Numbers of the leaves that the plan takes from and that got no document, largest target first.

    taken: (phases, leaves), tokens as they were selected.
    """
    found = np.flatnonzero((plan.taken > 0) & (taken.sum(axis=0) == 0))
    return found[np.argsort(-plan.taken[found], kind="stable")]


def named(plan: MixPlan, found: np.ndarray, shown: int = NAMED) -> str:
    """Some leaves by their values, the first ones, and how many more there are. found: numbers of leaves."""
    names = ["/".join(value or EMPTY for value in plan.leaves.key(leaf)) for leaf in found[:shown].tolist()]
    return ", ".join(names) + (f" and {len(found) - shown:,} more" if len(found) > shown else "")


def _short(plan: MixPlan) -> list[str]:
    """Leaves that may end without a document: they are taken whole, and these aim at less than one as theirs are."""
    leaves = plan.leaves
    little = (2 * plan.taken < leaves.largest) & (plan.taken * leaves.documents < leaves.tokens)
    found = np.flatnonzero((plan.taken > 0) & little)
    if not len(found):
        return []
    one = len(found) == 1
    what = "leaf aims at less than half of its" if one else "leaves aim at less than half of their"
    return [f"{len(found):,} {what} longest document and may get none: {named(plan, found)}"]


def _lacking(plan: MixPlan) -> list[str]:
    """What caps that lie inside documents may keep the total from, if no other leaf has room for it."""
    short = may_fall_short(plan)[-1]
    lost = int(plan.leaves.largest[short].sum())
    room = int((plan.caps - plan.taken)[~short & (plan.taken > 0)].sum())
    if lost <= room:
        return []
    leaves, unit = f"{int(short.sum()):,} leaves end below caps that lie inside documents", plan.unit.words
    return [f"{leaves}: up to {lost - room:,} {unit} may lack; whole max_epochs or a smaller budget would do"]


def _stopped(plan: MixPlan, phases: list[int]) -> str:
    return "; ".join(dict.fromkeys(plan.reasons[k] for k in phases if k))


def _percent(share: float) -> str:
    return f"{share:.2%}" if share == 0 or share >= 1e-4 else f"{share:.1e}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    text = {0, len(widths) - 1}
    return [
        "  ".join(
            c.ljust(w) if i in text else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
