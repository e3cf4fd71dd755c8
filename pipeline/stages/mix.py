"""Mix: how many tokens of each leaf, and which documents these are. Only token counts and draws are read, no text.

Light passes over the tokenized units: count the leaves; histogram the draws; where bins still hold many documents,
histogram inside those that are cut; look at the few documents around each cut, again where a window binds
(operators.mix.windows). The result is `mix/FINGERPRINT/plan.json`, to review, and
`cuts.npz`, which `select` works from.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from cluster import faultpoint
from cluster.storage import Store
from operators.mix.cuts import Cuts
from operators.mix.cuts_file import from_npz, to_npz
from operators.mix.levels import Bins
from operators.mix.plan import MixPlan, plan
from operators.mix.plan_json import from_json, to_json
from operators.mix.select import cut, layout_of, settled, survey
from pipeline.given_plan import given_plan, reviewed
from pipeline.identity import digest
from pipeline.mixing import mix_of
from pipeline.run import Run
from pipeline.stages.grouped import Read, read_groups
from pipeline.stages.near_cuts import Asked
from pipeline.stages.stage import Result
from pipeline.stages.supply import supply, supply_name

VERSION = 5
CUTS = "cuts.npz"  # written last: where it is, the mix is done
SHARD_TOKENS = 100_000_000  # a guess: 400 MB before compression


@dataclass(frozen=True)
class Planned:
    """The plan, the name under which it and its cuts lie in the workspace, and that of the counts it rests on."""

    fingerprint: str
    supply: str
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
    given = given_plan(run.spec.mix)
    fingerprint = digest(VERSION, units, told, given, run.spec.output_shards, run.spec.shard_tokens)
    folder, counted = f"mix/{fingerprint}", supply_name(units, spec)
    if run.workspace.exists(f"{folder}/{CUTS}"):
        there = load_cuts(run.workspace, fingerprint)
        return Planned(fingerprint, counted, there.plan, there.total_shards, ran=0)
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

        leaves = supply(run.workspace, units, spec, lambda read: passes("count", read))
        planned = plan(leaves, spec) if given is None else reviewed(given, leaves, spec)
        shards, known = shard_count(run, planned), Asked(planned, passes)
        line = survey(planned, known.histograms(Bins.of(layout_of(planned))))

        def cut_by(planned: MixPlan) -> Cuts:
            return cut(planned, line, known, shards=shards)

        planned, found = (planned, cut_by(planned)) if given is not None else settled(planned, spec, cut_by)
    run.lease.check()
    run.workspace.publish(f"{folder}/plan.json", to_json(planned))
    faultpoint.reached("mix.manifest")
    run.workspace.publish(f"{folder}/{CUTS}", to_npz(found))
    return Planned(fingerprint, counted, planned, shards, ran=1)


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


def shard_count(run: Run, planned: MixPlan) -> int:
    """As the job says, or as many as its shard_tokens asks for, at least one a phase."""
    wanted = math.ceil(int(planned.taken.sum()) / (run.spec.shard_tokens or SHARD_TOKENS))
    return run.spec.output_shards or max(wanted, len(planned.phases))
