"""One run at a time in a workspace; whoever was taken for dead can no longer commit."""

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cluster import lease
from cluster.filesystems import StorageError
from cluster.storage import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def elsewhere(store: Store, **changes: object) -> lease.Holder:
    """Another machine holds the workspace."""
    holder = lease.Holder(owner="other", host="elsewhere", pid=1, fence=7, expires_at=time.time() + 30)
    holder = replace(holder, **changes)  # pyright: ignore[reportArgumentType]
    store.publish(lease.NAME, holder.to_json())
    return holder


def test_the_workspace_is_held_and_then_free(store):
    with lease.held(store) as mine:
        mine.check()
        with pytest.raises(lease.LeaseHeld, match="is in use by process"):
            lease.take(store)
    lease.take(store).check()


def test_another_machine_that_still_lives_keeps_it(store):
    elsewhere(store)
    with pytest.raises(lease.LeaseHeld, match="elsewhere; wait for it"):
        lease.take(store)


def test_a_lease_that_ran_out_is_taken_over_with_a_higher_number(store):
    elsewhere(store, expires_at=time.time() - 1)
    assert lease.take(store).mine.fence == 8


def test_a_dead_process_of_this_machine_holds_nothing(store):
    elsewhere(store, host=socket.gethostname(), pid=2**22 + 1)
    assert lease.take(store).mine.fence == 8


def test_who_was_taken_over_cannot_commit(store):
    mine = lease.take(store)
    elsewhere(store)
    with pytest.raises(lease.LeaseHeld, match="taken over by process 1 on elsewhere"):
        mine.check()
    with pytest.raises(lease.LeaseHeld):
        mine.renew()


def test_renewing_moves_the_end(store):
    mine = lease.take(store)
    before = mine.mine.expires_at
    mine.renew()
    assert lease.read(store) == mine.mine
    assert mine.mine.expires_at >= before


def test_numbers_only_grow(store):
    fences = []
    for _ in range(3):
        with lease.held(store) as mine:
            fences.append(mine.mine.fence)
    assert fences == [1, 2, 3]


@pytest.mark.parametrize("call", ["read", "publish"])
def test_a_store_that_fails_at_the_end_does_not_hide_how_the_run_ended(store, monkeypatch, caplog, call):
    def fails(*_: object) -> None:
        raise StorageError("s3://b: the store does not answer")

    def run() -> None:
        with lease.held(store):
            monkeypatch.setattr(Store, call, fails)
            raise ValueError("3 units failed")

    with pytest.raises(ValueError, match="3 units failed"):
        run()
    assert "could not be given back (StorageError)" in caplog.text


def test_a_store_that_fails_at_the_end_fails_no_run_that_was_well(store, monkeypatch):
    def fails(*_: object) -> None:
        raise StorageError("s3://b: the store does not answer")

    with lease.held(store):
        monkeypatch.setattr(Store, "publish", fails)
