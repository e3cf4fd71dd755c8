"""Makes a dataset of its own, `validation/` in the output, of the documents that the mix holds out.

It is planned, selected, packed and published as the dataset is: every held out document once, in the leaves of the mix.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import NothingToMix
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.run_units import Failed
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable
from corpusmill.pipeline.stages.mix import stage as mix
from corpusmill.pipeline.stages.pack import stage as pack
from corpusmill.pipeline.stages.publish import stage as publish

FOLDER = "validation"
COUNTS = ("documents", "sequences", "tokens")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What is held out. counts: COUNTS, None where the mix holds nothing out; names: of what it rests on."""

    counts: Mapping[str, int] | None = None
    names: Sequence[str] = ()
    ran: int = 0

    def in_manifest(self) -> dict[str, Any]:
        """What the manifest of the dataset says of it."""
        return {} if self.counts is None else {"validation": dict(self.counts)}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What publishing needs beside the parts. funnel_of: the funnel, from what a mix chose; provenance: see publish."""

    funnel_of: Callable[[Tally], Funnel]
    failed: Sequence[Failed]
    unreadable: Sequence[Unreadable]
    thresholds: Mapping[str, Any]
    started: float
    provenance: Callable[[], Mapping[str, Any]]


def folder_of(output: Store) -> Store:
    """Where the validation dataset of an output lies."""
    return Store(f"{output.url.rstrip('/')}/{FOLDER}", output.options)


def extra(share: float) -> dict[str, Any]:
    """What the manifest of the validation dataset says more than others."""
    return {"held_out": share}


def make(run: Run, tokenized: Result, told: Circumstances) -> Validation:
    """Write the validation dataset, as far as it is not there; one that no longer belongs there is deleted."""
    inside, share = replace(run, output=folder_of(run.output)), run.spec.mix.held_out
    if not share:
        clear(inside)
        return Validation()
    try:
        planned = mix.mix(inside, tokenized, mix.validation(run.spec))
    except NothingToMix:
        run.display.line(f"validation: of {share:.3%} that `mix.held_out` asks for there is no whole document")
        clear(inside)
        return Validation(counts=dict.fromkeys(COUNTS, 0))
    packed = pack.pack(inside, tokenized, planned)
    published = publish.publish(
        inside,
        planned,
        packed.result,
        told.funnel_of(packed.chosen),
        told.failed,
        unreadable=told.unreadable,
        thresholds=told.thresholds,
        started=told.started,
        extra=extra(share),
        provenance=told.provenance,
    )
    selected = [pack.select_name(planned, unit) for unit in tokenized.counts]
    parts = list(packed.result.counts)
    return Validation(
        counts={what: published.manifest[what] for what in COUNTS},
        names=[planned.fingerprint, planned.supply, digest(selected), digest(parts), *selected, *parts],
        ran=planned.ran + packed.result.ran + published.wrote,
    )


def clear(inside: Run) -> None:
    """Delete an earlier validation dataset, its manifest first; files of others stay."""
    output = inside.output
    names = {f.uri for f in output.files()}
    if not names or not own_output.is_ours(output):
        return
    inside.lease.check()
    parts = own_output.left_over(names, wanted=(), ours=True)
    for name in (own_output.MANIFEST, *parts, *publish.BESIDE, own_output.STATE):
        if name in names:
            output.delete(name)
