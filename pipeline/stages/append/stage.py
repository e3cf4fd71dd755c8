"""Append: a version from the parts of an earlier one, less what its mix takes no more, and parts of what is new.

The documents and their copies are exactly those that packing everything again would give; they stand in other parts.
Work goes with what is new: of what was there before, only the columns that the mix decides by are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange.rounds import Partition
from corpusmill.pipeline.execution import tally as accounting
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result, committed, manifest_of, run_stage
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.dataset_layout import MANIFEST, STATE
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.preflight.owner import owner_of, packing_state
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.append import carry_unit, difference_unit
from corpusmill.pipeline.stages.append.carry_unit import Carry
from corpusmill.pipeline.stages.append.difference_unit import Compared, Difference, DifferenceUnit, removed_of
from corpusmill.pipeline.stages.mix.stage import SHARD_TOKENS, Planned, load_cuts
from corpusmill.pipeline.stages.pack.select_unit import shard_range
from corpusmill.pipeline.stages.pack.stage import MEMORY_BYTES, partitions
from corpusmill.pipeline.stages.pack.unit import Pack, Packed, PackUnit, PartLine
from corpusmill.pipeline.stages.takedown.unit import PartUnit
from corpusmill.pipeline.stages.tokenize.axes_unit import AxesUnit

VERSION = 1
GENERATIONS = 8  # versions that may be appended to before everything is packed again
APPENDED_SHARE = 0.25  # of the tokens may stand in appended parts; above it everything is packed again
REMOVED_SHARE = 0.1  # of the tokens may be removed
MOST_REMOVED = 5_000_000  # copies; every worker holds their numbers, 16 bytes each


@dataclass(frozen=True, kw_only=True)
class Base:
    """A version to append to. axes: the axes unit of each shard, by its number; mix: the fingerprint of its mix;
    generations: versions it was appended from since everything was packed.
    """

    folder: str
    store: Store
    manifest: Mapping[str, Any]
    mix: str
    axes: Mapping[int, str]
    generations: int


@dataclass(frozen=True)
class Appended(Result[Packed]):
    """Parts that were carried over and parts that are new. appended: what the manifest says of it."""

    appended: JsonObject | None = None
    added_tokens: int = 0
    removed: int = 0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The difference of two mixes: what its units add and remove; their tally counts all that the new one takes."""

    result: Result[Compared]
    added_tokens: int
    removed: int
    removed_tokens: int


def reason_to_pack(base: Base, planned: Planned, workspace: Store) -> str | None:
    """Why a version cannot be appended to another; None where it can, as far as the plans show."""
    if base.generations >= GENERATIONS:
        return f"{base.generations} versions were appended since everything was packed"
    try:
        before = load_cuts(workspace, base.mix).plan
    except FileNotFoundError:
        return f"the mix of {base.folder} is no longer in the workspace"
    now = planned.plan
    if len(before.phases) > 1 or len(now.phases) > 1:
        return "the mix has several phases"
    same = before.leaves.columns == now.leaves.columns and before.leaves.values == now.leaves.values
    if not same or not np.array_equal(before.leaves.codes, now.leaves.codes):
        return "the mix has groups that it did not have before, or lacks some"
    return None


def compare(run: Run, planned: Planned, axes: Mapping[int, AxesUnit], base: Base) -> Comparison:
    """What the mix takes that the base does not, and the other way round. axes: unit and tokens of each shard now."""
    units: list[DifferenceUnit] = []
    for number in sorted({*axes, *base.axes}):
        now, before = axes.get(number), base.axes.get(number)
        unit = None if now is None else now["name"]
        name = digest(VERSION, planned.fingerprint, base.mix, unit, before)
        tokens = None if now is None else now["tokens"]
        units.append({"name": name, "axes": unit, "tokens": tokens, "before": before})
    task = Difference(run.workspace, planned.fingerprint, base.mix)
    result = run_stage(run, difference_unit.STAGE, units, task, memory_bytes=MEMORY_BYTES)
    found = list(result.counts.values())
    return Comparison(
        result=result,
        added_tokens=sum(c["added_tokens"] for c in found),
        removed=sum(c["removed"] for c in found),
        removed_tokens=sum(c["removed_tokens"] for c in found),
    )


def too_different(found: Comparison, base: Base) -> str | None:
    """Why the difference is too large to append; None where it is not."""
    total = max(int(base.manifest["tokens"]), 1)
    appended = sum(int(p["tokens"]) for p in base.manifest["parts"] if p.get("appended")) + found.added_tokens
    if appended > APPENDED_SHARE * (total + found.added_tokens):
        return f"{appended / (total + found.added_tokens):.0%} of its tokens would stand in appended parts"
    if found.removed > MOST_REMOVED or found.removed_tokens > REMOVED_SHARE * total:
        return f"the mix takes {found.removed:,} copies no more"
    return None


