"""Takedown: listed documents leave the published dataset at once, and stay out of every later one.

First the list in the workspace is made longer: from there on no run publishes what is on it. Then the parts that hold
the documents are written again, under other names, the rest of the mix staying as it is; the manifest, which is put in
place last, names them. Cut off anywhere, the same command goes on.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corpusmill.cluster import faultpoint
from corpusmill.errors import InputError
from corpusmill.pipeline.dedup import takedown
from corpusmill.pipeline.dedup.tombstones import Tombstones
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import manifest_of, phases_of, run_stage, runner
from corpusmill.pipeline.files.dataset_layout import validation_folder
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.latest import datasets
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.describe.files import without
from corpusmill.pipeline.stages.pack.unit import PartLine
from corpusmill.pipeline.stages.publish.put import current, put_manifest, put_papers, sweep_document_files, sweep_parts
from corpusmill.pipeline.stages.takedown.unit import STAGE, PartUnit, Rewrite
from corpusmill.pipeline.stages.validation import stage as validation
from corpusmill.pipeline.workspace import sweep

VERSION = 2
MEMORY_BYTES = 2_600_000_000  # 1.25 times the peak on a part of 100 million tokens: 2.06 GB


@dataclass(frozen=True, kw_only=True)
class Request:
    """Documents to take down, by number and by address."""

    ids: tuple[int, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TakenDown:
    """What a takedown did.

    matched: documents of each line of the list, a doc_id or an address; new: documents that were not taken down
    before; documents: all that are taken down by now, with those of earlier lists; parts: how many of the dataset were
    written again; published: there is a dataset.
    """

    matched: Mapping[int | str, int]
    new: int
    documents: int
    parts: int
    published: bool


def take_down(run: Run, request: Request, how: takedown.How, *, allow_missing: bool = False) -> TakenDown:
    """Take documents down. InputError when a line matches no document, before anything is changed.

    allow_missing: addresses that match no document are put on the list too, and keep out what later runs fetch there.
    """
    units = sorted(sweep.remembered(run.workspace, "ingested"))
    if not units:
        raise InputError([f"no run was finished in {run.workspace.url} yet: there is nothing to take down from"])
    key_of = dict(zip(request.urls, takedown.address_keys(request.urls), strict=True))
    urls = sorted({key for key in key_of.values() if key is not None})
    wanted = Tombstones(ids=tuple(sorted(request.ids)), urls=tuple(urls))
    folder = f"{STAGE}/{digest(VERSION, units, wanted.as_lists, how)}"
    work = Work(store=run.workspace, folder=folder, run=runner(run, STAGE, MEMORY_BYTES), show=phases_of(run, STAGE))
    met = takedown.met_among(work, units, wanted, label="met")
    matched = matches(request, key_of, met)
    if wrong := without_match(matched, key_of, run.workspace.url, allow_missing=allow_missing):
        raise InputError([*wrong, f"nothing was taken down; the other {found_lines(matched)}"])
    before = takedown.read(run.workspace)
    taken = before | takedown.tombstones(met, urls, how)
    run.lease.check()
    takedown.write(run.workspace, taken)
    faultpoint.reached("takedown.listed")
    again = Work(
        store=run.workspace, folder=f"{folder}/{digest(taken.buried.as_lists, taken.withdrawn.as_lists)}", run=work.run
    )
    down = takedown.down_among(again, units, taken)
    found = [_without(replace(run, output=output), down.ids) for output in datasets(run.output)]
    rewritten = [parts for parts in found if parts is not None]
    for left_over in run.workspace.files(STAGE):
        run.workspace.delete(left_over.uri)
    return TakenDown(
        matched=matched,
        new=len({m.doc_id for m in met} - {*before.buried.ids, *before.withdrawn.ids}),
        documents=len(down.ids),
        parts=sum(rewritten),
        published=bool(rewritten),
    )


def _without(run: Run, down: np.ndarray) -> int | None:
    """Take documents out of one dataset and of its validation dataset; how many parts were written again, None where
    there is no dataset.
    """
    inside = replace(run, output=validation_folder(run.output))
    held = _rewrite(inside, down, {})
    held_out = current(inside.output) if held else None
    extra = {} if held_out is None else {"validation": {what: held_out[what] for what in validation.COUNTS}}
    rewritten = _rewrite(run, down, extra)
    return None if rewritten is None else rewritten + (held or 0)


def matches(request: Request, key_of: Mapping[str, str | None], met: Sequence[takedown.Met]) -> dict[int | str, int]:
    """How many documents each line of the list matches, in the order of the list: numbers, then addresses."""
    numbers, of_key = {m.doc_id for m in met}, Counter(key for m in met for key in m.addresses)
    of_url = {url: 0 if (key := key_of[url]) is None else of_key[key] for url in request.urls}
    return {**{i: int(i in numbers) for i in request.ids}, **of_url}


def without_match(
    matched: Mapping[int | str, int], key_of: Mapping[str, str | None], workspace: str, *, allow_missing: bool
) -> list[str]:
    """A message for each line that matches nothing, less the addresses that may."""
    wrong = []
    for line, documents in matched.items():
        if isinstance(line, int):
            wrong += [] if documents else [f"there is no document {line} in {workspace}"]
        elif key_of[line] is None:
            wrong.append(f"{line} is no address of a page: correct it, or name the document by its doc_id")
        elif not documents and not allow_missing:
            hint = "correct it, or say --allow-missing to keep out what later runs find there"
            wrong.append(f"{line} matches no document in {workspace}: {hint}")
    return wrong


def found_lines(matched: Mapping[int | str, int]) -> str:
    """How many lines of the list match, and how many documents, in words."""
    lines, documents = sum(n > 0 for n in matched.values()), sum(matched.values())
    return (
        f"{counted(lines, 'line')} of the list {'matches' if lines == 1 else 'match'} {counted(documents, 'document')}"
    )


def _rewrite(run: Run, down: np.ndarray, extra: Mapping[str, Any]) -> int | None:
    """Write the parts again that hold one of the documents; how many. None where there is no dataset.

    down: the documents, int64, sorted. extra: what else the manifest says from now on.
    """
    manifest = current(run.output)
    if manifest is None:
        return None
    task, ids = Rewrite(run.spec.to_canonical(), run.workspace, run.output, down), down.tolist()
    units: list[PartUnit] = [
        {"name": digest(VERSION, run.output.url, part, ids), "part": part} for part in manifest["parts"]
    ]
    uses = kernel_uses.tokens_use(task.job)
    result = run_stage(run, STAGE, units, task, memory_bytes=MEMORY_BYTES, uses=lambda _: uses)
    parts = [c["part"] for c in result.counts.values()]
    rewritten = sum(c["rewritten"] for c in result.counts.values())
    manifest = {**manifest, **extra}
    if rewritten and "document_files" in manifest:
        manifest["document_files"] = without(run.output, manifest["document_files"], down)
    if rewritten or extra:
        told = Funnel.from_json(json.loads(run.output.read("_funnel.json")))
        put_manifest(run, put_papers(run, with_parts(manifest, parts), told))
    sweep_parts(run, parts)
    sweep_document_files(run, manifest)
    for name in result.counts:
        run.workspace.delete(f"units/{STAGE}/{name}.json")
    run.workspace.delete(manifest_of(STAGE, list(result.counts)))
    return rewritten


def with_parts(manifest: Mapping[str, Any], parts: Sequence[PartLine]) -> Mapping[str, Any]:
    """The manifest with other parts, and their sums."""
    summed = ("documents", "sequences", "tokens", *(["supervised_tokens"] if manifest.get("loss") else []))
    sums = {what: sum(p.get(what, 0) for p in parts) for what in summed}
    return {**manifest, **sums, "parts": list(parts)}
