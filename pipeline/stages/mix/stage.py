"""Mix: how many tokens of each leaf, and which documents these are. Only token counts and draws are read, no text.

Light passes over the tokenized units: count the leaves; histogram the draws; where bins still hold many documents,
histogram inside those that are cut; look at the few documents around each cut, again where a window binds
(operators.mix.select.windows). The result is `mix/FINGERPRINT/plan.json`, to review, and
`cuts.npz`, which `select` works from.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.errors import SpecError, StageFailed
from corpusmill.operators.mix.cuts.cuts import Cuts
from corpusmill.operators.mix.cuts.cuts_file import from_npz, to_npz
from corpusmill.operators.mix.plan.explain import named, without_documents
from corpusmill.operators.mix.plan.plan import MixPlan, plan
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.select.select import aligned, cut, layout_of, survey
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.levels import Bins
from corpusmill.pipeline.config.sections.mixing import mix_of, validation_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.preflight.column_origins import null_axis
from corpusmill.pipeline.stages.mix.given_plan import given_plan, reviewed
from corpusmill.pipeline.stages.mix.grouped import Read, read_groups
from corpusmill.pipeline.stages.mix.near_cuts import UnitQueries
from corpusmill.pipeline.stages.mix.supply import counted, supply_name, tokens_a_unit
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize import axes_unit
from corpusmill.pipeline.stages.tokenize.stage import AxesResult, TokenizeStage, axes, finished_axes, last_units

VERSION = 6
CUTS = "cuts.npz"  # written last: where it is, the mix is done
NULL = ("",)  # all values there are of a leaf column that is null for every document
KEPT = "tokenized data is kept. Fix `mix` and run again; `corpusmill mix plan JOB` shows the result in seconds"
SHARD_TOKENS = 100_000_000  # a guess: 400 MB before compression


@dataclass(frozen=True)
class Planned:
    """The plan, the name under which it and its cuts lie in the workspace, and that of the counts it rests on."""

    fingerprint: str
    supply: str
    plan: MixPlan
    without: str  # the leaves that it takes from and that got no document, in words
    shards: int
    ran: int

    def remarks(self) -> Iterator[str]:
        """What a person should know of the mix that stops nothing."""
        yield from (f"mix: {name}" for name in self.plan.unmatched)
        for axis, values in zip(self.plan.leaves.columns, self.plan.leaves.values, strict=True):
            if values == NULL:
                yield null_axis(axis)
        if self.without:
            yield f"mix: planned, no document taken: {self.without}"

    def to_json(self) -> bytes:
        return to_json(self.plan)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be planned of tokenized units. given: the content of a plan that is taken as it is.

    shards: of the output; None: as many as shard_tokens (None: SHARD_TOKENS) asks for. decides: what changes with all
    of this.
    """

    mix: MixSpec
    given: str | None
    shards: int | None
    shard_tokens: int | None
    decides: Any

    def fingerprint(self, units: Iterable[str]) -> str:
        """Changes with whatever decides the plan of these tokenized units."""
        return digest(VERSION, sorted(units), self.decides, self.given, self.shards, self.shard_tokens)

    def shard_count(self, planned: MixPlan, tokens_each: float) -> int:
        """As the job says, or as many as its shard_tokens asks for, at least one a phase.

        tokens_each: tokens for each one of what the plan counts, on average.
        """
        wanted = math.ceil(int(planned.taken.sum()) * tokens_each / (self.shard_tokens or SHARD_TOKENS))
        return self.shards or max(wanted, len(planned.phases))


@dataclass(frozen=True)
class Mixed:
    """The units that hold what a mix reads of the tokenized documents, and the plan over them."""

    axes: AxesResult
    planned: Planned


class MixStage(Stage[Mixed]):
    """Plans the mix: one axes unit a tokenized unit, then one plan over all."""

    name = "mix"
    folders = (axes_unit.STAGE, "groups", "leaves", "mix")

    def look(self, state: State) -> Status[Mixed]:
        drawn = finished_axes(state.spec, state.workspace, state.of(TokenizeStage).counts)
        planned = None if drawn is None else finished_plan(training(state.spec), state.workspace, drawn.counts)
        return Status(outcome=None if drawn is None or planned is None else Mixed(drawn, planned))

    def run(self, run: Run, state: State) -> Mixed:
        drawn = axes(run, state.of(TokenizeStage))
        try:
            return Mixed(drawn, mix(run, drawn, training(run.spec)))
        except SpecError as e:
            raise StageFailed(f"mix: {e}\n{KEPT}") from e

    def ran(self, outcome: Mixed) -> Mapping[str, int]:
        return {self.name: outcome.axes.ran + outcome.planned.ran}

    def remarks(self, outcome: Mixed) -> Iterator[str]:
        return outcome.planned.remarks()

    def remembers(self, outcome: Mixed) -> Mapping[str, Iterable[str | int]]:
        return {"names": [outcome.planned.fingerprint, outcome.planned.supply, *outcome.axes.rests_on()]}

    def begun(self, state: State) -> set[str]:
        return {*last_units(state.workspace)}


