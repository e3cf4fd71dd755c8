"""One run at a time in a workspace; whoever was taken for dead can no longer commit."""

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.errors import LeaseHeld, StorageError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def elsewhere(store: Store, **changes: object) -> lease.Holder:
    """Another machine holds the workspace."""
    holder = lease.Holder(owner="other", host="elsewhere", pid=1, fence=7, expires_at=time.time() + 30)
    holder = replace(holder, **changes)  # pyright: ignore[reportArgumentType]
    store.publish(lease.object_of(holder.fence), holder.to_json())
    return holder


def renewed_long_ago(store: Store, holder: lease.Holder, seconds: float) -> None:
    """By the clock of the store, whatever the holder's clock said."""
    then = time.time() - seconds
    os.utime(store.path(lease.object_of(holder.fence)), (then, then))


def test_the_workspace_is_held_and_then_free(store):
    with lease.held(store) as mine:
        mine.check()
        with pytest.raises(LeaseHeld, match="is in use by process"):
            lease.take(store)
    lease.take(store).check()


def test_another_machine_that_still_lives_keeps_it(store):
    elsewhere(store)
    with pytest.raises(LeaseHeld, match="elsewhere; wait for it"):
        lease.take(store)


def test_a_lease_that_ran_out_is_taken_over_with_a_higher_number(store):
    renewed_long_ago(store, elsewhere(store, expires_at=time.time() - 1), 61)
    assert lease.take(store).mine.fence == 8


@pytest.mark.parametrize("ahead_s", [-3600, -300, 300, 3600])
def test_a_live_run_keeps_it_whatever_its_clock_says(store, ahead_s):
    elsewhere(store, expires_at=time.time() + ahead_s + 60)
    with pytest.raises(LeaseHeld, match=r"elsewhere; wait for it.* in (60|59) s"):
        lease.take(store)
    assert [f.uri for f in store.files()] == [lease.object_of(7)], "what was written to read the clock is deleted"


@pytest.mark.parametrize("ahead_s", [-3600, 300, 3600])
def test_a_dead_run_loses_it_whatever_its_clock_said(store, ahead_s):
    renewed_long_ago(store, elsewhere(store, expires_at=time.time() + ahead_s), 61)
    assert lease.take(store).mine.fence == 8


def test_a_holder_that_is_late_is_waited_for(store, monkeypatch):
    monkeypatch.setattr(lease, "LOOK_S", 0.01)
    lines: list[str] = []
    renewed_long_ago(store, elsewhere(store), lease.LIFETIME_S - 0.2)
    assert lease.take(store, lines.append).mine.fence == 8
    (line,) = lines
    assert "process 1 on elsewhere, which holds" in line
    assert "is late to renew its lease: waiting 0 s, after which it counts as dead" in line


@pytest.mark.parametrize("given_back", [True, False])
def test_a_holder_that_is_late_and_alive_keeps_it_until_it_gives_it_back(store, monkeypatch, given_back):
    renewed_long_ago(store, holder := elsewhere(store), lease.OVERDUE_S + 1)

    def renew(_: float) -> None:
        elsewhere(store, expires_at=0.0 if given_back else holder.expires_at + 20)

    monkeypatch.setattr("time.sleep", renew)
    if given_back:
        assert lease.take(store).mine.fence == 8
    else:
        with pytest.raises(LeaseHeld, match="elsewhere, which has renewed its lease; wait for it"):
            lease.take(store)


def test_where_the_store_says_no_times_the_holders_clock_counts(store, monkeypatch):
    monkeypatch.setattr(Store, "modified_at", lambda *_: None)
    elsewhere(store, expires_at=time.time() + 55)
    with pytest.raises(LeaseHeld, match="run out in 55 s"):
        lease.take(store)
    elsewhere(store, expires_at=time.time() - 1)
    assert lease.take(store).mine.fence == 8


def test_a_dead_process_of_this_machine_holds_nothing(store):
    elsewhere(store, host=socket.gethostname(), pid=2**22 + 1)
    assert lease.take(store).mine.fence == 8


def test_who_was_taken_over_cannot_commit(store):
    mine = lease.take(store)
    elsewhere(store)
    with pytest.raises(LeaseHeld, match="taken over by process 1 on elsewhere"):
        mine.check()
    with pytest.raises(LeaseHeld):
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


def test_a_store_that_fails_at_the_end_fails_no_run_that_was_well(store, monkeypatch, caplog):
    def fails(*_: object) -> None:
        raise StorageError("s3://b: the store does not answer")

    with lease.held(store):
        monkeypatch.setattr(Store, "publish", fails)
    assert "could not be given back (StorageError)" in caplog.text


def ran_out(store: Store, held: lease.Lease) -> None:
    """Time passes until the lease has run out."""
    store.publish(lease.object_of(held.mine.fence), replace(held.mine, expires_at=0.0).to_json())


