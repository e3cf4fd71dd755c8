"""The solver against the UniMax algorithm as its authors write it, and against plain bisection."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.spec.spec import Budget
from corpusmill.operators.mix.spec.weights import Alpha, UniMax
from tests.property.mix.supplies import flat, languages

SIZES = st.lists(st.integers(1, 10**9), min_size=1, max_size=30)


def unimax(sizes: list[int], budget: float, epochs: float) -> list[float]:
    """Chung et al. 2023, arXiv:2304.09151, algorithm 1: smallest first, an equal part of what is left, or its cap."""
    left, out = budget, [0.0] * len(sizes)
    order = sorted(range(len(sizes)), key=lambda i: sizes[i])
    for place, i in enumerate(order):
        out[i] = min(left / (len(sizes) - place), epochs * sizes[i])
        left -= out[i]
    return out


@given(sizes=SIZES, epochs=st.sampled_from([1, 2, 5]), part=st.floats(0.01, 1))
def test_unimax_is_the_algorithm_of_the_paper(sizes, epochs, part):
    budget = max(int(sum(sizes) * epochs * part), 1)
    leaves = languages({f"{i:02}": n for i, n in enumerate(sizes)})
    made = plan(leaves, flat(UniMax(), budget=Budget(tokens=budget), max_epochs=epochs))
    np.testing.assert_allclose(made.taken, unimax(sizes, budget, epochs), atol=1.0)


@pytest.mark.thorough
@given(sizes=SIZES, alpha=st.floats(0, 1.5), part=st.floats(0.01, 1))
def test_shares_are_those_of_plain_bisection(sizes, alpha, part):
    budget = max(int(sum(sizes) * 4 * part), 1)
    made = plan(
        languages({f"{i:02}": n for i, n in enumerate(sizes)}), flat(Alpha(alpha=alpha), budget=Budget(tokens=budget))
    )
    wanted = (np.array(sizes) / sum(sizes)) ** alpha
    low, high = 0.0, 5.0 * max(sizes) / wanted.min()
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if np.minimum(middle * wanted, 4.0 * np.array(sizes)).sum() < budget else (low, middle)
        )
    np.testing.assert_allclose(made.taken, np.minimum(high * wanted, 4.0 * np.array(sizes)), atol=1.0, rtol=1e-9)
