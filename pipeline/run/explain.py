"""What a run would do, and why: which units are committed, which are not, and what changed since the last run."""

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.operators.contract import Reader
from corpusmill.operators.signals.language import names_of
from corpusmill.pipeline.config.check import languages_to_keep as kept_languages
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files import workspace_layout as layout
from corpusmill.pipeline.files.latest import pointer_of
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight import column_origins
from corpusmill.pipeline.run import requests
from corpusmill.pipeline.run.doubled import doubled
from corpusmill.pipeline.run.stages import STAGES, names, statuses
from corpusmill.pipeline.run.version_run import BEFORE, stands
from corpusmill.pipeline.stages.ingest import vanished_files as kept
from corpusmill.pipeline.stages.pack.stage import SelectStage
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.steps import tokenizer, user_code
from corpusmill.pipeline.steps.chat import chat_of
from corpusmill.pipeline.workspace import excluded, inventory, sweep
from corpusmill.pipeline.workspace.shards import Shards

FILES_SHOWN = 3


@dataclass(frozen=True)
class Explanation:
    """Shards of input, how many of them are ingested, and what changed since the workspace's last finished run."""

    shards: int
    new_shards: int
    committed: int
    changes: Sequence[str]
    stages: Sequence[str]  # all of the job, in order
    first_stage: str | None  # None: the output is what the job makes of these inputs
    limit: int | None  # of documents a source
    tokenizer: str  # its path, in words
    template: str | None  # how conversations go through it, in words
    mix: str | None  # what the mix is counted in, in words, where that is not tokens
    remarks: Sequence[str] = ()  # what is worth a warning
    columns: Sequence[str] = ()  # what gives the columns that the mix goes by, in words
    progress: Sequence[str] = ()  # what the stages say of how far they are

    def lines(self) -> Iterator[str]:
        yield f"inputs: {counted(self.shards, 'unit')}, {self.new_shards} of them new"
        yield f"tokenizer: {self.tokenizer}"
        if self.template is not None:
            yield f"template: {self.template}"
        if self.mix is not None:
            yield f"mix: {self.mix}"
        yield from self.columns
        yield from self.progress
        if self.limit is not None:
            return
        yield from (f"changed: {change}" for change in self.changes)
        if self.first_stage is None:
            yield "nothing to do"
        else:
            stages = ", ".join(self.stages[self.stages.index(self.first_stage) :])
            yield f"would run: {stages} (units whose input is the same are kept)"


def explain(spec: JobSpec, files: Sequence[tuple[InputFile, str, Reader]], *, update: bool = False) -> Explanation:
    """Compare the job with its workspace; nothing is written. update: as `corpusmill update` would take the files.

    InputError where that would be refused.
    """
    workspace = Store(spec.workspace, spec.storage)
    shards = kept.without_vanished(spec, workspace, inventory.look(spec, workspace, files, update=update))
    state = State(spec, workspace, Store(spec.output, spec.storage), shards.current)
    versioned = pointer_of(state.output) is not None
    found = list(statuses(state, BEFORE if versioned else STAGES))
    last, status = found[-1]
    first_stage = last.name if status.outcome is None else None
    if versioned and first_stage is None:
        for stage, each in found:
            state = state.extended(stage, each.outcome)
        first_stage = None if stands(state) else SelectStage.name
    changes = list(differences(last_job(workspace), json.loads(spec.to_canonical())))
    changes += edited(last_files(workspace), files_of(spec))
    changes += missing_shards(shards.all, missing_from(shards.current, sweep.remembered(workspace, "shards")))
    if sweep.remembered(workspace, "taken_out") not in (set(), {excluded.state(workspace)}):
        changes.append("documents, runs or sources were taken out")
    return Explanation(
        shards=len(shards.current),
        new_shards=len(shards.new),
        committed=found[0][1].committed or 0,
        remarks=[*doubled(spec, shards), *kept_languages.confusions((s.build() for s in spec.documents), languages_in)],
        progress=[
            *(line for _, each in found for line in each.lines),
            *requests.lines(spec, [file for file, _, _ in files], shards.new),
        ],
        stages=names(spec),
        changes=changes,
        first_stage=first_stage,
        limit=spec.sample.limit,
        tokenizer=tokenizer.description(spec.tokens),
        template=chat.description if (chat := chat_of(spec.tokens)) is not None else None,
        mix=unit_of(spec.mix),
        columns=tuple(column_origins.lines(spec, ((file.source, reader) for file, reader, _ in files))),
    )


def unit_of(mix: MixSpec) -> str | None:
    """What a mix is counted in, with its budget, in words; None where that is tokens.

    >>> unit_of(MixSpec(unit="rows", budget_rows=1000))
    'counted in rows, a budget of 1,000'
    """
    if mix.unit == "tokens":
        return None
    budget = "" if mix.budget is None else f", a budget of {mix.budget:,}"
    return f"counted in {mix.unit.replace('_', ' ')}{budget}"


