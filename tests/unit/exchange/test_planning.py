"""The planner: sizes in, rounds out, and never an unreasonable request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.exchange.planning import FAN, UNIT_BYTES, plan_exchange

MIB = 1 << 20


def check(files: int, size_bytes: int) -> None:
    """Follow the plan's arithmetic round by round and hold every promise of the module against it."""
    plan = plan_exchange(files, size_bytes)
    here, each, depth = files, size_bytes / files, 0
    for round_ in plan.rounds:
        assert round_.bits == depth
        assert 1 << round_.split_bits <= FAN
        assert 2 <= round_.fan_in <= FAN
        part = each / (1 << round_.split_bits)
        assert round_.split_bits == 0 or part >= MIB
        assert part * round_.fan_in <= 2.01 * max(UNIT_BYTES, part)
        groups = -(-here // round_.fan_in)
        assert round_.units == groups << depth + round_.split_bits
        assert groups < here or round_.split_bits
        each, here, depth = part * here / groups, groups, depth + round_.split_bits
    assert here == plan.files_a_partition
    assert depth <= plan.bits
    if plan.bits:
        assert here <= FAN
        assert here == 1 or each / (1 << plan.bits - depth) >= MIB
        assert UNIT_BYTES / 2 <= size_bytes / plan.partitions <= UNIT_BYTES
    assert len(plan.rounds) <= 4


@given(st.integers(1, 10**7), st.integers(0, 10**14))
def test_every_plan_keeps_its_promises(files, size_bytes):
    check(files, size_bytes)


@pytest.mark.parametrize("documents", [1, 10**4, 10**6, 5 * 10**7, 3 * 10**9, 10**11])
def test_band_files_of_real_jobs_up_to_100_billion_documents(documents):
    check(max(1, documents // 33_000), documents * 14 * 16)


def test_what_fits_in_one_unit_takes_no_round():
    assert plan_exchange(5_000, UNIT_BYTES).rounds == ()
    assert plan_exchange(5_000, UNIT_BYTES).partitions == 1


def test_nothing_at_all_is_one_empty_partition():
    assert plan_exchange(0, 0).partitions == 1


def test_100_billion_documents_take_three_rounds():
    plan = plan_exchange(3_030_303, 10**11 * 14 * 16)
    assert (len(plan.rounds), plan.partitions) == (3, 262_144)
    assert plan.gets < 100_000_000
