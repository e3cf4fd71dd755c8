"""Pack: the chosen documents meet in their output shards, in the order of the mix, as sequences of tokens.

The exchange brings each shard's documents together; a shard is packed and put into the output in one piece.
"""

from collections.abc import Iterable, Mapping, Sequence

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.exchange.rounds import Partition, run_exchange
from corpusmill.pipeline.execution import tally as accounting
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    everything,
    finished,
    manifest_of,
    phases_of,
    rests_on,
    run_stage,
    runner,
)
from corpusmill.pipeline.files.dataset_layout import MANIFEST, STATE
from corpusmill.pipeline.files.ids import digest, libraries
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.preflight.owner import another_owner, owner_of, packing_state
from corpusmill.pipeline.report.funnel_of_stages import Counted, of_mix
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.mix.stage import MixStage, Planned
from corpusmill.pipeline.stages.pack.select_unit import Select, Selected, SelectUnit, shard_range
from corpusmill.pipeline.stages.pack.unit import VERSION, Pack, Packed, PackUnit, loss_of, part_name
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize.axes_unit import AxesWritten
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage
from corpusmill.pipeline.stages.tokenize.unit import Tokenized

MEMORY_BYTES = 2_000_000_000  # a guess: five times the ids of a part of 100 million tokens
SHARED_BYTES = 8 << 20  # of tokens that one unit selects from, where units are small: about 6 million; a guess
SHARED_UNITS = 256
HERE_BYTES = 16 << 20  # of tokens from which this process selects faster than a cluster is given the work; a guess
FEW_FILES = 256  # read by every shard directly; more are brought together first


class SelectStage(Stage[Result[Selected]]):
    """Selects the documents of the mix: one unit an axes unit, or several small ones.

    Its tally has what was left out, and why.
    """

    name = "select"
    folders = ("selected",)

    def look(self, state: State) -> Status[Result[Selected]]:
        mixed = state.of(MixStage)
        units = select_units(mixed.planned, mixed.axes, state.of(TokenizeStage).counts)
        return Status(outcome=everything(state.workspace, self.name, [u["name"] for u in units]))

    def run(self, run: Run, state: State) -> Result[Selected]:
        mixed = state.of(MixStage)
        return select(run, mixed.axes, mixed.planned, state.of(TokenizeStage).counts)

    def counted(self, outcome: Result[Selected], state: State) -> Counted:
        return of_mix(outcome.tally)

    def remembers(self, outcome: Result[Selected]) -> Mapping[str, Iterable[str | int]]:
        return {"names": rests_on(outcome)}


class PackStage(Stage[Result[Packed]]):
    """Packs the selected documents into the parts of the output: one unit a part."""

    name = "pack"

    def look(self, state: State) -> Status[Result[Packed]]:
        return Status(outcome=finished_result(state.spec, state.workspace, state.output, state.of(MixStage).planned))

    def run(self, run: Run, state: State) -> Result[Packed]:
        return pack(run, state.of(MixStage).planned, state.of(SelectStage))

    def remembers(self, outcome: Result[Packed]) -> Mapping[str, Iterable[str | int]]:
        return {"names": rests_on(outcome)}


def select(
    run: Run, axes: Result[AxesWritten], planned: Planned, tokenized: Mapping[str, Tokenized]
) -> Result[Selected]:
    """Select the documents of a mix. tokenized: counts of the tokenized units."""
    units = select_units(planned, axes, tokenized)
    here = sum(u["size_bytes"] for u in units) <= HERE_BYTES
    task = Select(run.workspace, planned.fingerprint)
    return run_stage(run, "select", units, task, memory_bytes=MEMORY_BYTES, here=here)


def select_units(planned: Planned, axes: Result[AxesWritten], tokenized: Mapping[str, Tokenized]) -> list[SelectUnit]:
    """One unit an axes unit; small ones that follow each other share one, which is one file for the parts to read.

    tokenized: counts of the tokenized units.
    """
    groups: list[list[tuple[str, str]]] = []
    sizes: list[int] = []
    for unit, made in axes.counts.items():
        size = tokenized[made["tokens"]].get("bytes", SHARED_BYTES)
        if groups and len(groups[-1]) < SHARED_UNITS and sizes[-1] + size <= SHARED_BYTES:
            groups[-1].append((unit, made["tokens"]))
            sizes[-1] += size
        else:
            groups.append([(unit, made["tokens"])])
            sizes.append(size)
    return [
        {"name": digest(planned.fingerprint, [axes for axes, _ in group]), "units": group, "size_bytes": size}
        for group, size in zip(groups, sizes, strict=True)
    ]


def pack(run: Run, planned: Planned, selected: Result[Selected]) -> Result[Packed]:
    """Exchange and pack what was selected. Tokens chosen = tokens written, checked over all shards."""
    result = _pack(run, planned, selected)
    for what in ("documents", "tokens"):
        went = {"packed": result.tally.total(what)}
        accounting.check(f"{what} of the mix", came=selected.tally.total(what), went=went)
    return result


