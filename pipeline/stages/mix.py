"""Mix: how many tokens of each leaf, and which documents these are. Only token counts and draws are read, no text.

Three light passes over the tokenized units: count the leaves; histogram the draws; look at the few documents around
each cut. The result is `mix/FINGERPRINT/plan.json`, to review, and the cuts that `select` works from.
"""

import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cluster import faultpoint
from cluster.storage import Store
from operators.mix.bins import Histogram, Layout, Rows, cumulative, histogram, merged
from operators.mix.counts import count, lanes_of
from operators.mix.cuts import Cuts, cuts
from operators.mix.leaves import LeafTable
from operators.mix.plan import MixPlan, plan
from operators.mix.plan_json import from_json, to_json
from operators.mix.spec import MixSpec
from operators.mix.stretches import ends_of, refine, wanted_bins
from pipeline.identity import digest
from pipeline.mixing import mix_of
from pipeline.run import Run
from pipeline.stages.grouped import read_groups
from pipeline.stages.stage import Result

VERSION = 1
SHARD_TOKENS = 100_000_000  # a guess: 400 MB before compression


@dataclass(frozen=True)
class Planned:
    """The plan, its cuts, and the name under which both lie in the workspace."""

    fingerprint: str
    plan: MixPlan
    shards: int
    ran: int

    def to_json(self) -> bytes:
        return to_json(self.plan)


def mix(run: Run, tokenized: Result) -> Planned:
    """Plan, unless the same plan is there. SpecError and Infeasible say what in the job's mix cannot be had."""
    spec = mix_of(run.spec.mix)
    told = run.spec.mix.model_dump(mode="json")
    units = sorted(tokenized.counts)
    fingerprint = digest(VERSION, units, told, run.spec.output_shards, run.spec.shard_tokens)
    folder = f"mix/{fingerprint}"
    if run.workspace.exists(f"{folder}/cuts.pickle"):
        found = from_json(run.workspace.read(f"{folder}/plan.json"))
        return Planned(fingerprint, found, load_cuts(run.workspace, fingerprint).total_shards, ran=0)
    documents = sum(int(c["documents"]) for c in tokenized.counts.values())
    with run.display.stage("mix", 3) as bar:

        def passes(name: str, read: "Pass") -> list[pa.Table]:
            tables = read_groups(run, name, units, read, documents=documents, decides=fingerprint)
            bar.advance()
            return tables

        leaves = LeafTable.of(pa.concat_tables(passes("count", CountLeaves(spec))), spec.columns())
        planned = plan(leaves, spec)
        layout = Layout.of(leaves.lanes)
        tables = passes("histogram", Histograms(spec, leaves, layout))
        before = cumulative(layout, merged([_histogram(t) for t in tables]), leaves.lanes)
        ends = ends_of(planned, layout, before)
        wanted = wanted_bins(layout, ends)
        near = pa.concat_tables(passes("refine", NearCuts(spec, leaves, layout, wanted)))
        shards = shard_count(run, int(planned.taken.sum()))
        found = cuts(planned, layout, before, ends, _rows(near), shards=shards)
    run.lease.check()
    run.workspace.publish(f"{folder}/plan.json", to_json(planned))
    faultpoint.reached("mix.manifest")
    run.workspace.publish(f"{folder}/cuts.pickle", pickle.dumps(Selection(spec, leaves, found, shards)))
    return Planned(fingerprint, planned, shards, ran=1)


@dataclass(frozen=True)
class Selection:
    """All that a unit needs to select its documents."""

    spec: MixSpec
    leaves: LeafTable
    cuts: Cuts
    total_shards: int


def load_cuts(workspace: Store, fingerprint: str) -> Selection:
    return pickle.loads(workspace.read(f"mix/{fingerprint}/cuts.pickle"))


def shard_count(run: Run, tokens: int) -> int:
    """As the job says, or as many as its shard_tokens asks for."""
    return run.spec.output_shards or max(1, math.ceil(tokens / (run.spec.shard_tokens or SHARD_TOKENS)))


def light(workspace: Store, unit: str, spec: MixSpec) -> pa.Table:
    """The columns of a tokenized unit that decide its place in the mix, `row` counting its documents."""
    names = ["doc_id", "u", "n_tokens", *spec.columns()]
    names += [spec.multiplier.column] if spec.multiplier else []
    with workspace.open(f"tokens/{unit}.parquet") as f:
        return pq.read_table(f, columns=list(dict.fromkeys(names)))


def rows_of(table: pa.Table, leaves: LeafTable, spec: MixSpec) -> Rows:
    """A tokenized unit as selection sees it."""
    return Rows(
        lane=lanes_of(table, leaves, spec),
        u=table["u"].to_numpy(),
        doc_id=table["doc_id"].to_numpy(),
        tokens=table["n_tokens"].to_numpy().astype(np.int64),
    )


@dataclass(frozen=True)
class CountLeaves:
    spec: MixSpec

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        return pa.concat_tables([count(light(workspace, unit, self.spec), self.spec) for unit in units])


@dataclass(frozen=True)
class Histograms:
    spec: MixSpec
    leaves: LeafTable
    layout: Layout

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        tables = (light(workspace, unit, self.spec) for unit in units)
        found = merged([histogram(self.layout, rows_of(t, self.leaves, self.spec)) for t in tables])
        return pa.table({"bins": found.bins, "tokens": found.tokens})


@dataclass(frozen=True)
class NearCuts:
    spec: MixSpec
    leaves: LeafTable
    layout: Layout
    wanted: np.ndarray

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        out = []
        for unit in units:
            rows = refine(self.layout, self.wanted, rows_of(light(workspace, unit, self.spec), self.leaves, self.spec))
            out.append(pa.table({"lane": rows.lane, "u": rows.u, "doc_id": rows.doc_id, "tokens": rows.tokens}))
        return pa.concat_tables(out)


Pass = CountLeaves | Histograms | NearCuts


def _histogram(table: pa.Table) -> Histogram:
    return Histogram(bins=table["bins"].to_numpy(), tokens=table["tokens"].to_numpy())


def _rows(table: pa.Table) -> Rows:
    return Rows(**{name: table[name].to_numpy() for name in ("lane", "u", "doc_id", "tokens")})
