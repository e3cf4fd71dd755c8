"""Three increments equal one run over everything in that order, on small random band graphs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.dedup.judge import UNSETTLED, Rows, judge
from corpusmill.operators.dedup.verify import Sets, verify_by_sets

DOCS = st.lists(
    st.tuples(
        st.integers(0, 2), st.lists(st.integers(0, 4), min_size=3, max_size=3), st.sets(st.integers(0, 6), min_size=1)
    ),
    max_size=16,
)


def judged(docs, resolved: dict[int, int], verify: str):
    """Survivor and cluster of each document, by its id. docs: (id, run, keys, set), in order."""
    sets = [sorted(s) for *_, s in docs]
    counts = np.array([len(s) for s in sets], np.int64)
    values = np.array([x for s in sets for x in s], np.uint64)
    sets_ = Sets(starts=np.cumsum(counts) - counts, counts=counts, values=values)
    bands = np.array([[100 * j + k for j, k in enumerate(keys)] for _, _, keys, _ in docs], np.uint64).reshape(-1, 3)
    rows = Rows(
        doc_id=np.array([i for i, *_ in docs], np.int64),
        run=np.array([run for _, run, *_ in docs], np.int64),
        bands=bands,
        resolved=np.array([resolved.get(i, UNSETTLED) for i, *_ in docs], np.int64),
    )

    def by_sets(here, old):
        return verify_by_sets(
            bands[here],
            sets_.take(here),
            np.zeros(len(here), np.uint64),
            np.full(len(here), 0.5),
            resolved=old,
            max_comparisons=1000,
        )

    found = judge(rows, by_sets if verify == "text" else None)
    return {
        i: (int(s), int(c))
        for (i, *_), s, c in zip(docs, found.survivor, found.cluster_id, strict=True)
        if i not in resolved
    }


@pytest.mark.thorough
@pytest.mark.parametrize("verify", ["text", "none"])
@given(DOCS)
@settings(max_examples=300)
def test_three_increments_equal_one_run(verify, raw):
    docs = [(i, run, keys, s) for i, (run, keys, s) in enumerate(sorted(raw, key=lambda d: d[0]))]
    together = judged(docs, {}, verify)
    apart: dict[int, tuple[int, int]] = {}
    for run in range(3):
        settled = {i: survivor for i, (survivor, _) in apart.items()}
        here = [d for d in docs if d[1] <= run and (verify == "none" or settled.get(d[0], d[0]) == d[0])]
        apart |= judged(here, settled, verify)
    assert apart == together


@pytest.mark.thorough
@given(DOCS)
@settings(max_examples=300)
def test_with_verified_removal_runs_need_not_even_be_distinguished(raw):
    """Removal is local: the same documents in the same order, as one run, lose the same documents."""
    docs = [(i, run, keys, s) for i, (run, keys, s) in enumerate(sorted(raw, key=lambda d: d[0]))]
    one = judged([(i, 0, keys, s) for i, _, keys, s in docs], {}, "text")
    assert {i: s for i, (s, _) in judged(docs, {}, "text").items()} == {i: s for i, (s, _) in one.items()}