def test_a_pause_within_renewing_takes_nothing_from_the_successor(store, monkeypatch):
    paused = lease.take(store)
    successors: list[lease.Lease] = []
    publish = Store.publish

    def later(self, name, payload):
        if not successors:
            successors.append(None)
            ran_out(store, paused)
            successors[0] = lease.take(store)
        publish(self, name, payload)

    monkeypatch.setattr(Store, "publish", later)
    with pytest.raises(LeaseHeld):
        paused.renew()
    with pytest.raises(LeaseHeld):
        paused.check()
    successors[0].check()
    assert lease.read(store) == successors[0].mine


@pytest.mark.parametrize("others", [1, 2])
def test_of_all_who_find_a_lease_run_out_one_takes_it(store, monkeypatch, others):
    """One is paused before its first write; meanwhile so many others take the place, one after another."""
    ran_out(store, lease.take(store))
    taken: list[lease.Lease] = []

    def paused(call):
        def later(self, *rest):
            if not taken:
                taken.append(None)
                for _ in range(others):
                    if taken[0]:
                        ran_out(store, taken[0])
                    taken[0] = lease.take(store)
            return call(self, *rest)

        return later

    for call in ("create", "delete"):
        monkeypatch.setattr(Store, call, paused(getattr(Store, call)))
    with pytest.raises(LeaseHeld):
        lease.take(store)
    taken[0].check()
    assert taken[0].mine.fence == 1 + others


def test_many_at_once(store):
    def attempt(_: int) -> lease.Lease | None:
        try:
            return lease.take(Store(store.url))
        except LeaseHeld:
            return None

    for fence in range(1, 20):
        with ThreadPoolExecutor(8) as pool:
            (got,) = filter(None, pool.map(attempt, range(8)))
        assert got.mine.fence == fence
        got.check()
        ran_out(store, got)


@pytest.mark.parametrize("taken_over", [True, False])
def test_a_run_is_told_that_it_has_lost_the_workspace_before_it_commits(store, monkeypatch, taken_over):
    monkeypatch.setattr(lease, "RENEWED_S", 0.01)
    lost = threading.Event()

    def work() -> None:
        with lease.held(store, lost=lost.set):
            if taken_over:
                elsewhere(store)
            while not lost.wait(0.01):
                if not taken_over:  # a renewal that has begun writes it once more
                    store.delete(lease.object_of(1))
            raise KeyboardInterrupt

    words = "taken over by process 1 on elsewhere" if taken_over else "the workspace was deleted or emptied under it"
    with pytest.raises(LeaseHeld, match=words):
        work()


def test_an_interrupt_of_a_run_that_holds_its_workspace_stays_one(store):
    with pytest.raises(KeyboardInterrupt), lease.held(store):
        raise KeyboardInterrupt


@pytest.mark.thorough
def test_renewing_in_the_background_never_makes_a_check_fail(store):
    with ThreadPoolExecutor(1) as pool:
        mine = lease.take(store)
        renewing = pool.submit(lambda: [mine.renew() for _ in range(300)])
        while not renewing.done():
            mine.check()
        renewing.result()


@pytest.mark.parametrize("call", ["create", "delete"])
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_while_taking_sets_no_number_back(store, monkeypatch, call, after):
    for _ in range(3):
        ran_out(store, lease.take(store))
    before, did = lease.read(store), getattr(Store, call)

    def killed(self, *rest):
        if after:
            did(self, *rest)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, call, killed)
        with pytest.raises(KeyboardInterrupt):
            lease.take(store)
    if (left := lease.read(store)).fence != before.fence:
        store.publish(lease.object_of(left.fence), replace(left, expires_at=0.0).to_json())
    assert lease.take(store).mine.fence > before.fence


def test_the_newest_alone_stays(store):
    for _ in range(3):
        ran_out(store, lease.take(store))
    assert [f.uri for f in store.files()] == [lease.object_of(3)]


def test_the_lease_of_an_earlier_version_is_respected_and_its_number_goes_on(store):
    old = lease.Holder(owner="old", host="elsewhere", pid=42, fence=7, expires_at=time.time() + 50)
    store.publish(lease.OLD_NAME, old.to_json())
    with pytest.raises(LeaseHeld, match="in use by process 42 on elsewhere"):
        lease.take(store)
    store.publish(lease.OLD_NAME, replace(old, expires_at=0.0).to_json())
    assert lease.take(store).mine.fence == 8
    assert [f.uri for f in store.files()] == [lease.object_of(8)]


def test_a_lease_whose_writing_was_cut_off_holds_nothing_but_its_number(store):
    store.publish(lease.object_of(5), b'{"owner": "o')
    assert lease.take(store).mine.fence == 6
