"""Which output shards belong to a phase, and by how much a lane's shards are turned against the others'.

A stretch goes to the shards of its phase in order, by equal tokens. A lane with few documents would always hit the same
ones (a single document: the middle), so its shards are turned by an amount that only its own values decide.
"""

import hashlib

import numpy as np

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.solve.allocate import round_off

FEW = 4  # documents a shard; a guess


def shards_of(plan: MixPlan, shards: int) -> tuple[int, ...]:
    """Shards of each phase, by its tokens, at least one; together `shards`."""
    count = len(plan.phases)
    if shards < count:
        raise SpecError(f"{shards} shards for {count} phases: each phase needs at least one")
    tokens = np.array([p.tokens for p in plan.phases], np.float64)
    if not tokens.sum() > 0:
        raise SpecError(f"the budget of the mix comes to 0 {plan.unit.words}")
    least, most = np.ones(count, np.int64), np.full(count, shards, np.int64)
    wanted = np.maximum(tokens / tokens.sum() * shards, 1.0)
    wanted = np.maximum(1.0, wanted * shards / wanted.sum())
    found = round_off(wanted, least, most, np.zeros(count, np.int64), np.array([shards]))
    return tuple(found.tolist())


def rotations(plan: MixPlan, lane_tokens: np.ndarray, shards: tuple[int, ...]) -> np.ndarray:
    """(phases, lanes) float64: shards to turn by; 0 for lanes with more than FEW documents a shard."""
    lanes = plan.leaves.lanes
    mean = lanes.tokens / np.maximum(lanes.documents, 1)
    out = np.zeros(lane_tokens.shape)
    for phase, count in enumerate(shards):
        few = (lane_tokens[phase] > 0) & (lane_tokens[phase] < FEW * count * mean)
        for lane in np.flatnonzero(few).tolist():
            name = (plan.phases[phase].name, *plan.leaves.key(int(lanes.leaf[lane])), str(lanes.parts[lane]))
            out[phase, lane] = unit_hash("\x1f".join(name), plan.seed) * count
    return out


def unit_hash(name: str, seed: int) -> float:
    """A number in [0, 1) that a name and a seed decide, the same everywhere.

    >>> round(unit_hash("law", 0), 6)
    0.605564
    """
    digest = hashlib.blake2b(name.encode(), digest_size=8, key=seed.to_bytes(8, "little")).digest()
    return int.from_bytes(digest, "little") / 2**64
