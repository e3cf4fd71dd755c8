"""However many ranks and workers read, and wherever they stop and go on, each sequence is read once, in one order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.reading.order import Group, Reader, Row, Stripes, rows_from

GROUPS = st.lists(st.integers(1, 9), min_size=1, max_size=7).map(
    lambda sizes: [Group(shard=k // 2, group=k % 2, rows=n) for k, n in enumerate(sizes)]
)

ONE = Stripes()
STRIPES = st.builds(Stripes, groups=st.integers(1, 4), ranks=st.integers(1, 3), block=st.integers(1, 4))


def read(
    groups, *, position=0, world_size=1, workers=1, batch_size=1, epochs=2, seed=None, stripes=ONE
) -> list[list[Row]]:
    """What each rank's loader gives: the batches of its workers in turn, as a DataLoader takes them."""
    ranks = []
    for rank in range(world_size):
        streams = []
        for worker in range(workers):
            reader = Reader(rank=rank, world_size=world_size, worker=worker, workers=workers, batch_size=batch_size)
            rows = list(rows_from(groups, position=position, reader=reader, epochs=epochs, seed=seed, stripes=stripes))
            streams.append([rows[k : k + batch_size] for k in range(0, len(rows), batch_size)])
        longest = max(map(len, streams))
        ranks.append([row for turn in range(longest) for stream in streams for row in stream[turn : turn + 1]])
        ranks[-1] = [row for batch in ranks[-1] for row in batch]
    return ranks


def in_turn(ranks: list[list[Row]]) -> list[Row]:
    """All rows in the order in which the ranks use them, step by step."""
    longest = max(map(len, ranks))
    return [row for step in range(longest) for rank in ranks for row in rank[step : step + 1]]


@pytest.mark.thorough
@given(
    groups=GROUPS,
    world_size=st.integers(1, 5),
    workers=st.integers(1, 3),
    batch_size=st.integers(1, 4),
    seed=st.none() | st.integers(0, 9),
    stripes=STRIPES,
)
def test_all_ranks_and_workers_together_read_the_one_order(groups, world_size, workers, batch_size, seed, stripes):
    alone = read(groups, seed=seed, stripes=stripes)[0]
    together = read(groups, world_size=world_size, workers=workers, batch_size=batch_size, seed=seed, stripes=stripes)
    assert in_turn(together) == alone
    total = sum(group.rows for group in groups)
    assert [row.position for row in alone] == list(range(2 * total))
    assert len({(row.group, row.row) for row in alone[:total]}) == total


@pytest.mark.thorough
@given(
    groups=GROUPS,
    before=st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
    after=st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
    batches=st.integers(0, 6),
    stripes=STRIPES,
)
def test_a_run_goes_on_exactly_on_other_ranks_and_workers(groups, before, after, batches, stripes):
    whole = read(groups, seed=3, stripes=stripes)[0]
    world_size, workers, batch_size = before
    first = read(groups, world_size=world_size, workers=workers, batch_size=batch_size, seed=3, stripes=stripes)
    used = in_turn([rank[: batches * batch_size] for rank in first])
    position = batches * batch_size * world_size
    world_size, workers, batch_size = after
    second = read(
        groups,
        position=position,
        world_size=world_size,
        workers=workers,
        batch_size=batch_size,
        seed=3,
        stripes=stripes,
    )
    assert used + in_turn(second) == whole


def test_a_stripe_that_the_ranks_divide_gives_each_row_group_to_one_rank():
    groups = [Group(shard=0, group=k, rows=8) for k in range(4)]
    ranks = read(groups, world_size=2, stripes=Stripes(groups=4, ranks=2), epochs=1)
    assert [{row.group.group for row in rank} for rank in ranks] == [{0, 2}, {1, 3}]


@pytest.mark.parametrize(("position", "short"), [(0, 24), (0, 19), (0, 1), (36, 24), (36, 19)])
def test_each_row_group_is_decoded_by_one_worker(position, short):
    """Also after groups that are shorter than the others, and where a run goes on; but for the last few of an epoch."""
    groups = [Group(shard=0, group=k, rows=short if k in (3, 12) else 24) for k in range(32)]
    stripes, decoded = Stripes(groups=8, ranks=2, block=3), []
    for rank, worker in ((0, 0), (0, 1), (1, 0), (1, 1)):
        reader = Reader(rank=rank, world_size=2, worker=worker, workers=2, batch_size=3)
        rows = rows_from(groups, position=position, reader=reader, epochs=1, seed=None, stripes=stripes)
        decoded += {row.group.group for row in rows}
    first = sorted(group for group in decoded if group < 24)
    assert first == list(range(24))


def test_the_last_row_of_a_group_says_so():
    groups = [Group(shard=0, group=k, rows=5 + k % 2) for k in range(6)]
    for rank in read(groups, world_size=2, stripes=Stripes(groups=4, ranks=2, block=2), epochs=1):
        last = {row.group.group: k for k, row in enumerate(rank)}
        assert [k for k, row in enumerate(rank) if row.last] == sorted(last.values())


def test_a_seed_draws_another_order_each_epoch():
    groups = [Group(shard=0, group=k, rows=1) for k in range(8)]
    order = [row.group.group for row in read(groups, seed=1)[0]]
    assert sorted(order[:8]) == sorted(order[8:]) == list(range(8))
    assert order[:8] != order[8:]


def test_a_rank_outside_the_world_is_refused():
    with pytest.raises(ValueError, match=r"rank must be in 0\.\.1"):
        Reader(rank=2, world_size=2)