def missing_from(current: Shards, identities: set[int]) -> set[int]:
    """Those of the identities that none of these shards has."""
    return identities.difference(current.identities().tolist()) if identities else identities


def missing_shards(recorded: Shards, numbers: set[int]) -> Iterator[str]:
    """In words: these shards, which the last finished run was about, are not among the inputs as they are now."""
    rows = np.isin(recorded.identities(), np.fromiter(numbers, np.int64, len(numbers)))
    files = sorted(set(recorded.filter(rows).table["uri"].to_pylist()))
    shown = ", ".join(uri.rsplit("/", 1)[-1] for uri in files[:FILES_SHOWN])
    more = f" and {len(files) - FILES_SHOWN} more" if len(files) > FILES_SHOWN else ""
    if numbers:
        yield f"{len(numbers)} input units of the last run are missing, changed or excluded: {shown}{more}"


def last_job(workspace: Store) -> Mapping[str, Any] | None:
    """The job of the last run that published from this workspace, or None."""
    try:
        return json.loads(workspace.read(layout.JOB))
    except FileNotFoundError:
        return None


def files_of(spec: JobSpec) -> dict[str, str]:
    """sha256 of the plan and the tokenizer that the job names, as they are now, by key, and of the modules of its own
    operators, by path. MissingFile for a lost one.
    """
    named = {"mix.plan": spec.mix.plan, "tokens.tokenizer": spec.tokens.tokenizer}
    return user_code.prints_of(spec) | {
        key: hashlib.sha256(resources.read(address)).hexdigest()
        for key, address in named.items()
        if address is not None
    }


def last_files(workspace: Store) -> dict[str, str]:
    """`files_of` the last run that published from this workspace; empty before the first."""
    try:
        return json.loads(workspace.read(layout.JOB_FILES))
    except FileNotFoundError:
        return {}


def edited(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Each file that the last run took in and that has other content now.

    >>> list(edited({"mix.plan": "a" * 64}, {"mix.plan": "b" * 64, "tokens.tokenizer": "c" * 64}))
    ['mix.plan: the file was edited: sha256 aaaaaaaaaaaa -> bbbbbbbbbbbb']
    """
    for key in sorted({*before} & {*now}):
        if before[key] != now[key]:
            yield f"{key}: the file was edited: sha256 {before[key][:12]} -> {now[key][:12]}"


def remember(workspace: Store, spec: JobSpec, files: Mapping[str, str]) -> None:
    """Keep the job that was published, and `files_of` it as the run began, for the next comparison."""
    workspace.publish_changed(layout.JOB_FILES, json.dumps(dict(files), sort_keys=True).encode())
    workspace.publish_changed(layout.JOB, spec.to_canonical().encode())


def languages_in(model: str) -> frozenset[str]:
    """The languages that the fastText model at an address tells."""
    return frozenset(name.language for name in names_of(resources.opened(model)))


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Each changed value as 'mix.temperature: 3.33 -> 2.0'; nothing when there was no run before.

    >>> list(differences({"mix": {"seed": 0, "alpha": None}}, {"mix": {"seed": 1, "alpha": None}}))
    ['mix.seed: 0 -> 1']
    >>> counts, bounds = {"operator": "signals.counts"}, {"operator": "decide.bounds", "params": {"max": 1}}
    >>> list(differences({"documents": [bounds]}, {"documents": [counts, {**bounds, "params": {"max": 2}}]}))
    ['step 1, signals.counts: new', 'step 2, decide.bounds: max: 1 -> 2']
    """
    if before is None and not path:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif path == "documents" and isinstance(before, list) and isinstance(after, list):
        yield from _of_steps(before, after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{path}[{i}]")
    elif before != after:
        yield f"{path}: {json.dumps(before, ensure_ascii=False)} -> {json.dumps(after, ensure_ascii=False)}"


def _of_steps(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Steps that are new, taken out, or have other parameters, by their number in the job that has them."""
    names = [[step["operator"] for step in steps] for steps in (before, after)]
    for tag, a, b, c, d in difflib.SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if tag == "equal":
            for number, (old, new) in enumerate(zip(before[a:b], after[c:d], strict=True), c + 1):
                place = f"step {number}, {new['operator']}: "
                yield from (place + line.removeprefix("params.") for line in differences(old, new))
        else:
            yield from (f"step {a + n}, {name}: taken out" for n, name in enumerate(names[0][a:b], 1))
            yield from (f"step {c + n}, {name}: new" for n, name in enumerate(names[1][c:d], 1))
