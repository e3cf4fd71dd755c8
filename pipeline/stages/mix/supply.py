"""What there is to mix: documents and tokens of each leaf, counted once for the same documents and columns."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import NothingToMix
from corpusmill.operators.mix.select.counts import columns_read, count
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.unit import TOKENS, Unit
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table

VERSION = 2
AT_ONCE = 8  # tables of counts held at a time
SUMS = {"documents": "sum", "tokens": "sum", "largest": "max", TOKENS: "sum"}  # of the columns `count` gives


def supply_name(units: Sequence[str], spec: MixSpec) -> str:
    """The name of the counts of these tokenized units, for this mix and all others that count alike."""
    counted = () if spec.unit is Unit.TOKENS else (spec.unit.value,)
    decides = (spec.columns(), spec.held_out, repr(spec.multiplier), spec.validation)
    return digest(VERSION, sorted(units), *decides, *counted)


def supply(
    workspace: Store, units: Sequence[str], spec: MixSpec, passes: Callable[["CountLeaves"], Iterable[pa.Table]]
) -> LeafTable:
    """The leaves; see `counted`."""
    return LeafTable.of(counted(workspace, units, spec, passes), spec.columns())


def counted(
    workspace: Store, units: Sequence[str], spec: MixSpec, passes: Callable[["CountLeaves"], Iterable[pa.Table]]
) -> pa.Table:
    """Counts of all leaves, as `counts.count` has them, sorted by leaf.

    From the workspace where they were counted before; else `passes` counts all units in groups.
    """
    place = f"leaves/{supply_name(units, spec)}.parquet"
    try:
        return read_table(io.BytesIO(workspace.read(place)))
    except FileNotFoundError:
        found = summed(passes(CountLeaves(spec)))
        out = io.BytesIO()
        pq.write_table(found, out, compression="zstd")
        workspace.publish(place, out.getvalue())
        return found


def tokens_a_unit(counts: pa.Table) -> float:
    """How many tokens the mean document has for each one that it counts in the mix; 1 where the mix counts tokens."""
    if TOKENS not in counts.column_names:
        return 1.0
    tokens, sizes = (int(np.sum(counts[name].to_numpy())) for name in (TOKENS, "tokens"))
    return tokens / max(sizes, 1)


def summed(tables: Iterable[pa.Table]) -> pa.Table:
    """Counts of disjoint units as one, sorted by leaf. NothingToMix when there are none at all."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if len(held) == AT_ONCE:
            held = [_summed(held)]
    if not any(table.num_rows for table in held):
        raise NothingToMix(
            "there is nothing to mix: no document was kept; take a larger sample, "
            "look at `inspect dropped`, or at the inputs"
        )
    found = _summed(held)
    return found.sort_by([(key, "ascending") for key in found.column_names if key not in SUMS])


def _summed(tables: Sequence[pa.Table]) -> pa.Table:
    together = pa.concat_tables(tables)
    keys, counts = ([c for c in together.column_names if (c in SUMS) is of_counts] for of_counts in (False, True))
    found = together.group_by(keys).aggregate([(name, SUMS[name]) for name in counts])
    return found.select([*keys, *(f"{name}_{SUMS[name]}" for name in counts)]).rename_columns([*keys, *counts])


@dataclass(frozen=True)
class CountLeaves:
    """Documents and tokens by leaf."""

    spec: MixSpec

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        columns = columns_read(self.spec)
        return summed(count(light(workspace, unit, columns), self.spec) for unit in units)

    def add(self, tables: Iterable[pa.Table]) -> pa.Table:
        return summed(tables)


def light(workspace: Store, unit: str, columns: Sequence[str]) -> pa.Table:
    """The columns of an axes unit that decide its place in the mix."""
    with workspace.open(f"axes/{unit}.parquet") as f:
        return read_table(f, columns=list(dict.fromkeys(["doc_id", "u", TOKENS, *columns])))
