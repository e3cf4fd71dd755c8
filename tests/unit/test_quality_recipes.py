"""Every recipe of quality rules runs from its first step to its last over real sentences, and keeps good prose."""

from pathlib import Path

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Extract, Reader, mask_of
from corpusmill.pipeline.config.build.recipes import find_recipe

GOOD = """The history of the river begins with the people that have lived beside it since the ice went north.
Nobody could say with certainty how much was ever written down in those early years of trade.
What we know comes to us from letters, which merchants sent home when winter kept their ships in harbour.
One of them describes a fire; another complains about prices, mice and a cook who could not be trusted.
Later on, when roads had been built, the valley grew quiet and its mills fell into disrepair.
Today a small museum keeps three of the letters behind glass, to be read by anyone with patience.
"""
SPAM = "buy now " * 200


def steps(name: str) -> list[tuple[str, dict[str, object]]]:
    """The recipe's steps as (operator, parameters)."""
    recipe = find_recipe(name, Path())
    return [(step, {}) if isinstance(step, str) else next(iter(step.items())) for step in recipe.steps]


@pytest.mark.parametrize("name", ["gopher", "c4", "fineweb", "refinedweb", "dclm", "redpajama-v2", "dolma"])
def test_recipe_keeps_prose_and_drops_spam(name):
    assert run(name, [GOOD, SPAM, None, ""], [None] * 4) == [0]


@pytest.mark.parametrize("name", ["fineweb", "refinedweb", "dclm"])
def test_recipes_that_judge_addresses_drop_what_block_lists_name(name):
    urls = ["https://a.example/sex", "https://x.casino.example/", "https://a.example/porn", "http://a.example/bet-sex"]
    assert run(name, [GOOD] * 5, [*urls, None]) == [0, 4]


def run(name: str, texts: list[str | None], urls: list[str | None]) -> list[int]:
    """The rows that a recipe keeps."""
    columns = {"text": pa.array(texts, TEXT), "url": pa.array(urls, pa.string()), "row": pa.array(range(len(texts)))}
    batch = Batch(pa.table(columns))
    for operator, params in steps(name):
        op = load.equip(load.build(operator, params), load.shipped)
        assert not isinstance(op, Reader | Extract)
        batch = batch.keep(mask_of(op(batch))) if isinstance(op, Decision) else op(batch)
    return batch.column("row").to_pylist()
