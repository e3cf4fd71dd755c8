"""The first stage that a run would find something to do in, told from names and manifests: no data is read.

Every stage names its units after all that decides them; so this names them as a run would, and looks which are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import everything
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel import funnel
from corpusmill.pipeline.stages.dedup import stage as dedup
from corpusmill.pipeline.stages.ingest.stage import Standing
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable, unreadable
from corpusmill.pipeline.stages.mix import stage as mix
from corpusmill.pipeline.stages.pack import stage as pack
from corpusmill.pipeline.stages.publish import stage as publish
from corpusmill.pipeline.stages.tokenize import stage as tokenize
from corpusmill.pipeline.stages.tokenize.axes_unit import STAGE
from corpusmill.pipeline.stages.validation import stage as validation
from corpusmill.pipeline.steps.step_groups import LAST
from corpusmill.pipeline.workspace.inventory import Shard

STAGES = ("ingest", "dedup", "tokenize", "mix", "select", "pack", "publish")


def first_pending(
    spec: JobSpec, workspace: Store, output: Store, shards: Sequence[Shard], parts: Sequence[Standing]
) -> str | None:
    """One of STAGES; None when the output is what the job makes of these shards. parts: as they stand."""
    ingested = {str(u["name"]): s for u, s in zip(parts[-1].units, shards, strict=True)}
    if parts[-1].part.stage != LAST or (read := everything(workspace, LAST, list(ingested))) is None:
        return "ingest"
    removed = dedup.known(workspace, dedup.asked(spec, workspace, ingested)[1])
    if removed is None:
        return "dedup"
    names = [u["name"] for u in tokenize.units_of(spec, ingested, removed.tables)]
    tokenized = everything(workspace, "tokenize", names)
    if tokenized is None:
        return "tokenize"
    drawn = everything(workspace, STAGE, [u["name"] for u in tokenize.axes_units(spec, tokenized.counts)])
    if drawn is None:
        return "mix"
    names = list(drawn.counts)
    tallies = Tallies(read.tally, tokenized.tally, removed.by_reason, unreadable(read.counts, ingested))

    def looked_at(request: mix.Request, store: Store, extra: Mapping[str, Any]) -> str | None:
        return _of_dataset(spec, workspace, store, names, request, tallies, thresholds(parts), extra)

    inside, share = validation.folder_of(output), spec.mix.held_out
    held = (publish.current(inside) or {}) if share else {}
    counts = {what: held.get(what, 0) for what in validation.COUNTS} if share else None
    training = looked_at(mix.training(spec), output, validation.Validation(counts=counts).in_manifest())
    if training not in (None, "publish") or not share:
        return training
    if not held and training is None:
        return None  # the manifest says that there is nothing to hold out
    return looked_at(mix.validation(spec), inside, validation.extra(share)) or training


@dataclass(frozen=True)
class Tallies:
    """What the stages before the mix counted."""

    read: Tally
    tokenized: Tally
    removed: Mapping[str, int]
    unreadable: Sequence[Unreadable]


def _of_dataset(
    spec: JobSpec,
    workspace: Store,
    output: Store,
    names: Sequence[str],
    request: mix.Request,
    tallies: Tallies,
    thresholds: Mapping[str, Any],
    extra: Mapping[str, Any],
) -> str | None:
    """The first stage with something to do for one of the datasets; None when it is there."""
    planned = mix.known(request, workspace, names)
    if planned is None:
        return "mix"
    selected = everything(workspace, "select", [pack.select_name(planned, name) for name in names])
    if selected is None:
        return "select"
    packed = pack.known(spec, workspace, output, planned)
    if packed is None:
        return "pack"
    told = funnel(tallies.read, tallies.tokenized, tallies.removed, selected.tally)
    wanted = publish.manifest_of(spec, planned, packed, told, [], thresholds, extra, tallies.unreadable)
    files = publish.beside(spec, planned, wanted, told, thresholds)
    return None if publish.stands(output, wanted, files) else "publish"


def thresholds(parts: Sequence[Standing]) -> dict[str, list[Mapping[str, object]]]:
    """The quantiles that were found, by the step that asked for them."""
    answers = [p.answers for p in parts if p.answers is not None]
    return {a.step: found for a in answers if (found := a.thresholds())}
