"""Makes a dataset of its own, `validation/` in the output, of the documents that the mix holds out.

It is planned, selected, packed and published as the dataset is: every held out document once, in the leaves of the mix.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpusmill.errors import NothingToMix
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import rests_on
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files.dataset_layout import validation_folder
from corpusmill.pipeline.stages.mix import stage as mix
from corpusmill.pipeline.stages.mix.stage import Mixed, MixStage
from corpusmill.pipeline.stages.pack import stage as pack
from corpusmill.pipeline.stages.pack.stage import PackStage, SelectStage
from corpusmill.pipeline.stages.publish.contents import contents
from corpusmill.pipeline.stages.publish.put import BESIDE, current, publish, stands
from corpusmill.pipeline.stages.publish.stage import PublishStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage

COUNTS = ("documents", "sequences", "tokens")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What is held out. counts: COUNTS, None where the mix holds nothing out; names: of what it rests on."""

    counts: Mapping[str, int] | None = None
    names: Sequence[str] = ()
    ran: int = 0

    def in_manifest(self) -> Mapping[str, Any]:
        """What the manifest of the dataset says of it."""
        return {} if self.counts is None else {"validation": dict(self.counts)}


NOTHING = Validation(counts=dict.fromkeys(COUNTS, 0))  # the mix holds out a share of which no document is whole


def extra(share: float) -> Mapping[str, Any]:
    """What the manifest of the validation dataset says more than others."""
    return {"held_out": share}


class ValidationStage(Stage[Validation]):
    """Makes the validation dataset, as far as it is not there; one that no longer belongs there is deleted."""

    name = "validation"

    def takes_part(self, spec: JobSpec) -> bool:
        return bool(spec.mix.held_out)

    def look(self, state: State) -> Status[Validation]:
        if not state.spec.mix.held_out:
            return Status(outcome=Validation())
        inside = replace(state, output=validation_folder(state.output))
        published = current(inside.output)
        if published is None:
            return Status(outcome=self._nothing_held_out(state))
        tokenized = state.of(MixStage).axes
        planned = mix.finished_plan(mix.validation(state.spec), state.workspace, tokenized.counts)
        if planned is None:
            return Status(outcome=None)
        inside = inside.extended(MixStage(), Mixed(tokenized, planned))
        if (selected := SelectStage().look(inside).outcome) is None:
            return Status(outcome=None)
        inside = inside.extended(SelectStage(), selected)
        if (packed := PackStage().look(inside).outcome) is None:
            return Status(outcome=None)
        inside = inside.extended(PackStage(), packed)
        made = contents(inside, extra(state.spec.mix.held_out))
        manifest = made.manifest()
        there = stands(inside.output, manifest, made.files(manifest))
        return Status(outcome=_validation(inside, manifest, ran=0) if there else None)

    def run(self, run: Run, state: State) -> Validation:
        inside, share = replace(run, output=validation_folder(run.output)), run.spec.mix.held_out
        if not share:
            clear(inside)
            return Validation()
        tokenized = state.of(MixStage).axes
        try:
            planned = mix.mix(inside, tokenized, mix.validation(run.spec))
        except NothingToMix:
            run.display.line(f"validation: of {share:.3%} that `mix.held_out` requests there is no whole document")
            clear(inside)
            return NOTHING
        selected = pack.select(inside, tokenized, planned, state.of(TokenizeStage).counts)
        packed = pack.pack(inside, planned, selected)
        made = state.extended(MixStage(), Mixed(tokenized, planned))
        made = made.extended(SelectStage(), selected).extended(PackStage(), packed)
        published = publish(inside, contents(made, extra(share)))
        ran = planned.ran + selected.ran + packed.ran + published.wrote
        return _validation(made, published.manifest, ran=ran)

    def in_manifest(self, outcome: Validation) -> Mapping[str, Any]:
        return outcome.in_manifest()

    def remembers(self, outcome: Validation) -> Mapping[str, Iterable[str | int]]:
        return {"names": outcome.names}

    def _nothing_held_out(self, state: State) -> Validation | None:
        """NOTHING where the published dataset says so of this very mix; None where it is yet to be found out."""
        found = PublishStage().look(state.extended(self, NOTHING)).outcome
        return None if found is None else NOTHING


def _validation(made: State, manifest: Mapping[str, Any], *, ran: int) -> Validation:
    """What is held out. made: the outcomes of the stages for the validation dataset."""
    planned, results = made.of(MixStage).planned, (made.of(SelectStage), made.of(PackStage))
    names = [planned.fingerprint, planned.supply, *(name for result in results for name in rests_on(result))]
    return Validation(counts={what: manifest[what] for what in COUNTS}, names=names, ran=ran)


def clear(inside: Run) -> None:
    """Delete an earlier validation dataset, its manifest first; files of others stay."""
    output = inside.output
    names = {f.uri for f in output.files()}
    if not names or not own_output.is_ours(output):
        return
    inside.lease.check()
    parts = own_output.obsolete_parts(names, current=(), ours=True)
    for name in (own_output.MANIFEST, *parts, *BESIDE, own_output.STATE):
        if name in names:
            output.delete(name)