def training(spec: JobSpec) -> Request:
    """The mix of the job. SpecError lists what it finds wrong."""
    told = spec.mix.model_dump(mode="json")
    return Request(
        mix=mix_of(spec.mix),
        given=given_plan(spec.mix),
        shards=spec.output_shards,
        shard_tokens=spec.shard_tokens,
        decides=told,
    )


def validation(spec: JobSpec) -> Request:
    """What the job holds out."""
    mix = validation_of(spec.mix)
    decides = ["validation", mix.columns(), mix.held_out, mix.seed]
    return Request(mix=mix, given=None, shards=None, shard_tokens=spec.shard_tokens, decides=decides)


def finished_plan(request: Request, workspace: Store, units: Iterable[str]) -> Planned | None:
    """The plan of these tokenized units; None when there is none yet."""
    units = sorted(units)
    fingerprint = request.fingerprint(units)
    if not workspace.exists(f"mix/{fingerprint}/{CUTS}"):
        return None
    there = load_cuts(workspace, fingerprint)
    named, without = supply_name(units, request.mix), leaves_without_documents(there.plan, there.cuts)
    return Planned(fingerprint, named, there.plan, without, there.total_shards, ran=0)


def mix(run: Run, tokenized: Result, request: Request) -> Planned:
    """Plan, unless the same plan is there. SpecError and Infeasible say what in the job's mix cannot be had."""
    units = sorted(tokenized.counts)
    if (there := finished_plan(request, run.workspace, units)) is not None:
        return there
    spec, given = request.mix, request.given
    fingerprint = request.fingerprint(units)
    folder = f"mix/{fingerprint}"
    if given is not None:
        run.display.line(
            f"mix: {run.spec.mix.plan} is taken as it is, sha256 {hashlib.sha256(given.encode()).hexdigest()}"
        )
    documents = sum(int(c["documents"]) for c in tokenized.counts.values())
    with run.display.stage("mix", 3) as bar:

        def passes(name: str, read: Read) -> Iterator[pa.Table]:
            yield from read_groups(run, name, units, read, documents=documents, decides=fingerprint)
            bar.total = max(
                bar.total, bar.done + 1
            )  # bins refined, or a window planned again: more than the usual three
            bar.advance()

        counts = counted(run.workspace, units, spec, lambda read: passes("count", read))
        leaves = LeafTable.of(counts, spec.columns())
        planned = plan(leaves, spec) if given is None else reviewed(given, leaves, spec)
        shards, asked = request.shard_count(planned, tokens_a_unit(counts)), UnitQueries(planned, passes)
        line = survey(planned, asked.histograms(Bins.of(layout_of(planned))))

        def cut_by(planned: MixPlan) -> Cuts:
            return cut(planned, line, asked, shards=shards)

        planned, found = (planned, cut_by(planned)) if given is not None else aligned(planned, spec, cut_by)
    run.lease.check()
    run.workspace.publish(f"{folder}/plan.json", to_json(planned))
    faultpoint.reached("mix.manifest")
    run.workspace.publish(f"{folder}/{CUTS}", to_npz(found))
    named, without = supply_name(units, spec), leaves_without_documents(planned, found)
    return Planned(fingerprint, named, planned, without, shards, ran=1)


def leaves_without_documents(planned: MixPlan, found: Cuts) -> str:
    """The leaves that are planned and got no document, counted and the first ones named; "" where there are none."""
    none = without_documents(planned, found.taken)
    return f"{len(none):,} of {len(planned.leaves):,} leaves: {named(planned, none)}" if len(none) else ""


@dataclass(frozen=True)
class Selection:
    """All that a unit needs to select its documents."""

    plan: MixPlan
    cuts: Cuts

    @property
    def total_shards(self) -> int:
        return sum(self.cuts.shards)


def load_cuts(workspace: Store, fingerprint: str) -> Selection:
    """The selection of a mix that is there."""
    folder = f"mix/{fingerprint}"
    return Selection(from_json(workspace.read(f"{folder}/plan.json")), from_npz(workspace.read(f"{folder}/{CUTS}")))
