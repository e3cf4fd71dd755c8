"""Which copies of a unit's documents go to which output shard: every unit alone, whatever the units are."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.mix.cuts.cuts import Cuts
from corpusmill.operators.mix.supply.bins import Rows

ASSIGNED = pa.schema(
    [
        pa.field("row", pa.int64()),  # of the unit
        pa.field("leaf", pa.int32()),
        pa.field("pass", pa.int16()),  # 0 the first time the document is used
        pa.field("phase", pa.int16()),
        pa.field("shard", pa.int32()),  # of the whole dataset: those of the first phase come first
    ]
)


def assign(cuts: Cuts, rows: Rows) -> pa.Table:
    """One row (`ASSIGNED`) for each copy of each document that the plan takes, by document, then pass."""
    phases = len(cuts.shards)
    own = np.flatnonzero(rows.lane >= 0)
    lane, u, doc_id = rows.lane[own], rows.u[own], rows.doc_id[own]
    copies = np.zeros((phases + 1, len(own)), np.int64)
    for phase in range(phases):
        cut_u, cut_id = cuts.u[phase][lane], cuts.doc_id[phase][lane]
        early = (u < cut_u) | ((u == cut_u) & (doc_id < cut_id))
        copies[phase + 1] = cuts.passes[phase][lane] + early
    index, pass_ = _spread(copies[-1])
    phase = (pass_ >= copies[1:, index]).sum(axis=0)
    shard = _shards(cuts, lane[index], u[index], pass_, phase)
    columns = [own[index], cuts.lane_leaf[lane[index]], pass_, phase, shard]
    arrays = [pa.array(c.astype(f.type.to_pandas_dtype())) for c, f in zip(columns, ASSIGNED, strict=True)]
    return pa.Table.from_arrays(arrays, schema=ASSIGNED)


def _shards(cuts: Cuts, lane: np.ndarray, u: np.ndarray, pass_: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Shards by equal tokens of each lane's stretch; a copy's place is told by the histogram, to within its bin."""
    layout = cuts.layout
    bin_ = layout.bin_of(lane, u)
    width = np.exp2(64.0 - layout.bits[lane])
    inside = u.astype(np.float64) / width
    inside -= np.floor(inside)
    begin, end = layout.offsets[lane], layout.offsets[lane + 1]
    place = cuts.before[bin_] - cuts.before[begin] + inside * (cuts.before[bin_ + 1] - cuts.before[bin_])
    place += pass_ * (cuts.before[end] - cuts.before[begin])
    stops = np.concatenate([np.zeros((1, cuts.lane_stops.shape[1]), np.int64), cuts.lane_stops])
    start, stop = stops[phase, lane], stops[phase + 1, lane]
    part = np.clip((place - start) / np.maximum(stop - start, 1), 0.0, 1.0)
    count = np.array(cuts.shards)[phase]
    first = np.concatenate([[0], np.cumsum(cuts.shards)])[phase]
    turned = np.minimum(part, np.nextafter(1.0, 0.0)) * count + cuts.rotation[phase, lane]
    return first + np.floor(turned).astype(np.int64) % count


def _spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
