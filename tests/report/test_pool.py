"""Samples hold the lowest draws of each stratum, whatever the batches, and look at no row that cannot be among them."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.pipeline.evidence.follow import MOST, MOST_NEAR, Follower
from corpusmill.pipeline.evidence.pool import Pool
from corpusmill.pipeline.evidence.strata import Strata

NAMES = ("de", "en", "fr")
MOST_ROWS = 5


def held(draw: np.ndarray, codes: np.ndarray, size: int) -> tuple[dict[str, list[float]], dict[str, float], int]:
    """Draws by stratum and rates of a pool that takes batches of a size; and how many rows it named in all."""
    pool, named = Pool(MOST_ROWS), 0
    for begin in range(0, len(draw), size):
        part, of = draw[begin : begin + size], codes[begin : begin + size]
        places = pool.places(part, Strata(of, NAMES))
        named += len(places)
        table = pa.table({"_draw": part[places], "code": of[places]})
        pool.take(table, Strata(of[places], NAMES))
    rows = pool.rows()
    assert rows is not None
    draws, found = rows["_draw"].to_numpy(), rows["code"].to_numpy()
    return {n: sorted(draws[found == i].tolist()) for i, n in enumerate(NAMES)}, pool.rates(), named


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_a_pool_holds_the_lowest_draws_and_the_rate_is_the_next_one(size):
    chance = np.random.default_rng(7)
    draw, codes = chance.random(1000), chance.choice(3, 1000, p=[0.003, 0.9, 0.097])
    rows, rates, named = held(draw, codes, size)
    for i, name in enumerate(NAMES):
        mine = np.sort(draw[codes == i])
        assert rows[name] == mine[:MOST_ROWS].tolist()
        assert rates[name] == (mine[MOST_ROWS] if len(mine) > MOST_ROWS else 1.0)
    assert named < 300


def test_rows_drawn_higher_than_enough_others_are_not_named_again():
    pool, codes = Pool(MOST_ROWS), np.zeros(100, np.int64)
    assert len(pool.places(np.linspace(0, 0.5, 100), Strata(codes, ("en",)))) == MOST_ROWS + 1
    assert len(pool.places(np.linspace(0.1, 0.9, 100), Strata(codes, ("en",)))) == 0


@pytest.mark.parametrize(("near", "most"), [(False, MOST), (True, MOST_NEAR)])
def test_of_drawn_documents_one_more_than_are_measured_is_copied(near, most):
    draw = np.random.default_rng(3).random(1000)
    follower = Follower(chain=None)  # pyright: ignore[reportArgumentType]
    there = follower.may_be_measured(2, near, draw)
    assert sorted(draw[there].tolist()) == np.sort(draw)[: most + 1].tolist()
    whole = Follower(chain=None, all_of_them=True)  # pyright: ignore[reportArgumentType]
    assert whole.may_be_measured(2, near, draw).all()