def names_of(spec: JobSpec, planned: Planned) -> tuple[str, list[str]]:
    """The name of all that is packed, and those of the pack units, one an output shard."""
    rows = (spec.tokens.sequence_tokens, spec.tokens.packing, spec.tokens.stride_tokens)
    cut = () if spec.tokens.cut == "token" else (spec.tokens.cut, spec.tokens.cut_within)
    loss = () if spec.tokens.template is None else (loss_of(spec.tokens),)
    fingerprint = digest(VERSION, planned.fingerprint, (*rows, *cut, *loss), libraries())
    return fingerprint, [digest(fingerprint, shard) for shard in range(planned.shards)]


def finished_result(spec: JobSpec, workspace: Store, output: Store, planned: Planned) -> Result[Packed] | None:
    """The parts, when the output holds all of them and says that it is about them; else None."""
    fingerprint, names = names_of(spec, planned)
    state = packing_state(fingerprint, owner_of(spec))
    if not output.exists(STATE) or output.read(STATE) != state or missing_parts(output, planned.shards):
        return None
    found = everything(workspace, "pack", names)
    return None if found is None or altered(output, found) else found


def altered(output: Store, packed: Result[Packed]) -> list[str]:
    """Names of the pack units whose part in the output has not the size that was written."""
    there = {f.uri: f.size for f in output.files()}
    parts = {name: counts["part"] for name, counts in packed.counts.items()}
    return [name for name, part in parts.items() if there.get(part["name"]) != part["bytes"]]


def missing_parts(output: Store, shards: int) -> list[int]:
    """Numbers of the parts that are not in the output."""
    there = {f.uri for f in output.files()}
    return [i for i in range(shards) if part_name(i, shards) not in there]


def _pack(run: Run, planned: Planned, selected: Result[Selected]) -> Result[Packed]:
    fingerprint, names = names_of(run.spec, planned)
    _begin(run, fingerprint, names, planned.shards)
    if (known := finished(run.workspace, "pack", names)) is not None:
        if not (wrong := altered(run.output, known)):
            return known
        _forget(run, names, wrong)
    files = {f"selected/{name}.arrow": c["bytes"] for name, c in selected.counts.items()}
    brought = partitions(run, files, fingerprint)
    units: list[PackUnit] = []
    for shard, name in enumerate(names):
        wanted = shard_range(shard, planned.shards)
        sources = [n for p in brought if p.range.holds(wanted) or wanted.holds(p.range) for n in p.names]
        units.append({"name": name, "shard": shard, "shards": planned.shards, "files": list(dict.fromkeys(sources))})
    task = Pack(
        job=run.spec.to_canonical(),
        workspace=run.workspace,
        output=run.output,
        mix=planned.fingerprint,
        state=packing_state(fingerprint, owner_of(run.spec)).decode(),
    )
    result = run_stage(
        run, "pack", units, task, memory_bytes=MEMORY_BYTES, uses=lambda _: kernel_uses.tokens_use(task.job)
    )
    for brought_together in run.workspace.files(f"exchange/{fingerprint}"):
        run.workspace.delete(brought_together.uri)
    return result


def partitions(run: Run, files: Mapping[str, int], fingerprint: str) -> list[Partition]:
    """The ranges of keys of what was selected, and the files that hold them; many files are brought together first."""
    if len(files) <= FEW_FILES:
        return [Partition(range=shard_range(0, 1), names=tuple(files))]
    work = Work(
        store=run.workspace,
        folder=f"exchange/{fingerprint}",
        run=runner(run, "exchange", MEMORY_BYTES),
        show=phases_of(run, "exchange"),
    )
    return run_exchange(files, label="select", phase=work.phase)


def _begin(run: Run, fingerprint: str, names: Sequence[str], shards: int) -> None:
    """Say in the output what is being packed; parts of anything else, or parts that are gone, count as not packed.

    The old manifest goes first: from here until publish there is no dataset, rather than one of mixed parts.
    """
    run.lease.check()
    state = packing_state(fingerprint, owner_of(run.spec))
    if not run.replace and (told := another_owner(run.output, run.spec)) is not None:
        raise InputError([InJob(("output",), told)])  # it was put there while this run was under way
    if not run.output.exists(STATE) or run.output.read(STATE) != state:
        run.output.delete(MANIFEST)
        for name in names:
            run.workspace.delete(f"units/pack/{name}.json")
        run.workspace.delete(manifest_of("pack", names))
        run.output.publish(STATE, state)
    if missing := missing_parts(run.output, shards):
        _forget(run, names, [names[i] for i in missing])


def _forget(run: Run, names: Sequence[str], units: Sequence[str]) -> None:
    """Those units count as not packed; `names` are all of the dataset."""
    for name in units:
        run.workspace.delete(f"units/pack/{name}.json")
    run.workspace.delete(manifest_of("pack", names))
