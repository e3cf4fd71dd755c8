"""The part of the mix of one tokenized unit, or of several small ones.

Each chosen copy of a document, under the key of its output shard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.assign import assign
from corpusmill.operators.mix.select.counts import ExclusionReason, columns_read, excluded_rows
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.operators.mix.spec.unit import SUPERVISED
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import KEY_BITS, KeyRange
from corpusmill.pipeline.execution.run_stage import Tallied, commit_unit
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.stages.mix.stage import Selection, load_cuts
from corpusmill.pipeline.stages.mix.supply import light
from corpusmill.pipeline.stages.tokenize.axes_unit import ALWAYS
from corpusmill.pipeline.stages.tokenize.unit import count

_loaded: dict[tuple[str, str], Selection] = {}


def selection(workspace: Store, fingerprint: str) -> Selection:
    """The cuts of a mix, read once a process."""
    key = (workspace.url, fingerprint)
    if key not in _loaded:
        _loaded.clear()
        _loaded[key] = load_cuts(workspace, fingerprint)
    return _loaded[key]


def shard_range(shard: int, shards: int) -> KeyRange:
    """The keys of one output shard: shard numbers are the top bits of the key, as many as number them all."""
    return KeyRange(max(0, (shards - 1).bit_length()), shard)


class SelectUnit(TypedDict):
    """Axes units, each with the tokenized unit it is of; size_bytes: of their tokens."""

    name: str
    units: list[tuple[str, str]]
    size_bytes: int


class Selected(Tallied):
    """Chosen copies, and the bytes of the file that has them."""

    documents: int
    bytes: int


@dataclass(frozen=True)
class Select:
    """The task of a select unit; travels to the workers."""

    workspace: Store
    mix: str  # fingerprint

    def __call__(self, unit: SelectUnit) -> Selected:
        name, tally = unit["name"], Tally()
        out = pa.concat_tables([self._of(axes, tokens, tally) for axes, tokens in unit["units"]])
        payload = encoded(out).to_pybytes()
        counts: Selected = {"documents": out.num_rows, "bytes": len(payload), "tally": tally.to_json()}
        return commit_unit(self.workspace, "select", name, counts, {f"selected/{name}.arrow": payload})

    def _of(self, axes: str, tokens: str, tally: Tally) -> pa.Table:
        """The copies that are chosen of one tokenized unit, under the keys of their output shards."""
        chosen = selection(self.workspace, self.mix)
        there = light(self.workspace, axes, [*columns_read(chosen.plan), *ALWAYS, "bytes"])
        documents = rows_of(there, chosen.plan)
        copies = assign(chosen.cuts, documents)
        rows, shard = copies["row"].to_numpy(), copies["shard"].to_numpy()
        bits = shard_range(0, chosen.total_shards).bits
        key = shard.astype(np.uint64) << np.uint64(KEY_BITS - bits) if bits else np.zeros(len(shard), np.uint64)
        with self.workspace.open(f"tokens/{tokens}.parquet") as f:
            ids = read_table(f, columns=["ids"])["ids"].combine_chunks()
        count(there.take(pa.array(rows)), tally)
        tell_selected(there, excluded_rows(there, chosen.plan, np.bincount(rows, minlength=there.num_rows)), tally)
        return pa.table(
            {
                "key": key,
                "doc_id": documents.doc_id[rows],
                "u": documents.u[rows],
                "leaf": copies["leaf"],
                "pass": copies["pass"],
                "n_tokens": there["n_tokens"].combine_chunks().take(pa.array(rows)),
                "ids": ids.take(pa.array(rows)),
            }
        )


def tell_selected(there: pa.Table, lost: Mapping[ExclusionReason, np.ndarray], tally: Tally) -> None:
    """Distinct documents of a unit, tokens and text bytes: those that are in the mix, and the others by reason.

    Supervised tokens of the others, too, where the mix counts these.
    """
    tokens, size = there["n_tokens"].to_numpy().astype(np.int64), there["bytes"].to_numpy()
    taken = ~np.logical_or.reduce(list(lost.values()))
    tally.add("selected", "documents", by=int(taken.sum()))
    tally.add("selected", "tokens", by=int(tokens[taken].sum()))
    tally.add("selected", "bytes", by=int(size[taken].sum()))
    supervised = there[SUPERVISED].to_numpy() if SUPERVISED in there.column_names else None
    for reason, mask in lost.items():
        tally.add("not selected", "documents", reason, by=int(mask.sum()))
        tally.add("not selected", "tokens", reason, by=int(tokens[mask].sum()))
        if supervised is not None:
            tally.add("not selected", SUPERVISED, reason, by=int(supervised[mask].sum()))
