"""The planner at a size no job reaches, and the exactness of selection, with the answers checked.

The peer of selection is drawing every document alone with the target's probability: what it is off by is beside ours.
"""

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.row import row
from corpusmill.errors import Infeasible
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, equal_phases
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.weights import Alpha, Temperature
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.operators.mix.supply.leaves import Lanes, LeafTable

ROOT = Path(__file__).resolve().parents[1]
LEVELS = (
    Level(columns=("domain",), weighting=Temperature(temperature=3.33)),
    Level(columns=("language",), weighting=Alpha(alpha=0.3)),
)
MOST_SECONDS, MOST_BYTES = 60.0, 2e9
MOST_WAIT = 8.0  # a person waits for a plan or its refusal
MOST_GROWTH, MOST_SHARE = 1.2, 0.15


def rows(quick: bool) -> list[dict[str, object]]:
    """Result rows: name, value, unit, peer_value, ratio, at_least, answer_ok, ok."""
    leaves = 100_000 if quick else 1_000_000
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_mix", str(leaves)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    seconds, peak, exact = (float(word) for word in told.stdout.split())
    error, peer, sums = selection_error(100_000 if quick else 1_000_000)
    name = f"mix: plan of {leaves:,} leaves x 5 phases"
    leaves = 500_000 if quick else 1_000_000  # fewer, and what is bounded once for all is more than the rest
    few, many = (selecting(leaves, n * leaves) for n in (4, 16))
    sound = few.valid and many.valid
    selection = f"mix: selection at {leaves:,} leaves"
    bounded, refused, told_right = refusing()
    grown, tree = many.peak / few.peak, "mix: plan of 20,000 leaves x 5 phases, a bound across the tree, CPU"
    return [
        within(f"{name}, CPU", seconds, "s", MOST_SECONDS, exact == 1.0),
        within(f"{name}, peak memory", peak / 1e9, "GB", MOST_BYTES / 1e9, exact == 1.0),
        within(tree, bounded, "s", MOST_WAIT, told_right),
        within("mix: the same, a bound that cannot be had is refused, CPU", refused, "s", MOST_WAIT, told_right),
        within("mix: selected tokens off the budget", error, "tokens", peer, sums),
        *(
            within(f"{selection}, {n * leaves:,} documents, peak memory", s.peak / 1e9, "GB", MOST_BYTES / 1e9, s.valid)
            for n, s in ((4, few), (16, many))
        ),
        within(f"{selection}, growth of memory with 4 times the documents", grown, "x", MOST_GROWTH, sound),
        within(f"{selection}, documents looked at one by one", many.share, "of all", MOST_SHARE, many.valid),
    ]


def within(name: str, value: float, unit: str, limit: float, answer_ok: bool) -> dict[str, object]:
    """The row of what must be at most `limit`, or the peer's value."""
    return row(name, value, unit, peer=limit, at_least=1.0, answer_ok=answer_ok)


def refusing() -> tuple[float, float, bool]:
    """CPU seconds of a plan with a bound across the tree, and of the refusal of one; whether both are right.

    The budget that the refusal tells is at most what the bound's leaves have, and within 1 in 200 of it.
    """
    leaves = supply(20_000)
    where = {"language": ("l000003",)}
    room = int(leaves.tokens[leaves.matches(where)].sum()) * 4

    def spec(least: float, budget: int) -> MixSpec:
        bounds = (Bound(where=where, min=least),)
        return MixSpec(levels=LEVELS, phases=equal_phases(5), budget=Budget(tokens=budget), bounds=bounds)

    begin = time.process_time()
    made = plan(leaves, spec(0.05, 10 * room))
    planned = time.process_time()
    inside = made.targets[:, leaves.matches(where)].sum(axis=1) / made.targets.sum(axis=1)
    begun = time.process_time()
    try:
        plan(leaves, spec(0.9, 10 * room))
    except Infeasible as e:
        most = int(e.end.split()[-2].replace(",", ""))
        refused = time.process_time() - begun
        right = bool((inside >= 0.05 - 1e-9).all()) and 0.995 * room < 0.9 * most <= room
        return planned - begin, refused, right
    return planned - begin, 0.0, False


@dataclass(frozen=True)
class Selecting:
    """What selection in a process of its own took, and whether what it found is right."""

    peak: float
    share: float
    valid: bool


def selecting(leaves: int, documents: int) -> Selecting:
    """Selection from generated documents; see benchmarks.selecting."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.selecting", str(leaves), str(documents)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    peak, _, looked_at, sound = (float(word) for word in told.stdout.split())
    return Selecting(peak, looked_at / documents, sound == 1.0)


def selection_error(documents: int) -> tuple[float, float, bool]:
    """Tokens off the budget, ours and by independent draws; and whether ours is within one document in each leaf."""
    rng = np.random.default_rng(1)
    tokens = np.clip(rng.lognormal(6.2, 1.2, documents).astype(np.int64), 8, 200_000)
    u = rng.integers(0, 2**64, documents, dtype=np.uint64)
    unit = pa.table(
        {
            "domain": pa.array(rng.choice(["web", "law", "code"], documents, p=[0.9, 0.08, 0.02]).tolist()),
            "language": pa.array(rng.choice(["en", "de", "fr"], documents, p=[0.8, 0.15, 0.05]).tolist()),
            "u": u,
            "doc_id": np.arange(documents),
            "n_tokens": tokens,
        }
    )
    found = select_in_memory([unit], MixSpec(levels=LEVELS, budget=Budget(multiple=0.137)), shards=16)
    budget = found.plan.phases[0].tokens
    off = abs(int(found.cuts.taken.sum()) - budget)
    within = np.abs(found.cuts.taken - found.cuts.aims) <= found.plan.leaves.largest / 2
    drawn = abs(int(tokens[u < np.uint64(int(0.137 * 2**64))].sum()) - budget)
    return float(off), float(drawn), bool(within.all()) and off <= int(tokens.max())


def supply(leaves: int) -> LeafTable:
    """Leaves of very uneven size, a thousand languages in each domain."""
    rng, side = np.random.default_rng(0), 1000
    codes = np.stack([np.arange(leaves) // side, np.arange(leaves) % side], axis=1).astype(np.int32)
    tokens = 1 + rng.lognormal(10, 3, leaves).astype(np.int64)
    lanes = Lanes(
        leaf=np.arange(leaves, dtype=np.int32),
        parts=np.full(leaves, 64, np.int32),
        documents=1 + tokens // 600,
        tokens=tokens,
        largest=np.minimum(tokens, 50_000),
    )
    names = tuple(tuple(f"{letter}{i:06}" for i in range(side)) for letter in "dl")
    return LeafTable(columns=("domain", "language"), values=names, codes=codes, lanes=lanes)


def planned(leaves: int) -> None:
    """Plan in this process; prints CPU seconds, peak bytes, and 1 if every sum is exact and every cap holds."""
    there = supply(leaves)
    spec = MixSpec(levels=LEVELS, phases=equal_phases(5), budget=Budget(multiple=1.5))
    start = time.process_time()
    made = plan(there, spec)
    seconds = time.process_time() - start
    exact = made.targets.sum(axis=1).tolist() == [p.tokens for p in made.phases] and (made.taken <= made.caps).all()
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, int(exact))


if __name__ == "__main__":
    planned(int(sys.argv[1]))