def append(run: Run, planned: Planned, base: Base, found: Comparison, fingerprint: str) -> Appended:
    """Write the parts of the new version into the output of the run. fingerprint: of all that is packed."""
    result = found.result
    files = {f"{difference_unit.STAGE}/{name}.arrow": c["bytes"] for name, c in result.counts.items() if c["documents"]}
    target = run.spec.shard_tokens or SHARD_TOKENS
    shards = 1 << max(0, -(-found.added_tokens // target) - 1).bit_length() if files else 0
    suffix = digest(fingerprint, base.folder, base.manifest["plan_sha256"])[:8]
    state = packing_state(fingerprint, owner_of(run.spec)).decode()
    new = [digest("append", VERSION, fingerprint, run.output.url, base.folder, suffix, i) for i in range(shards)]
    removed = _removed(run.workspace, result)
    lines: list[PartLine] = list(base.manifest["parts"])
    old = [digest("carry", VERSION, run.output.url, base.folder, part, removed.tolist()) for part in lines]
    _begin(run, state, {"pack": new, carry_unit.STAGE: old})
    job = run.spec.to_canonical()
    uses = kernel_uses.tokens_use(job)
    work: list[PartUnit] = [{"name": name, "part": line} for name, line in zip(old, lines, strict=True)]
    carried = run_stage(
        run,
        carry_unit.STAGE,
        work,
        Carry(job, run.workspace, base.store, run.output, removed),
        memory_bytes=MEMORY_BYTES,
        uses=lambda _: uses,
    )
    packed = _pack(run, new, partitions(run, files, fingerprint) if files else [], planned, state, suffix)
    parts: dict[str, Packed] = {**carried.counts, **packed.counts}
    documents = sum(c["part"]["documents"] for c in parts.values())
    tokens = sum(c["part"]["tokens"] for c in parts.values())
    for what, went in (("documents", documents), ("tokens", tokens)):
        accounting.check(f"{what} of the mix", came=result.tally.total(what), went={"in the parts": went})
    return Appended(
        "pack",
        {name: c for name, c in parts.items() if c["part"]["documents"]},
        Tally(),
        ran=carried.ran + packed.ran,
        appended={"to": base.folder, "generation": base.generations + 1},
        added_tokens=found.added_tokens,
        removed=found.removed,
    )


def _pack(
    run: Run, names: Sequence[str], read: Sequence[Partition], planned: Planned, state: str, suffix: str
) -> Result[Packed]:
    """The parts of what is new."""
    units: list[PackUnit] = []
    for shard, name in enumerate(names):
        range_ = shard_range(shard, len(names))
        sources = [n for p in read if p.range.holds(range_) or range_.holds(p.range) for n in p.names]
        units.append({"name": name, "shard": shard, "shards": len(names), "files": list(dict.fromkeys(sources))})
    job = run.spec.to_canonical()
    task = Pack(job, run.workspace, run.output, mix=planned.fingerprint, state=state, suffix=suffix)
    uses = kernel_uses.tokens_use(job)
    return run_stage(run, "pack", units, task, memory_bytes=MEMORY_BYTES, uses=lambda _: uses)


def _removed(workspace: Store, result: Result[Compared]) -> np.ndarray:
    """(copies, 2) int64, doc_id and pass, sorted."""
    names = [name for name, counts in result.counts.items() if counts["removed"]]
    found = [removed_of(workspace.read(f"{difference_unit.STAGE}/{name}.removed.arrow")) for name in sorted(names)]
    together = np.concatenate([np.zeros((0, 2), np.int64), *found])
    return together[np.lexsort((together[:, 1], together[:, 0]))]


def _begin(run: Run, state: str, names: Mapping[str, Sequence[str]]) -> None:
    """Say in the output what is being packed; units whose part is not there count as not done."""
    run.lease.check()
    if not run.output.exists(STATE) or run.output.read(STATE).decode() != state:
        run.output.delete(MANIFEST)
        run.output.publish(STATE, state.encode())
    there = {f.uri: f.size for f in run.output.files()}
    for stage, units in names.items():
        done = committed(run.workspace, stage, {*units}).counts
        stale = [n for n, c in done.items() if there.get(c["part"]["name"]) != c["part"]["bytes"]]
        for name in stale:
            run.workspace.delete(f"units/{stage}/{name}.json")
        if stale:
            run.workspace.delete(manifest_of(stage, list(units)))
