"""Runs the stages of a job whose output has versions: a new one is made beside the others, then becomes the latest."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.dataset_layout import PART
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.latest import folder_store
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.run.stages import STAGES, run_stages
from corpusmill.pipeline.run.version_news import axes_of, earlier_shards, news, tokens_before_of, used_for
from corpusmill.pipeline.stages.append.stage import Appended, Base, append, compare, reason_to_pack, too_different
from corpusmill.pipeline.stages.describe.files import DocumentsStage
from corpusmill.pipeline.stages.describe.profile import ProfileStage
from corpusmill.pipeline.stages.mix.stage import MixStage
from corpusmill.pipeline.stages.pack import stage as pack
from corpusmill.pipeline.stages.pack.stage import PackStage, SelectStage
from corpusmill.pipeline.stages.publish.contents import contents
from corpusmill.pipeline.stages.publish.put import Published, current, publish
from corpusmill.pipeline.stages.publish.stage import PublishStage
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.stages.validation.stage import ValidationStage
from corpusmill.pipeline.steps.chat import decides
from corpusmill.pipeline.steps.tokenizer import tokenizer_json
from corpusmill.pipeline.versions import publishing
from corpusmill.pipeline.versions.publishing import VersionRecord
from corpusmill.pipeline.workspace.inventory import Numbered

UNIT = re.compile(r"[0-9a-f]{32}(-[0-9a-f]{16})?")  # the name of a unit, or a fingerprint

AFTER_MIX = next(i for i, stage in enumerate(STAGES) if isinstance(stage, SelectStage))

BEFORE, AFTER = STAGES[:AFTER_MIX], STAGES[AFTER_MIX:]


@dataclass(frozen=True, kw_only=True)
class VersionOutcome:
    """What a run with versions did. state: after its last stage; folder: the version that it published; null: there was
    nothing new, and `found` is the one that stands. held: why the version is not the latest. new: files, documents,
    tokens and duplicates that came.
    """

    state: State
    ran: Mapping[str, int]
    folder: str | None
    manifest: Mapping[str, Any]
    funnel: Funnel
    held: str | None = None
    new: Mapping[str, int] | None = None
    found: str | None = None
    of_slot: str | None = None  # the version of the slot that the run is for, also where an earlier run made it

    @property
    def newest(self) -> str | None:
        """Folder of the version that stands after the run."""
        return self.folder or self.found


def run_version(
    run: Run,
    state: State,
    numbered: Numbered,
    *,
    slot: str | None,
    appends: bool,
    seconds: dict[str, float] | None = None,
) -> VersionOutcome:
    """Run every stage; what is not new makes no version. appends: new documents may be added to the parts of the newest
    version. seconds: takes the wall time of the stages before packing.
    """
    publishing.begin(run)
    state, ran = run_stages(run, state, BEFORE, seconds=seconds)
    packing = packing_of(state)
    before = publishing.newest(run.output)
    if before is not None and before[1].get("packing") == packing:
        of_slot = before[0] if slot is not None and before[1].get("slot") == slot else None
        return replace(_nothing_new(run, state, ran, before[0]), of_slot=of_slot)
    folder = publishing.next_folder(run.output)
    into = replace(run, output=folder_store(run.output, folder))
    state = replace(state, output=into.output)
    base = base_of(run, before) if appends and before is not None else None
    state, more, why = _parts(into, state, base, packing)
    ran = {**ran, **more}
    state, published, more = _publish(into, state)
    faultpoint.reached("version.record")
    new = news(state, numbered.current, earlier_shards(run, numbered.current, before))
    tokens_before = tokens_before_of(run.output, before)
    new |= {"tokens": int(published.manifest["tokens"]) - tokens_before}
    appended_to = base if appended_of(state) is not None else None
    record = VersionRecord(
        version=folder,
        slot=slot,
        made_at_utc=publishing.now_utc(),
        base=None if appended_to is None else appended_to.folder,
        why=why,
        packing=packing,
        mix=state.of(MixStage).planned.fingerprint,
        axes={str(number): unit["name"] for number, unit in axes_of(state).items()},
        generation=0 if appended_to is None else appended_to.generations + 1,
        run=max((s.run for s in numbered.current), default=0),
        new=new,
        **asdict(used_for(run)),
        chat=chat_print(run),
    )
    held = publishing.put_in_front(run, record, max_shrink=run.spec.versions.max_shrink)
    run.events.facts |= {"version": folder}
    _retire(run)
    return VersionOutcome(
        state=state,
        ran={**ran, **more, "publish": int(published.wrote)},
        folder=folder,
        manifest=published.manifest,
        funnel=published.funnel,
        held=held,
        new=new,
        of_slot=folder,
    )


def _publish(into: Run, state: State) -> tuple[State, Published, Mapping[str, int]]:
    """Publish the parts in the folder of a version: the state after it, what was published, units that ran."""
    state, ran = run_stages(into, state, (DocumentsStage(), ValidationStage()))
    made = contents(state, manifest_extra(state), profile=state.of(ProfileStage))
    published = publish(into, made)
    return state.extended(PublishStage(), published), published, ran


def _retire(run: Run) -> None:
    """Delete versions that are too old to stay, and say so."""
    for old in publishing.retire(run, keep=run.spec.versions.keep):
        run.display.line(f"versions: {old} is deleted (versions.keep = {run.spec.versions.keep})")


def _parts(run: Run, state: State, base: Base | None, packing: str) -> tuple[State, Mapping[str, int], str | None]:
    """The state with the parts of the new version, units that ran, and why everything was packed, if it was."""
    planned = state.of(MixStage).planned
    why = "it is the first version, or a run over everything" if base is None else None
    if base is not None and (why := reason_to_pack(base, planned, run.workspace)) is None:
        found = compare(run, planned, axes_of(state), base)
        if (why := too_different(found, base)) is None:
            parts = append(run, planned, base, found, packing)
            selected = found.result
            state = state.extended(SelectStage(), selected).extended(PackStage(), parts)
            run.display.line(
                f"versions: {found.added_tokens:,} tokens appended to the parts of {base.folder}, "
                f"{counted(found.removed, 'copy')} removed"
            )
            return state, {"select": selected.ran, "pack": parts.ran}, None
    run.display.line(f"versions: everything is packed, for {why}")
    state, ran = run_stages(run, state, (SelectStage(), PackStage()))
    return state, ran, why


def packing_of(state: State) -> str:
    """Changes with whatever decides what a version holds."""
    planned = state.of(MixStage).planned
    return digest(pack.names_of(state.spec, planned)[0], state.spec.name, state.spec.mix.held_out)


def stands(state: State) -> bool:
    """Whether the newest version is what the job makes of these inputs. state: after the mix."""
    before = publishing.newest(state.output)
    return before is not None and before[1].get("packing") == packing_of(state)


def chat_print(run: Run) -> str:
    """Changes with whatever decides the ids and masks of conversations; "" for a job without a template."""
    decided = decides(run.spec.tokens)
    return digest(*decided) if decided else ""


def base_of(run: Run, before: tuple[str, Mapping[str, Any]]) -> Base | None:
    """The newest version as one to append to; None where it was packed in another form.

    What was read back from the store names files from here on, so names that no run writes are refused: then, too, all
    is packed again.
    """
    folder, record = before
    store = folder_store(run.output, folder)
    manifest = current(store)
    spec = run.spec.tokens
    same = manifest is not None and (
        manifest["sequence_tokens"] == spec.sequence_tokens
        and manifest["packing"] == spec.packing
        and manifest["special_tokens"] == spec.special_tokens
        and manifest["tokenizer_sha256"] == hashlib.sha256(tokenizer_json(spec)).hexdigest()
        and record.get("chat", "") == chat_print(run)
        and spec.packing != "sliding"
    )
    units = [str(record.get("mix")), *map(str, dict(record.get("axes") or {}).values())]
    if manifest is None or not same or not all(map(UNIT.fullmatch, units)):
        return None
    if not all(PART.fullmatch(str(part["name"])) for part in manifest["parts"]):
        return None
    return Base(
        folder=folder,
        store=store,
        manifest=manifest,
        mix=str(record["mix"]),
        axes={int(number): str(unit) for number, unit in dict(record["axes"]).items()},
        generations=int(record["generation"]),
    )


def appended_of(state: State) -> Appended | None:
    """What was appended, where the parts were not packed anew."""
    packed = state.of(PackStage)
    return packed if isinstance(packed, Appended) else None


def manifest_extra(state: State) -> Mapping[str, Any]:
    """What the manifest of a version says beside its parts."""
    extra = {key: value for each in state.done for key, value in each.stage.in_manifest(each.outcome).items()}
    appended = appended_of(state)
    return extra if appended is None else {**extra, "appended": appended.appended}


def _nothing_new(run: Run, state: State, ran: Mapping[str, int], folder: str) -> VersionOutcome:
    """The newest version stands for these inputs; the pointer is moved to it where a run was cut off before that."""
    store = folder_store(run.output, folder)
    held = publishing.move_pointer(run, folder, max_shrink=run.spec.versions.max_shrink)
    manifest = current(store) or {}
    funnel = Funnel.from_json(json.loads(store.read("_funnel.json")))
    return VersionOutcome(state=state, ran=ran, folder=None, manifest=manifest, funnel=funnel, held=held, found=folder)


def is_versioned(run: Run) -> bool:
    """Whether the output has versions already."""
    return latest.pointer_of(run.output) is not None
