"""Collects what a report shows of a workspace and a dataset, and writes it beside the dataset."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.abilities import Ruled
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.pipeline.config.build.documents import numbered
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup import takedown
from corpusmill.pipeline.dedup.tombstones import Takedown
from corpusmill.pipeline.evidence.changes import decisions
from corpusmill.pipeline.evidence.evidence import Evidence, of_name
from corpusmill.pipeline.evidence.merge import address
from corpusmill.pipeline.files import workspace_layout as layout
from corpusmill.pipeline.profile.count import MONTH, NONE
from corpusmill.pipeline.report.documents import texts_of
from corpusmill.pipeline.report.facts import Facts, Pair, StageTime
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.masking import shown_texts
from corpusmill.pipeline.report.page import render
from corpusmill.pipeline.report.signal_data import Bound
from corpusmill.pipeline.workspace import sweep

NAME = "report.html"
PAIRS = 6
PAIR_CHARS = 1500


def write(spec: JobSpec, workspace: Store, output: Store, say: Callable[[str], None]) -> None:
    """Write the report of a finished run beside its dataset. A fault is said and stops nothing."""
    try:
        output.publish(NAME, render(collect(spec, workspace, output)).encode())
    except Exception as e:  # a report must never cost a run
        say(f"warning: the report could not be written: {type(e).__name__}: {e}; the dataset is complete without it")


def collect(spec: JobSpec | None, workspace: Store | None, output: Store | None) -> Facts:
    """Everything that is to be had of a run. InputError where there is not even a funnel."""
    stores = [store for store in (workspace, output) if store is not None]
    told = next((found for store in stores if (found := content(store, "_funnel.json")) is not None), None)
    if told is None:
        raise InputError([f"no run has finished in {' or '.join(s.url for s in stores)}: run the job first"])
    manifest = None if output is None else content(output, "_manifest.json")
    circumstances = (None if output is None else content(output, "_run.json")) or {}
    evidence = None if workspace is None else evidence_of(workspace)
    shows_texts = workspace is not None and takedown.read(workspace) == Takedown()
    if evidence is not None and not shows_texts:  # a copy of what was taken down may be among them
        evidence = replace(evidence, excerpts=evidence.excerpts.slice(0, 0))
    dedup = None if workspace is None else dedup_of(workspace)
    times = (None if workspace is None else content(workspace, layout.TIMES)) or {}
    plan = None if output is None or not output.exists("_plan.json") else from_json(output.read("_plan.json"))
    return Facts(
        name=(manifest or {}).get("name") or ("" if spec is None else spec.name) or "dataset",
        funnel=Funnel.from_json(told),
        manifest=manifest,
        circumstances=circumstances,
        plan=plan,
        evidence=evidence,
        bounds=[] if spec is None or evidence is None else bounds_of(spec, evidence),
        step_names=[] if spec is None else numbered([step.operator for step in spec.documents]),
        dedup=dedup,
        pairs=pairs_of(workspace, dedup) if dedup is not None and workspace is not None and shows_texts else [],
        times=[StageTime(**each) for each in times.get("stages", ())],
        months=[] if output is None else months_of(output),
    )


def months_of(output: Store) -> list[tuple[str, int, int]]:
    """Documents and tokens of the mix by month, in order; "" stands for documents without a date."""
    found = (content(output, "_profile.json") or {}).get(MONTH, ())
    return sorted(("" if month == NONE else month, documents, tokens) for month, documents, tokens in found)


def content(store: Store, name: str) -> Mapping[str, Any] | None:
    """A JSON file of a store; null where it is not there."""
    try:
        return json.loads(store.read(name))
    except (FileNotFoundError, ValueError):
        return None


def evidence_of(workspace: Store) -> Evidence | None:
    """The evidence of the last finished run; null where there is none."""
    names = sorted(sweep.remembered(workspace, "evidence"))
    return of_name(workspace, names[0]) if names and workspace.exists(address(names[0])) else None


def dedup_of(workspace: Store) -> Mapping[str, Any] | None:
    """What the last deduplication counted."""
    live = sweep.remembered(workspace, "names")
    for file in workspace.files(layout.MANIFESTS):
        if "/dedup-" in f"/{file.uri}" and file.uri.rpartition("-")[2].removesuffix(".json") in live:
            found = content(workspace, file.uri)
            return None if found is None else found["facts"]
    return None


def bounds_of(spec: JobSpec, evidence: Evidence) -> list[Bound]:
    """The bounds of the job, each with the share of what passes it that the later steps keep."""
    names = numbered([step.operator for step in spec.documents])
    found = []
    for number, decision in decisions(spec).items():
        if isinstance(decision, Ruled):
            for t in decision.thresholds():
                later = 1.0
                if t.bound is not None and t.column in evidence.columns:
                    later = evidence.histogram(t.column).passed_later(t.bound, t.low)[0]
                found.append(Bound(number, names[number], t, later))
    return found


def pairs_of(workspace: Store, dedup: Mapping[str, Any]) -> list[Pair]:
    """Some removed documents beside their survivors, those of the largest clusters first."""
    told = dedup.get("shape", {}).get("examples", [])[:PAIRS]
    if not told:
        return []
    units = {name.split("/")[1] for name in sweep.remembered(workspace, "duplicates")}
    ids = [each[key] for each in told for key in ("survivor", "removed")]
    texts = texts_of(workspace, units, ids)
    shown = dict(zip(texts, shown_texts([text[:PAIR_CHARS] for text in texts.values()]), strict=True))
    return [
        Pair(
            survivor=each["survivor"],
            removed=each["removed"],
            similarity=each["similarity"],
            cluster=each["removed_for_it"],
            text_of_kept=shown.get(each["survivor"], ""),
            removed_text=shown.get(each["removed"], ""),
        )
        for each in told
    ]


def keep_times(workspace: Store, seconds: Mapping[str, float], ran: Mapping[str, int]) -> None:
    """Remember how long stages took; one with nothing to do keeps the time of the run that did it."""
    before = {each["name"]: each for each in (content(workspace, layout.TIMES) or {}).get("stages", ())}
    now = {
        name: {"name": name, "seconds": round(taken, 2), "units": ran.get(name, 0)}
        for name, taken in seconds.items()
        if ran.get(name, 0) or name not in before
    }
    stages = [(before | now)[name] for name in seconds]
    workspace.publish_changed(layout.TIMES, json.dumps({"stages": stages}).encode())
