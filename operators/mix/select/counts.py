"""What one unit tells of its documents: how many, how many tokens, by leaf. The sum over all units is the supply."""

from enum import StrEnum

import numpy as np
import pyarrow as pa

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.select.position import held_out
from corpusmill.operators.mix.spec.spec import MixSpec, Multiplier
from corpusmill.operators.mix.spec.unit import TOKENS, Unit
from corpusmill.operators.mix.supply.leaves import MOST_PARTS, PARTS, LeafTable, filled

HELD_U = "held_u"  # `position.held_positions`, uint64


def count(rows: pa.Table, spec: MixSpec) -> pa.Table:
    """The unit's leaves: the mix's columns (strings), multiplier_64, documents, tokens, largest; in no set order.

    Tokens, and the largest document, are in the unit of the mix; where that is another one, n_tokens counts tokens.

    rows: one a document, with `n_tokens` and `columns_read`. Documents that are held out (for a validation mix: those
    that are not), or have multiplier 0 or no tokens, do not count. Give `LeafTable.of` the concatenation of all units.
    """
    parts = multiplier_64(rows, spec.multiplier)
    tokens = spec.unit.sizes(rows)
    counts = (parts > 0) & (tokens > 0) & ~_apart(rows, spec)
    names = spec.columns()
    measured = {"tokens": pa.array(tokens)}
    sums = {"documents": ("tokens", "count"), "tokens": ("tokens", "sum"), "largest": ("tokens", "max")}
    if spec.unit is not Unit.TOKENS:
        measured[TOKENS] = rows.column(TOKENS).cast(pa.int64())
        sums[TOKENS] = (TOKENS, "sum")
    keys = [*names, "multiplier_64"]
    table = pa.Table.from_arrays(
        [*(filled(rows.column(c)) for c in names), pa.array(parts), *measured.values()], names=[*keys, *measured]
    ).filter(pa.array(counts))
    found = table.group_by(keys).aggregate(list(sums.values()))
    return found.select([*keys, *("_".join(each) for each in sums.values())]).rename_columns([*keys, *sums])


def multiplier_64(rows: pa.Table, multiplier: Multiplier | None) -> np.ndarray:
    """Each row's multiplier in 64ths, rounded, int32; 64 (once) where there is no multiplier or the column is null."""
    if multiplier is None:
        return np.full(rows.num_rows, PARTS, np.int32)
    try:
        values = rows.column(multiplier.column).cast(pa.float64()).fill_null(pa.scalar(1.0)).to_numpy()
    except pa.ArrowInvalid as e:  # a column that is an axis too is kept as text
        raise SpecError(f"mix.multiplier reads {multiplier.column!r}: expected numbers: {e}") from e
    if multiplier.steps:
        starts, times = np.array([(0.0, 0.0), *multiplier.steps]).T
        values = times[np.searchsorted(starts[1:], values, side="right")]
    bad = ~(np.isfinite(values) & (values >= 0) & (values * PARTS < MOST_PARTS))
    if bad.any():
        raise SpecError(
            f"mix.multiplier reads {multiplier.column!r}: expected numbers in [0, {MOST_PARTS // PARTS}), found "
            f"{float(values[bad][0])!r} in {int(bad.sum()):,} of {len(bad):,} documents; give it `steps`, or drop these"
        )
    return np.rint(values * PARTS).astype(np.int32)


def lanes_of(rows: pa.Table, leaves: LeafTable, spec: MixSpec | MixPlan) -> np.ndarray:
    """The lane of each row, int32; -1 for those that `count` leaves out, and for those whose leaf is not there."""
    lane = leaves.lane_of(leaves.leaf_of(rows), multiplier_64(rows, spec.multiplier))
    out = _apart(rows, spec) | (spec.unit.sizes(rows) <= 0)
    return np.where(out, np.int32(-1), lane)


class ExclusionReason(StrEnum):
    """Why a document that is there takes no part in a mix, the first reason that holds."""

    EMPTY = "no tokens"
    UNSUPERVISED = "no supervised tokens"  # where the mix counts these
    HELD = "held out"
    NOT_HELD = "not held out"  # where the mix is that of validation
    TIMES_0 = "multiplier 0"
    LEAF = "leaf left out"  # by weight, min_tokens, or a target of 0
    NOT_DRAWN = "not drawn"  # others of its leaf were


def excluded_rows(rows: pa.Table, plan: MixPlan, copies: np.ndarray) -> dict[ExclusionReason, np.ndarray]:
    """The rows of a unit that are not in the mix, by reason, as booleans; each is in one. copies: taken of each row."""
    rest = copies == 0
    leaf = plan.leaves.leaf_of(rows)
    aimed = np.concatenate([plan.taken > 0, [False]])[leaf]
    masks = {
        ExclusionReason.EMPTY: rows.column(TOKENS).to_numpy() <= 0,
        **({ExclusionReason.UNSUPERVISED: plan.unit.sizes(rows) <= 0} if plan.unit is Unit.SUPERVISED_TOKENS else {}),
        ExclusionReason.NOT_HELD if plan.validation else ExclusionReason.HELD: _apart(rows, plan),
        ExclusionReason.TIMES_0: multiplier_64(rows, plan.multiplier) == 0,
        ExclusionReason.LEAF: ~aimed,
        ExclusionReason.NOT_DRAWN: rest,
    }
    found = {}
    for reason, mask in masks.items():
        found[reason] = rest & mask
        rest = rest & ~mask
    return found


def columns_read(spec: MixSpec | MixPlan) -> tuple[str, ...]:
    """What a mix reads of each document beside `doc_id`, `u` and `n_tokens`."""
    leaf = spec.leaves.columns if isinstance(spec, MixPlan) else spec.columns()
    times = (spec.multiplier.column,) if spec.multiplier else ()
    sizes = [name for name in spec.unit.columns if name != TOKENS]
    return (*leaf, *times, *((HELD_U,) if spec.held_out else ()), *sizes)


def _apart(rows: pa.Table, spec: MixSpec | MixPlan) -> np.ndarray:
    """Rows that take no part: those held out; for a validation mix all others."""
    if not spec.held_out:
        return np.full(rows.num_rows, spec.validation)
    held = held_out(rows.column(HELD_U).to_numpy(), spec.held_out)
    return ~held if spec.validation else held
