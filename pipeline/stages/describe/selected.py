"""Reads what is known of the documents of a unit that the mix selects, without their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.assign import assign
from corpusmill.operators.mix.select.counts import columns_read
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.profile.count import signals_of
from corpusmill.pipeline.stages.mix.supply import light
from corpusmill.pipeline.stages.pack.select_unit import selection
from corpusmill.pipeline.stages.tokenize.axes_unit import ALWAYS
from corpusmill.pipeline.stages.tokenize.stage import axes_units
from corpusmill.pipeline.stages.tokenize.unit import MadeOf

KNOWN = {  # what documents carry beside the leaf columns
    "source_id": pa.string(),
    "url": pa.string(),
    "fetched_at_utc": pa.timestamp("s", "UTC"),
}
SEPARATOR = " "  # in the name of what is read of a unit: no name of a unit has it


@dataclass(frozen=True, kw_only=True)
class Selected:
    """What is read of units. mix: fingerprint of the mix; licences: by source; numbers: signals too."""

    mix: str
    licences: Mapping[str, str]
    numbers: bool

    def of_unit(self, workspace: Store, unit: str) -> pa.Table:
        """One row for each document that is selected: doc_id, leaf columns, KNOWN, license, group, n_tokens, copies."""
        axes, ingested, source = unit.split(SEPARATOR)
        chosen = selection(workspace, self.mix)
        there = light(workspace, axes, [*columns_read(chosen.plan), *ALWAYS])
        copies = assign(chosen.cuts, rows_of(there, chosen.plan))
        times = np.bincount(copies["row"].to_numpy(), minlength=there.num_rows)
        taken = pa.array(np.flatnonzero(times))
        leaf = chosen.plan.leaves.leaf_of(there)
        groups = pa.array(["/".join(chosen.plan.leaves.key(i)) for i in range(len(chosen.plan.leaves))], pa.string())
        mine = there.take(taken)
        known = self._recorded(workspace, ingested, mine["doc_id"].combine_chunks())
        columns = {"doc_id": mine["doc_id"], **{name: mine[name] for name in ALWAYS}}
        columns |= {name: known[name] for name in known.column_names}
        columns["license"] = pa.repeat(pa.scalar(self.licences.get(source), pa.string()), len(taken))
        columns["group"] = groups.take(pa.array(leaf[taken.to_numpy()]))
        columns["n_tokens"] = mine["n_tokens"]
        columns["copies"] = pa.array(times[taken.to_numpy()].astype(np.int32))
        return pa.table(columns)

    def _recorded(self, workspace: Store, ingested: str, ids: pa.Array) -> pa.Table:
        with workspace.open(f"documents/{ingested}.parquet") as file:
            parquet = pq.ParquetFile(file)
            schema = parquet.schema_arrow
            numbers = [n for n in signals_of(schema) if n not in ALWAYS] if self.numbers else []
            names = [n for n in (*KNOWN, *numbers) if n in schema.names]
            table = parquet.read(["doc_id", *names])
        rows = pc.index_in(ids, value_set=table["doc_id"].combine_chunks())
        found = table.select(names).take(rows)
        for name, kind in KNOWN.items():
            if name not in names:
                found = found.append_column(name, pa.nulls(len(ids), kind))
        return found


def read_names(spec: JobSpec, tokenized: Mapping[str, MadeOf]) -> list[str]:
    """What `Selected.of_unit` takes, one an axes unit. tokenized: counts of the tokenized units, by name."""
    units = axes_units(spec, tokenized)
    return [SEPARATOR.join((u["name"], u["ingested"], u["source"])) for u in units]


def licences_of(spec: JobSpec) -> dict[str, str]:
    """The licence that the job states for each source that has one."""
    return {i.source: i.license for i in spec.inputs if i.license}


def groups_of_size(names: Sequence[str], documents: Sequence[int], most: int) -> list[list[str]]:
    """The names in order, in groups of at most `most` documents each, at least one name in each.

    >>> groups_of_size(["a", "b", "c"], [4, 5, 1], 6)
    [['a'], ['b', 'c']]
    """
    groups: list[list[str]] = []
    room = 0
    for name, count in zip(names, documents, strict=True):
        if not groups or count > room:
            groups.append([])
            room = most
        groups[-1].append(name)
        room -= count
    return groups
