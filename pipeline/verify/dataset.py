"""All of a dataset worked out again: checksums, counts, the mix, the funnel, and a sample of texts there and back."""

import dataclasses
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.execution.progress import Bar, counted
from corpusmill.pipeline.files.dataset_layout import PARTS
from corpusmill.pipeline.files.manifest import read_manifest
from corpusmill.pipeline.verify import mixed
from corpusmill.pipeline.verify.findings import Check, Findings
from corpusmill.pipeline.verify.flow import conservation
from corpusmill.pipeline.verify.part import Part, read_part
from corpusmill.pipeline.verify.replayed import replay
from corpusmill.pipeline.verify.texts import round_trip
from corpusmill.pipeline.verify.written import MOST_IN_MEMORY, Copies, Leafwise, copies_breaches, taken_down

SAMPLED = 64  # documents, over all parts
READERS = 4  # parts in memory at once


def parts_of(output: Store) -> int:
    """How many parts there are to look at. InvalidDataset where there is no dataset."""
    return len(manifest_of(output)["parts"])


def manifest_of(output: Store) -> Mapping[str, Any]:
    """The manifest. InvalidDataset where there is none, or it is not one of ours."""
    return read_manifest(output)


def verify(output: Store, bar: Bar) -> Findings:
    """Every check of a dataset; `bar` advances with each part. Only the dataset itself is read."""
    manifest = manifest_of(output)
    told = manifest["parts"]
    plan, unreadable = planned(output)
    unit = Unit.TOKENS if plan is None else plan.unit
    every = max(1, -(-int(manifest["documents"]) // MOST_IN_MEMORY))
    sample = max(1, SAMPLED // max(len(told), 1))

    def one(line: Mapping[str, Any]) -> tuple[Part, Leafwise, Copies]:
        part = read_part(output, line, sample)
        found = part, Leafwise.of(part, unit), Copies.of(part, every)
        bar.advance(documents=len(part.doc_id), size_bytes=int(line["bytes"]))
        return found

    with ThreadPoolExecutor(READERS) as pool:
        seen = [(light(part), leafwise, copies) for part, leafwise, copies in pool.map(one, told)]
    parts = [part for part, _, _ in seen]
    checks = [files(output, manifest), contents(manifest, parts)]
    looked, wrong = copies_breaches([copies for _, _, copies in seen])
    some, unread = "" if every == 1 else f", one document in {every}", not_read(parts)
    told_of = f"{looked:,} document copies complete, none written twice{some}"
    checks.append(Check(name="documents", message=told_of, breaches=(*wrong, *unread)))
    if any(part.taken_down.copies for part in parts):
        checks.append(with_breaches(taken_down(parts, [copies for _, _, copies in seen]), unread))
    appended = "appended" in manifest
    figures: dict[str, float] = {}
    if plan is None:
        checks.append(unreadable)
    else:
        more, figures = mix_checks(plan, [leafwise for _, leafwise, _ in seen], appended=appended)
        checks += more
    checks.append(conservation(output, manifest, distinct(parts, [copies for _, _, copies in seen])))
    keep_special = manifest.get("special_tokens") == "keep"
    checks.append(with_breaches(round_trip(output, parts, keep_special=keep_special), unread))
    return Findings(url=output.url, checks=tuple(checks), figures=figures)


def not_read(parts: list[Part]) -> list[str]:
    """A breach when some parts could not be read: what is said of all documents is not true of theirs."""
    unread = [part for part in parts if not part.footer]
    return [f"{len(unread):,} of {counted(len(parts), 'part')} could not be read: not checked there"] if unread else []


def with_breaches(check: Check, more: list[str]) -> Check:
    """The check with further breaches."""
    return dataclasses.replace(check, breaches=(*check.breaches, *more))


def distinct(parts: list[Part], copies: list[Copies]) -> int | None:
    """Documents that the parts hold, each once; null where not all were looked at, or some are no longer there."""
    if any(part.taken_down.copies for part in parts) or any(c.every > 1 for c in copies):
        return None
    return len(np.unique(np.concatenate([np.zeros(0, np.int64), *(c.rows[0] for c in copies)])))


def light(part: Part) -> Part:
    """The part without its documents, which are counted by now."""
    none = part.doc_id[:0]
    return dataclasses.replace(part, doc_id=none, pass_=none, leaf=none, tokens=none, supervised=none)


def files(output: Store, manifest: Mapping[str, Any]) -> Check:
    """Files beside the parts are those of the manifest, and no part is there that it does not name."""
    wrong = []
    beside = {"_plan.json": "plan", "_funnel.json": "funnel", "tokenizer.json": "tokenizer"}
    if "profile_sha256" in manifest:
        beside["_profile.json"] = "profile"
    if "thresholds_sha256" in manifest:
        beside["_thresholds.json"] = "thresholds"
    for name, key in beside.items():
        try:
            same = hashlib.sha256(output.read(name)).hexdigest() == manifest[f"{key}_sha256"]
            wrong += [] if same else [f"{name} is not the one the manifest was written with"]
        except FileNotFoundError:
            wrong.append(f"{name} is missing")
    for about in manifest.get("document_files", ()):
        wrong += about_documents(output, about)
    known = {p["name"] for p in manifest["parts"]}
    there = {f.uri for f in output.files() if f.uri.startswith(("part-", PARTS))}
    wrong += [f"{name} is missing" for name in sorted(known - there)]
    wrong += [f"{name} belongs to no dataset" for name in sorted(there - known)]
    parts = counted(len(known), "part") if known <= there else f"{len(known & there):,} of {len(known):,} parts"
    return Check(name="files", message=f"{parts}, plan, funnel and tokenizer", breaches=tuple(wrong))


def about_documents(output: Store, about: Mapping[str, Any]) -> list[str]:
    """What is wrong with a file about documents. about: as the manifest tells of it."""
    name = str(about["name"])
    try:
        same = hashlib.sha256(output.read(name)).hexdigest() == about["sha256"]
    except FileNotFoundError:
        return [f"{name} is missing"]
    return [] if same else [f"{name} is not the one the manifest was written with"]


def contents(manifest: Mapping[str, Any], parts: list[Part]) -> Check:
    """Checksums, columns and counts of the parts; the manifest's sums; one tokenizer and one packing for all."""
    wrong = [breach for part in parts for breach in part.breaches]
    for what in ("documents", "sequences", "tokens"):
        together = sum(p[what] for p in manifest["parts"])
        if together != manifest[what]:
            wrong.append(f"the manifest's parts have {together:,} {what} together, it says {manifest[what]:,}")
    wanted = {"tokenizer_sha256": manifest["tokenizer_sha256"], "packing": manifest["packing"]}
    for part in parts:
        wrong += [
            f"{part.name}: its footer says {key} {part.footer[key]!r}, the manifest {value!r}"
            for key, value in wanted.items()
            if part.footer and part.footer[key] != value
        ]
    figures = f"{manifest['documents']:,} documents, {manifest['sequences']:,} sequences, {manifest['tokens']:,} tokens"
    return Check(name="parts", message=figures, breaches=tuple(wrong))


def planned(output: Store) -> tuple[MixPlan | None, Check]:
    """The plan of a dataset; None where it cannot be read, and the check that says so."""
    try:
        return from_json(output.read("_plan.json")), Check(name="mix", message="")
    except (SpecError, ValueError, FileNotFoundError) as e:
        return None, Check(name="mix", message="", breaches=(f"_plan.json: {e}",))


def mix_checks(plan: MixPlan, parts: list[Leafwise], *, appended: bool) -> tuple[list[Check], dict[str, float]]:
    """What was written against the plan. appended: some parts were added to those of an earlier version, so that each
    by itself is no small mix any more: only all together are.
    """
    try:
        written = mixed.Mixed.of(plan, parts)
    except ValueError as e:
        return [Check(name="mix", message="", breaches=(f"_plan.json: {e}",))], {}
    shares, worst_share, worst_fine_share = mixed.shares(written)
    variation, worst_part, worst_part_bound = mixed.parts(written)
    total, aim = int(written.tokens.sum()), sum(p.tokens for p in plan.phases)
    figures = {
        "tokens": float(total),
        "off_budget": float(total - aim),
        "largest_document": float(plan.leaves.largest.max(initial=0)),
        "worst_share": worst_share,
        "worst_fine_share": worst_fine_share,
        "worst_part": worst_part,
        "worst_part_bound": worst_part_bound,
        "worst_leaf": mixed.farthest(written),
    }
    checks = [mixed.budget, mixed.leaves, mixed.windows, mixed.caps]
    again = replay(written)
    if appended:
        variation = Check(name=variation.name, message=f"not each by itself, some were appended; {variation.message}")
    return [*(check(written) for check in checks), *([again] if again else []), shares, variation], figures
