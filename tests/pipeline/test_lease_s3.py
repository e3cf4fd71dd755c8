"""A workspace in an object store is held by one run, as on a disk."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from corpusmill.cluster import lease, store_clock
from corpusmill.cluster.storage import Store
from corpusmill.errors import LeaseHeld


@pytest.fixture
def store(s3, request) -> Store:
    options = {"endpoint_url": s3, "key": "testing", "secret": "testing"}
    return Store(f"s3://test/{request.node.name}", options)


@pytest.mark.thorough
def test_it_is_held_and_then_free_under_the_next_number(store):
    with lease.held(store) as mine:
        mine.renew()
        with pytest.raises(LeaseHeld, match="is in use by process"):
            lease.take(store)
        mine.check()
    with lease.held(store) as next_:
        assert next_.mine.fence == 2
        with pytest.raises(LeaseHeld, match="was taken over by"):
            mine.check()
    assert [f.uri for f in store.files()] == [lease.object_of(2)]


@pytest.mark.thorough
def test_clocks_of_machines_decide_nothing(store):
    theirs = lease.Holder(owner="a", host="elsewhere", pid=1, fence=1, expires_at=time.time() - 600)
    store.publish(lease.object_of(1), theirs.to_json())
    with pytest.raises(LeaseHeld, match="is in use by process 1 on elsewhere"):
        lease.take(store)
    assert store_clock.written_s_ago(store, lease.object_of(1)) < 30
    assert store_clock.written_s_ago(store, lease.object_of(2)) is None
    assert [f.uri for f in store.files()] == [lease.object_of(1)]


@pytest.mark.thorough
def test_of_many_at_once_one_has_it(store):
    def attempt(_: int) -> lease.Lease | None:
        try:
            return lease.take(store)
        except LeaseHeld:
            return None

    for fence in range(1, 4):
        with ThreadPoolExecutor(6) as pool:
            (got,) = filter(None, pool.map(attempt, range(6)))
        assert got.mine.fence == fence
        store.publish(lease.object_of(fence), replace(got.mine, expires_at=0.0).to_json())
