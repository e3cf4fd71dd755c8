"""One shard's part of the difference between two mixes: the copies that one takes and the other does not."""

import io
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.select.assign import assign
from corpusmill.operators.mix.select.counts import columns_read, excluded_rows
from corpusmill.operators.mix.select.position import SPREAD
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.execution.run_stage import Tallied, commit_unit
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.stages.mix.stage import Selection, load_cuts
from corpusmill.pipeline.stages.mix.supply import light
from corpusmill.pipeline.stages.pack.select_unit import tell_selected
from corpusmill.pipeline.stages.tokenize.axes_unit import ALWAYS
from corpusmill.pipeline.stages.tokenize.unit import count

STAGE = "difference"
# What makes two copies the same: the document, which copy of it, its text (by its hash and length) and its mix group.
COPY = np.dtype([("doc_id", "<i8"), ("pass", "<i8"), ("u", "<u8"), ("tokens", "<i8"), ("leaf", "<i8")])

PASS_BITS = 16  # passes are int16

_loaded: dict[tuple[str, str], Selection] = {}


def selection(workspace: Store, fingerprint: str) -> Selection:
    """The cuts of a mix, read once a process; those of the two last mixes are held."""
    key = (workspace.url, fingerprint)
    if key not in _loaded:
        while len(_loaded) > 1:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = load_cuts(workspace, fingerprint)
    return _loaded[key]


@dataclass(frozen=True)
class Chosen:
    """What a mix takes of a unit. there: its documents; row: of each copy, in `there`; copies: COPY."""

    there: pa.Table
    row: np.ndarray
    copies: np.ndarray

    def keys(self, *, same_rows: bool) -> np.ndarray:
        """What makes each copy equal to one of another mix. same_rows: that is of the very same documents, so that row
        and pass are enough, which are compared ten times as fast.
        """
        return self.row << PASS_BITS | self.copies["pass"] if same_rows else self.copies


class DifferenceUnit(TypedDict):
    """A shard: its axes unit and its tokenized unit now (null: it is not in the mix any more), and its axes unit in the
    earlier mix (null: it had none).
    """

    name: str
    axes: str | None
    tokens: str | None
    before: str | None


class Compared(Tallied):
    """Copies that are new, the bytes of the file that has them, and copies that are not taken any more."""

    documents: int
    bytes: int
    added_tokens: int
    removed: int
    removed_tokens: int


@dataclass(frozen=True)
class Difference:
    """The task of a unit; travels to the workers.

    Writes `difference/NAME.arrow`, the copies that are new with their ids, and `difference/NAME.removed.arrow`, doc_id
    and pass of those that are not taken any more.
    """

    workspace: Store
    mix: str
    mix_before: str

    def __call__(self, unit: DifferenceUnit) -> Compared:
        name, now = unit["name"], self._chosen(self.mix, unit["axes"])
        before = self._chosen(self.mix_before, unit["before"])
        mine, theirs = (each.keys(same_rows=unit["axes"] == unit["before"]) for each in (now, before))
        new = np.flatnonzero(~np.isin(mine, theirs))
        lost = before.copies[~np.isin(theirs, mine)]
        payload = encoded(self._with_ids(now, new, unit["tokens"])).to_pybytes()
        self.workspace.publish(f"{STAGE}/{name}.arrow", payload)
        if len(lost):
            self.workspace.publish(f"{STAGE}/{name}.removed.arrow", removed_bytes(lost))
        tally = Tally()
        if now.there.num_rows:
            count(now.there.take(pa.array(now.row)), tally)
            reasons = excluded_rows(
                now.there,
                selection(self.workspace, self.mix).plan,
                np.bincount(now.row, minlength=now.there.num_rows),
            )
            tell_selected(now.there, reasons, tally)
        counts: Compared = {
            "documents": len(new),
            "bytes": len(payload),
            "added_tokens": int(now.copies["tokens"][new].sum()),
            "removed": len(lost),
            "removed_tokens": int(lost["tokens"].sum()),
            "tally": tally.to_json(),
        }
        return commit_unit(self.workspace, STAGE, name, counts)

    def _chosen(self, mix: str, axes: str | None) -> Chosen:
        if axes is None:
            return Chosen(pa.table({}), np.zeros(0, np.int64), np.zeros(0, COPY))
        chosen = selection(self.workspace, mix)
        there = light(self.workspace, axes, [*columns_read(chosen.plan), *ALWAYS, "bytes"])
        documents = rows_of(there, chosen.plan)
        assigned = assign(chosen.cuts, documents)
        row = assigned["row"].to_numpy()
        copies = np.zeros(len(row), COPY)
        copies["doc_id"], copies["u"] = documents.doc_id[row], documents.u[row]
        copies["tokens"] = there["n_tokens"].to_numpy()[row]
        copies["pass"], copies["leaf"] = assigned["pass"].to_numpy(), assigned["leaf"].to_numpy()
        return Chosen(there, row, copies)

    def _with_ids(self, now: Chosen, new: np.ndarray, tokens: str | None) -> pa.Table:
        """The new copies as `select` writes them, under keys that spread them evenly."""
        if tokens is None or not len(new):
            ids = pa.array([], pa.large_list(pa.int32()))
        else:
            with self.workspace.open(f"tokens/{tokens}.parquet") as f:
                column = read_table(f, columns=["ids"])["ids"].combine_chunks()
            ids = column.take(pa.array(now.row[new]))
        copies = now.copies[new]
        key = (copies["u"] + copies["pass"].astype(np.uint64)) * np.uint64(SPREAD)
        return pa.table(
            {
                "key": key,
                "doc_id": copies["doc_id"],
                "u": copies["u"],
                "leaf": copies["leaf"].astype(np.int32),
                "pass": copies["pass"].astype(np.int16),
                "n_tokens": copies["tokens"].astype(np.int32),
                "ids": ids,
            }
        )


def removed_bytes(copies: np.ndarray) -> bytes:
    """Removed copies as an Arrow file: doc_id and pass."""
    table = pa.table({"doc_id": copies["doc_id"], "pass": copies["pass"]})
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def removed_of(payload: bytes) -> np.ndarray:
    """What `removed_bytes` gave: (copies, 2) int64, doc_id and pass."""
    table = pa.ipc.open_file(pa.BufferReader(payload)).read_all()
    return np.stack([table["doc_id"].to_numpy(), table["pass"].to_numpy()], axis=1)
