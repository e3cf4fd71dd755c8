"""Shards of the usual size are faithful small mixes: total variation from their phase, on generated documents."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.weights import Alpha, Temperature

SHARDS, SHARD_TOKENS = 6, 50_000_000
MOST = 0.02


def documents(count: int) -> pa.Table:
    """Eight domains and thirty languages of very uneven size; lengths as of web pages, a few of them very long."""
    rng = np.random.default_rng(7)
    language = np.minimum(rng.geometric(0.15, count), 30)
    domain = np.minimum(rng.geometric(0.4, count), 8)
    tokens = np.clip(rng.lognormal(6.2, 1.1, count), 1, 200_000).astype(np.int64)
    return pa.table(
        {
            "domain": pa.array([f"d{i}" for i in range(9)]).take(pa.array(domain)),
            "language": pa.array([f"l{i:02}" for i in range(31)]).take(pa.array(language)),
            "n_tokens": tokens,
            "u": rng.integers(0, 2**64, count, dtype=np.uint64),
            "doc_id": np.arange(count),
        }
    )


@pytest.mark.slow
def test_a_shard_of_50_million_tokens_is_within_0_02_of_its_phase():
    unit = documents(SHARDS * SHARD_TOKENS // 900)
    levels = (
        Level(columns=("domain",), weighting=Temperature(temperature=3.33)),
        Level(columns=("language",), weighting=Alpha(alpha=0.3)),
    )
    found = select_in_memory([unit], MixSpec(levels=levels), shards=SHARDS)
    rows = found.assigned[0]
    leaves = found.plan.leaves
    tokens = unit["n_tokens"].to_numpy()[rows["row"].to_numpy()]
    table = np.zeros((SHARDS, len(leaves)))
    np.add.at(table, (rows["shard"].to_numpy(), rows["leaf"].to_numpy()), tokens)
    sums = table.sum(axis=1)
    planned = found.plan.taken / found.plan.taken.sum()
    apart = 0.5 * np.abs(table / sums[:, None] - planned).sum(axis=1)
    bound = leaves.largest[planned > 0].sum() / sums
    for number in range(SHARDS):
        print(
            f"shard {number}: {sums[number]:,.0f} tokens, {apart[number]:.4f} from the mix, bound {bound[number]:.4f}"
        )
    assert sums.min() > 0.8 * SHARD_TOKENS
    assert apart.max() <= MOST
    assert (apart <= bound).all()
