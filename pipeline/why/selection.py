"""Whether the mix took a document, why or why not, and where its tokens are in the dataset."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.assign import assign
from corpusmill.operators.mix.select.counts import columns_read, excluded_rows
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.execution.run_stage import stage_manifest
from corpusmill.pipeline.files.dataset_layout import MANIFEST, validation_folder
from corpusmill.pipeline.files.manifest import read_manifest
from corpusmill.pipeline.files.workspace_layout import TOKENIZED
from corpusmill.pipeline.stages.mix import stage as mix
from corpusmill.pipeline.stages.mix.stage import Planned, load_cuts
from corpusmill.pipeline.stages.mix.supply import light
from corpusmill.pipeline.stages.pack.unit import part_name
from corpusmill.pipeline.stages.tokenize.axes_unit import ALWAYS
from corpusmill.pipeline.stages.tokenize.stage import axes_units, units_of
from corpusmill.pipeline.why.find import Document, LastRun
from corpusmill.pipeline.workspace.shards import UnitFiles

STEM = re.compile(r"part-\d{5,}-of-\d{5,}")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A piece of one copy of a document: part, row in it, first token in the row, and token of the document."""

    part: str
    row: int
    at_token: int
    from_token: int
    tokens: int
    pass_: int


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the mix made of a document. reason: why it took no copy; null where it did.

    draw: its place in the order of its group, 0 to 1; taken_up_to: how far the mix took that order in its last round.
    group_tokens, group_planned: of the group, there and planned for the mix, in its unit.
    """

    group: str
    tokens: int
    draw: float
    copies: int
    reason: str | None
    taken_up_to: float | None
    group_tokens: int
    group_planned: int
    unit: str = Unit.TOKENS.words
    held_out: bool = False
    parts: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    missing: str | None = None  # why its places could not be read


def chosen(run: LastRun, document: Document, output: Store) -> Chosen | None:
    """What the mix of the last run made of a document that was not removed; None where nothing is tokenized."""
    state = stage_manifest(run.workspace, TOKENIZED)
    if state is None or document.shard is None:
        return None
    axes = axes_of(run, document)
    if axes not in set(state["units"]):
        return None
    planned = mix.finished_plan(mix.training(run.spec), run.workspace, state["units"])
    found = None if planned is None else _of_plan(run, document, axes, planned)
    if found is None or planned is None:
        return None
    if found.reason == "held out" and (held := _held_out(run, document, axes, state["units"])) is not None:
        return with_places(held, validation_folder(output), document.doc_id)
    return with_places(found, output, document.doc_id) if found.copies else found


def axes_of(run: LastRun, document: Document) -> str:
    """The axes unit that holds the document; names of units say what they are made of, so nothing is searched."""
    assert document.shard is not None
    (tokens,) = units_of(run.spec, {document.unit: UnitFiles.of(document.shard)}, run.duplicates)
    (axes,) = axes_units(run.spec, {tokens["name"]: tokens})
    return axes["name"]


def _held_out(run: LastRun, document: Document, axes: str, units: Sequence[str]) -> Chosen | None:
    planned = mix.finished_plan(mix.validation(run.spec), run.workspace, units)
    found = None if planned is None else _of_plan(run, document, axes, planned)
    return None if found is None else Chosen(**{**vars(found), "held_out": True})


def _of_plan(run: LastRun, document: Document, axes: str, planned: Planned) -> Chosen | None:
    selection = load_cuts(run.workspace, planned.fingerprint)
    plan, cuts = selection.plan, selection.cuts
    there = light(run.workspace, axes, [*columns_read(plan), *ALWAYS])
    at = pc.index(there["doc_id"], document.doc_id).as_py()
    if at < 0:
        return None
    row = there.slice(at, 1)
    documents = rows_of(row, plan)
    copies = assign(cuts, documents)
    lane, leaf = int(documents.lane[0]), int(plan.leaves.leaf_of(row)[0])
    reasons = excluded_rows(row, plan, np.array([copies.num_rows]))
    reason = next((str(word.value) for word, mask in reasons.items() if mask[0]), None)
    known = leaf >= 0 and leaf < len(plan.leaves)
    return Chosen(
        group="/".join(plan.leaves.key(leaf)) if known else "no group",
        tokens=int(row["n_tokens"][0].as_py()),
        draw=float(documents.u[0]) / 2**64,
        copies=copies.num_rows,
        reason=reason,
        taken_up_to=float(cuts.u[-1][lane]) / 2**64 if lane >= 0 else None,
        group_tokens=int(_tokens_of(plan, leaf)) if known else 0,
        group_planned=int(plan.taken[leaf]) if known else 0,
        unit=plan.unit.words,
        parts=tuple(part_name(int(shard), selection.total_shards) for shard in copies["shard"].to_pylist()),
    )


def _tokens_of(plan: Any, leaf: int) -> int:
    return plan.leaves.lanes.tokens[plan.leaves.lanes.leaf == leaf].sum()


def with_places(found: Chosen, output: Store, doc_id: int) -> Chosen:
    """`found` with the rows of the dataset that hold its tokens, or with why they are not there."""
    if not output.exists(MANIFEST):
        return Chosen(**{**vars(found), "missing": f"there is no dataset in {output.url}"})
    stems = {STEM.search(str(part["name"])): str(part["name"]) for part in read_manifest(output)["parts"]}
    named: Mapping[str, str] = {match.group(): name for match, name in stems.items() if match}
    wanted = [name.rpartition("/")[2].removesuffix(".parquet") for name in dict.fromkeys(found.parts)]
    if not all(stem in named for stem in wanted):
        told = f"the dataset in {output.url} is of another run: it has no {wanted[0]}"
        return Chosen(**{**vars(found), "missing": told})
    places = tuple(place for stem in wanted for place in places_in(output, named[stem], doc_id))
    return Chosen(**{**vars(found), "places": places, "missing": None if places else "taken out after it was made"})


def places_in(output: Store, part: str, doc_id: int) -> Iterator[Place]:
    """Where a part holds pieces of a document; its tokens are not read."""
    with output.open(part) as file:
        columns = ["doc_ids", "seq_lens", "doc_offsets", "pass"]
        table = pq.ParquetFile(file).read(columns, use_threads=False).combine_chunks()
    flat = {name: table[name].combine_chunks() for name in table.column_names}
    rows = pc.list_parent_indices(flat["doc_ids"]).to_numpy()
    names = ("doc_ids", "seq_lens", "doc_offsets", "pass")
    ids, lengths, offsets, passes = (flat[name].flatten().to_numpy() for name in names)
    for piece in np.flatnonzero(ids == doc_id).tolist():
        first = int(np.searchsorted(rows, rows[piece]))
        yield Place(
            part=part,
            row=int(rows[piece]),
            at_token=int(lengths[first:piece].sum()),
            from_token=int(offsets[piece]),
            tokens=int(lengths[piece]),
            pass_=int(passes[piece]),
        )
