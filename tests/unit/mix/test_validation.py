"""A mix of what is held out: each of those documents once, and no other, whatever the mix itself weighs."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.select.counts import ExclusionReason, excluded_rows
from corpusmill.operators.mix.select.position import held_out
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.weights import Natural
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.mix import MixSpec as JobMix
from corpusmill.pipeline.config.sections.mixing import mix_of, validation_of
from corpusmill.pipeline.papers.card import held
from corpusmill.pipeline.papers.hub import splits
from corpusmill.pipeline.stages.mix.stage import training, validation

SHARE = 0.1


def unit(documents: int, seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    return pa.table(
        {
            "doc_id": np.arange(documents) + seed * 10_000,
            "u": draw.integers(0, 2**63, documents, dtype=np.uint64),
            "held_u": draw.integers(0, 2**64 - 1, documents, dtype=np.uint64),
            "domain": draw.choice(["law", "news"], documents),
            "language": draw.choice(["de", "en", "fr"], documents),
            "n_tokens": draw.integers(0, 400, documents).astype(np.int32),
        }
    )


UNITS = [unit(900, 0), unit(400, 1), unit(1, 2)]


@pytest.mark.parametrize("shards", [1, 3])
def test_every_held_out_document_with_tokens_is_taken_once_and_no_other(shards):
    spec = MixSpec(
        levels=(Level(columns=("domain", "language"), weighting=Natural()),), held_out=SHARE, validation=True
    )
    found = select_in_memory(UNITS, spec, shards=shards)
    for table, assigned in zip(UNITS, found.assigned, strict=True):
        wanted = held_out(table["held_u"].to_numpy(), SHARE) & (table["n_tokens"].to_numpy() > 0)
        copies = np.bincount(assigned["row"].to_numpy(), minlength=table.num_rows)
        assert copies.tolist() == wanted.astype(int).tolist()
        lost = excluded_rows(table, found.plan, copies)
        assert lost[ExclusionReason.NOT_HELD].sum() + lost[ExclusionReason.EMPTY].sum() == table.num_rows - wanted.sum()
        assert ExclusionReason.HELD not in lost


def test_a_mix_and_its_validation_divide_the_documents_between_them():
    mix = JobMix(held_out=SHARE, max_epochs=1)
    both = [select_in_memory(UNITS, spec, shards=2) for spec in (mix_of(mix), validation_of(mix))]
    for number, table in enumerate(UNITS):
        rows = [found.assigned[number]["row"].to_pylist() for found in both]
        assert not {*rows[0]} & {*rows[1]}
        assert {*rows[0], *rows[1]} == {*np.flatnonzero(table["n_tokens"].to_numpy() > 0).tolist()}


def test_the_plan_says_that_it_is_of_validation_and_no_other_plan_does():
    spec = MixSpec(levels=(Level(columns=("domain",), weighting=Natural()),), held_out=SHARE, validation=True)
    made = select_in_memory(UNITS, spec, shards=1).plan
    assert from_json(to_json(made)).validation
    other = select_in_memory(UNITS, replace(spec, validation=False), shards=1).plan
    assert b"validation" not in to_json(other)
    assert not from_json(to_json(other)).validation


def test_weights_bounds_phases_and_budget_change_nothing_about_it():
    job = "{name: a, inputs: [{source: s, paths: [x]}], "
    plain = parse(job + f"mix: {{held_out: {SHARE}}}}}")
    other = f"held_out: {SHARE}, temperature: 3, budget_tokens: 1000, max_epochs: 1, min_tokens: 500"
    rich = parse(job + f"mix: {{{other}}}, output_shards: 7}}")
    assert validation(plain).fingerprint(["u"]) == validation(rich).fingerprint(["u"])
    assert training(plain).fingerprint(["u"]) != training(rich).fingerprint(["u"])


def test_the_card_counts_it_and_hubs_see_two_splits():
    told = {"validation": {"documents": 1200, "sequences": 30, "tokens": 45_000}}
    assert "1,200 documents, 45,000 tokens in 30 sequences" in held(told)
    assert "{split: validation, path: validation/data/part-*.parquet}" in splits(told)
    assert (held({}), splits({})) == ("", "data/part-*.parquet")
    assert "10.000% by hash" in held({"held_out": SHARE})
