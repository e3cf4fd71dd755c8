"""Tokenize: the documents that stay, as token ids, in the order in which the mix will draw them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from corpusmill.cluster.bundles import APART_BYTES
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    committed,
    everything,
    rests_on,
    run_stage,
    stage_manifest,
)
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest, libraries
from corpusmill.pipeline.files.workspace_layout import TOKENIZED
from corpusmill.pipeline.report.funnel_of_stages import Counted, of_unique
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.dedup.stage import DedupStage
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize import axes_unit
from corpusmill.pipeline.stages.tokenize.axes_unit import Axes, AxesUnit, AxesWritten
from corpusmill.pipeline.stages.tokenize.unit import VERSION, MadeOf, Tokenize, Tokenized, TokenizeUnit
from corpusmill.pipeline.steps import tokenizer
from corpusmill.pipeline.steps.chat import chat_of
from corpusmill.pipeline.steps.chat import decides as templates
from corpusmill.pipeline.workspace.shards import UnitFiles

STATE = TOKENIZED  # what a mix is planned from, also when planning failed
READERS = 4
NO_AXES: Result[AxesWritten] = Result(axes_unit.STAGE, {}, Tally(), ran=0)
MEMORY_BYTES = 1_250_000_000  # 1.25 times the peak of a worker on a shard of 1 GB of text, see bench_memory


@dataclass(frozen=True)
class AxesResult(Result[AxesWritten]):
    """What the mix reads of every tokenized unit. apart: units that were not written with their tokens, which have a
    manifest of their own.
    """

    apart: Sequence[str] = ()

    def rests_on(self) -> list[str]:
        """The names of its units and of their manifest, for `clean`."""
        return [*self.counts, *([digest(list(self.apart))] if self.apart else [])]


class TokenizeStage(Stage[Result[Tokenized]]):
    """Tokenizes the documents that stay: one unit an ingested shard."""

    name = "tokenize"
    folders = ("tokens",)

    def look(self, state: State) -> Status[Result[Tokenized]]:
        units = units_of(state.spec, state.of(IngestStage).shards, state.of(DedupStage).tables)
        return Status(outcome=everything(state.workspace, self.name, [u["name"] for u in units]))

    def run(self, run: Run, state: State) -> Result[Tokenized]:
        removed = state.of(DedupStage)
        return tokenize(run, state.of(IngestStage).shards, removed.tables, removed.few_removed)

    def counted(self, outcome: Result[Tokenized], state: State) -> Counted:
        return of_unique(outcome.tally, state.of(DedupStage).by_reason)

    def remembers(self, outcome: Result[Tokenized]) -> Mapping[str, Iterable[str | int]]:
        beside = axes_beside(outcome.counts)  # the units say that they wrote these
        return {"names": [*rests_on(outcome), *beside], "tokenized": outcome.counts}


def units_of(spec: JobSpec, shards: Mapping[str, UnitFiles], duplicates: Mapping[str, str]) -> list[TokenizeUnit]:
    """One unit an ingested shard.

    shards: by the name of their ingest unit. duplicates: each one's table of duplicates, named by its content; a shard
    whose duplicates did not change is not tokenized again, whatever was added beside it.
    """
    tokens = spec.tokens
    ids = [resources.sha256(tokens.tokenizer), tokens.eos, tokens.special_tokens, tokenizers_version(), libraries()]
    chat = templates(tokens)
    decides = digest(VERSION, [*ids, *chat] if chat else ids)
    return [
        {
            "name": digest(ingested, duplicates[ingested], decides),
            "ingested": ingested,
            "duplicates": duplicates[ingested],
            "source": s.source,
            "uri": s.uri,
            "size_bytes": s.size_bytes,
        }
        for ingested, s in shards.items()
    ]


def tokenize(
    run: Run, shards: Mapping[str, UnitFiles], duplicates: Mapping[str, str], few_removed: Mapping[str, Sequence[int]]
) -> Result[Tokenized]:
    """Tokenize what is not tokenized yet; see `units_of`.

    few_removed: removed documents of a unit, where they are few.
    """
    tokens = run.spec.tokens
    units = units_of(run.spec, shards, duplicates)
    for unit in units:
        unit["few_removed"] = few_removed.get(unit["ingested"])
    files = {tokens.tokenizer: resources.sha256(tokens.tokenizer)}
    job = run.spec.to_canonical()
    run.display.line(f"tokenizer: {tokenizer.description(tokens)}")
    template = digest(templates(tokens))
    if (chat := chat_of(tokens)) is not None:
        run.display.line(f"template: {chat.description}")
    task = Tokenize(job=job, workspace=run.workspace, files=files, template=template)
    return run_stage(
        run, "tokenize", units, task, memory_bytes=MEMORY_BYTES, uses=lambda _: kernel_uses.tokens_use(job)
    )


def axes_units(spec: JobSpec, tokenized: Mapping[str, MadeOf]) -> list[AxesUnit]:
    """One axes unit a tokenized unit. tokenized: by name, with what each was made of."""
    return [
        {
            "name": axes_unit.name_of(name, spec.mix),
            "tokens": name,
            "ingested": made["ingested"],
            "duplicates": made["duplicates"],
            "source": made["source"],
        }
        for name, made in tokenized.items()
    ]


def axes_beside(tokenized: Mapping[str, Tokenized]) -> list[str]:
    """The axes units that were written with the tokens, whichever mix they are for."""
    return [counts["axes"] for counts in tokenized.values() if "axes" in counts]


def axes_at_hand(
    workspace: Store, units: Sequence[AxesUnit], tokenized: Mapping[str, Tokenized]
) -> dict[str, AxesWritten]:
    """Counts of those axes units whose tables were written with the tokens, and are there still.

    In a bundle they are as long as it is; files of their own may have been deleted, which one listing shows.
    """
    found: dict[str, AxesWritten] = {}
    of_their_own = set[str]()
    for u in units:
        made = tokenized[u["tokens"]]
        if made.get("axes") == u["name"]:
            found[u["name"]] = {"documents": made["documents"], "tokens": u["tokens"]}
            if not workspace.is_s3 or made.get("axes_bytes", 0) > APART_BYTES:
                of_their_own.add(u["name"])
    if of_their_own:
        there = {f.uri for f in workspace.files(axes_unit.STAGE)}
        found = {n: counts for n, counts in found.items() if n not in of_their_own or axes_unit.file_of(n) in there}
    return found


def all_axes(units: Sequence[AxesUnit], at_hand: Mapping[str, AxesWritten], others: Result[AxesWritten]) -> AxesResult:
    """Those that were written with the tokens and the others as one result, in the order of the units."""
    found = {**at_hand, **others.counts}
    counts = {u["name"]: found[u["name"]] for u in units}
    return AxesResult(axes_unit.STAGE, counts, others.tally, ran=others.ran, apart=[*others.counts])


def finished_axes(spec: JobSpec, workspace: Store, tokenized: Mapping[str, Tokenized]) -> AxesResult | None:
    """What the mix reads of the tokenized units; None when some of it is not written yet."""
    units = axes_units(spec, tokenized)
    at_hand = axes_at_hand(workspace, units, tokenized)
    names = [u["name"] for u in units if u["name"] not in at_hand]
    others = everything(workspace, axes_unit.STAGE, names) if names else NO_AXES
    return None if others is None else all_axes(units, at_hand, others)


def axes(run: Run, tokenized: Result[Tokenized]) -> AxesResult:
    """What the mix reads of the tokenized units, as far as it is not written yet."""
    units = axes_units(run.spec, tokenized.counts)
    at_hand = axes_at_hand(run.workspace, units, tokenized.counts)
    task, others = Axes(job=run.spec.to_canonical(), workspace=run.workspace), NO_AXES
    if missing := [u for u in units if u["name"] not in at_hand]:
        others = run_stage(run, axes_unit.STAGE, missing, task)
    result = all_axes(units, at_hand, others)
    mixed = {"units": sorted(result.counts), "tokens": sorted(tokenized.counts)}
    payload = json.dumps({**mixed, "beside": sorted(axes_beside(tokenized.counts))}).encode()
    if not run.workspace.exists(STATE) or run.workspace.read(STATE) != payload:
        run.workspace.publish(STATE, payload)
    return result


def last_units(workspace: Store) -> list[str]:
    """The units that the last run in a workspace mixed, or was about to; none before the first."""
    told = stage_manifest(workspace, STATE)
    return [] if told is None else [*told["units"], *told["tokens"], *told.get("beside", ())]


def tokenized_units(spec: JobSpec, workspace: Store) -> list[str]:
    """The axes units of the tokenized units that the last run in a workspace mixed, or was about to.

    Those that are not there yet, because this job's mix has other axes or another seed, are written here. InputError
    before the first run.
    """
    try:
        told = json.loads(workspace.read(STATE))
    except FileNotFoundError:
        raise InputError([f"nothing is tokenized in {workspace.url} yet: run the job first"]) from None
    tokenized = committed(workspace, "tokenize", set(told["tokens"])).counts
    units = axes_units(spec, dict(sorted(tokenized.items())))
    there = axes_at_hand(workspace, units, tokenized)
    there |= committed(workspace, axes_unit.STAGE, {u["name"] for u in units} - there.keys()).counts
    missing = [u for u in units if u["name"] not in there]
    task = Axes(job=spec.to_canonical(), workspace=workspace)
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(task, missing))
    return [u["name"] for u in units]


def tokenizers_version() -> str:
    import tokenizers

    return tokenizers.__version__
