"""Mixes that others have published, from their own numbers."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import REHYDRATION, Budget, MixSpec, Multiplier
from corpusmill.operators.mix.spec.weights import Alpha, Natural, QualityCurve, UniMax
from tests.property.mix.supplies import flat, languages, supply

# Xue et al. 2021 (mT5), arXiv:2010.11934, the table of languages: pages in millions, and the share of the training mix
# in per cent, both as recalled: no copy of these two columns was at hand to compare them with. That they are right is
# likely, as the shares follow pages ** 0.3 to within 2 %, hence the tolerance.
MT5 = {
    "en": (3067, 5.67),
    "ru": (756, 3.71),
    "es": (416, 3.09),
    "de": (397, 3.05),
    "fr": (333, 2.89),
    "it": (186, 2.43),
    "pt": (169, 2.36),
}

# The same table: tokens in billions, compared with the copy of that column in mc4/mc4.csv of
# github.com/mayhewsw/multilingual-data-stats. Its largest languages, some of the middle, and the smallest.
MT5_TOKENS = {
    "en": 2733,
    "ru": 713,
    "es": 433,
    "de": 347,
    "fr": 318,
    "ja": 164,
    "it": 162,
    "pt": 146,
    "hi": 24,
    "is": 2.6,
    "sw": 1,
    "ga": 0.5,
    "ha": 0.2,
    "yo": 0.05,
}

# Conneau et al. 2020 (XLM-R), arXiv:1911.02116, table 6: GiB of CC-100 (compared with the copy of that table in
# github.com/mayhewsw/multilingual-data-stats, cc-100/cc-100.csv). The paper gives alpha = 0.3, not the shares.
CC100_GIB = {"en": 300.8, "ru": 278.0, "id": 148.3, "vi": 137.3}
CC100_SMALL_GIB = {"de": 66.6, "fr": 56.8, "hi": 20.2, "sw": 1.6, "ga": 0.5, "lo": 0.6, "so": 0.4, "om": 0.1, "as": 0.1}


def shares_of(made) -> dict[str, float]:
    total = made.taken.sum()
    return {made.leaves.key(i)[1]: t / total for i, t in enumerate(made.taken.tolist())}


def test_mt5_shares_at_alpha_0_3():
    leaves = languages({k: pages * 1_000_000 for k, (pages, _) in MT5.items()})
    found = shares_of(plan(leaves, flat(Alpha(alpha=0.3), budget=Budget(tokens=100_000_000))))
    for language, (_, percent) in MT5.items():
        assert found[language] / found["en"] == pytest.approx(percent / MT5["en"][1], rel=0.02)


@pytest.mark.parametrize("table", [MT5_TOKENS, {**CC100_GIB, **CC100_SMALL_GIB}], ids=["mT5", "XLM-R"])
def test_shares_of_published_sizes_at_alpha_0_3_follow_the_formula(table):
    """From languages of thousands of billions down to a tenth of one: the formula by itself, no share is published."""
    leaves = languages({k: round(size * 10**9) for k, size in table.items()})
    found = shares_of(plan(leaves, flat(Alpha(alpha=0.3), budget=Budget(tokens=10**9))))
    raw = {k: size**0.3 for k, size in table.items()}
    for language, share in found.items():
        assert share == pytest.approx(raw[language] / sum(raw.values()), abs=2e-9)


def test_mt5_lifts_swahili_from_one_token_in_5000_to_one_in_56():
    """By hand: 2733^0.3 = 10.740 and 1^0.3 = 1, and the sum over the table above is 55.95."""
    leaves = languages({k: round(size * 10**9) for k, size in MT5_TOKENS.items()})
    found = shares_of(plan(leaves, flat(Alpha(alpha=0.3), budget=Budget(tokens=10**9))))
    assert found["en"] / found["sw"] == pytest.approx(10.740, abs=1e-3)
    assert found["sw"] == pytest.approx(1 / 55.95, abs=1e-5)


def test_xlm_r_shares_at_alpha_0_3():
    leaves = languages({k: round(gib * 2**30) for k, gib in CC100_GIB.items()})
    found = shares_of(plan(leaves, flat(Alpha(alpha=0.3), budget=Budget(tokens=10**9))))
    raw = {k: gib**0.3 for k, gib in CC100_GIB.items()}
    for language, share in found.items():
        assert share == pytest.approx(raw[language] / sum(raw.values()), abs=2e-9)
    # 300.8^0.3 = 5.5397, 278.0^0.3 = 5.4102, 148.3^0.3 = 4.4807, 137.3^0.3 = 4.3783
    assert found["en"] == pytest.approx(0.27966, abs=1e-5)


def test_unimax_worked_by_hand():
    """Budget 300, one epoch: 10 and 50 are used up, the rest goes in equal parts to the two that have enough."""
    leaves = languages({"a": 10, "b": 50, "c": 1000, "d": 5000})
    made = plan(leaves, flat(UniMax(), budget=Budget(tokens=300), max_epochs=1))
    assert made.taken.tolist() == [10, 50, 120, 120]
    again = plan(leaves, flat(UniMax(), budget=Budget(tokens=300), max_epochs=4))
    assert again.taken.tolist() == [40, 87, 87, 86]


def test_unimax_as_others_compute_it():
    """Chung et al. 2023, arXiv:2304.09151; the numbers are those that github.com/marin-community/marin tests its own
    implementation with (unimax_weights). No share of umT5 was at hand to compare with.
    """
    leaves = languages({"big1": 1000, "big2": 1000, "small": 100})
    assert plan(leaves, flat(UniMax(), budget=Budget(tokens=900), max_epochs=1)).taken.tolist() == [400, 400, 100]
    alike = languages({"en": 100, "fr": 100})
    assert plan(alike, flat(UniMax(), budget=Budget(tokens=100), max_epochs=1)).taken.tolist() == [50, 50]


def test_fineweb_2_rehydration():
    """Each document exactly as often as its cluster's size says, when the leaf is taken once.

    Source: github.com/huggingface/fineweb-2, README.md, section Deduplication: the example of re-hydration.
    """
    sizes = [1, 2, 3, 4, 5, 99, 100, 999, 1000, 5000]
    times = [1, 2, 3, 3, 5, 5, 8, 8, 1, 1]
    rng = np.random.default_rng(5)
    unit = pa.table(
        {
            "domain": ["web"] * 10,
            "language": ["fr"] * 10,
            "n_tokens": rng.integers(1, 500, 10),
            "u": rng.integers(0, 2**64, 10, dtype=np.uint64),
            "doc_id": np.arange(10),
            "minhash_cluster_size": sizes,
        }
    )
    spec = flat(Natural(), multiplier=Multiplier(column="minhash_cluster_size", steps=REHYDRATION), max_epochs=8)
    found = select_in_memory([unit], spec, shards=1)
    assert np.bincount(found.assigned[0]["row"].to_numpy(), minlength=10).tolist() == times
    assert found.plan.taken.tolist() == [int((unit["n_tokens"].to_numpy() * times).sum())]


def quality(rate: float, max_epochs: float = 7) -> list[float]:
    """Factors of 20 equal quality buckets under Olmo 3's discard 0.4 and factor 7."""
    leaves = supply({("web", str(b)): 1_000_000 for b in range(20)})
    spec = MixSpec(
        levels=(
            Level(columns=("domain",)),
            Level(columns=("language",), weighting=QualityCurve(discard=0.4, max_factor=7)),
        ),
        budget=Budget(multiple=rate),
        max_epochs=max_epochs,
    )
    made = plan(leaves, spec)
    by_bucket = {int(made.leaves.key(i)[1]): float(e) for i, e in enumerate(made.epochs)}
    return [by_bucket[b] for b in range(20)]


def test_dolma_3_style_curve():
    """Olmo 3, arXiv:2512.13961: the worst 40 % left out, factors rising, at most 7; 4.51 of 8.14 trillion tokens of web
    text were taken. The factors themselves are not published: those below follow from the formula."""
    factors = quality(4.51 / 8.14)
    assert factors[:8] == [0.0] * 8
    assert all(a < b for a, b in itertools.pairwise(factors[8:]))
    assert factors[-1] < 7
    assert sum(factors) / 20 == pytest.approx(4.51 / 8.14, abs=1e-6)
    power = 7 * 0.6 / (4.51 / 8.14)
    assert factors[-1] == pytest.approx(4.51 / 8.14 * 20 * (1 - (11 / 12) ** power), abs=1e-5)


def test_a_curve_that_cannot_fill_the_budget_says_what_it_can_give():
    with pytest.raises(ValueError, match=r"needed 4\.3 times on average, a curve up to 7 that leaves out 40%.*4\.2"):
        quality(4.3)


def test_a_flat_curve_is_the_limit():
    factors = quality(4.2)
    assert factors[8:] == pytest.approx([7.0] * 12)
