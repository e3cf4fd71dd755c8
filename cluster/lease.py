"""One run at a time in a workspace: who holds it is told by an object under a fencing number, the highest holds.

Each new holder creates the next number, which a store lets only one process do, and writes no other's object. A run
checks before each commit that no higher number is there: one that was taken for dead, and wakes up, then stops before
it overwrites what its successor made. docs/decisions/0022-who-holds-a-workspace.md says why it is so.
"""

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import psutil

from corpusmill.cluster.storage import Store
from corpusmill.cluster.store_clock import written_s_ago
from corpusmill.errors import LeaseHeld

log = logging.getLogger(__name__)

FOLDER = "lease"  # of its own, so that one short listing finds the highest number
OLD_NAME = "_lease.json"  # the one object that earlier versions overwrote; respected, then deleted
READ_TRIES = 3  # of a listing and then the object it names: each but the first needs a new holder in between
LIFETIME_S = 60.0  # a guess: long against a slow store, short against an operator's patience
RENEWED_S = LIFETIME_S / 3  # from one renewal to the next
OVERDUE_S = RENEWED_S + 10  # a live run on a slow store has renewed it by then; a guess
LOOK_S = 2.0  # between two looks whether a holder that is late renews it


@dataclass(frozen=True)
class Holder:
    """Who holds the workspace, until when (Unix seconds), under which fencing number."""

    owner: str
    host: str
    pid: int
    fence: int
    expires_at: float

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()

    @property
    def renewed_at(self) -> float:
        """When it was taken or renewed last, by the clock of its holder."""
        return self.expires_at - LIFETIME_S

    @property
    def is_free(self) -> bool:
        """Whether the holder gave it back, or was a process of this machine that is no more."""
        return self.expires_at <= 0 or (self.host == socket.gethostname() and not psutil.pid_exists(self.pid))

    def has_ended(self, now: float) -> bool:
        """True when the lease ran out, if the clocks of both machines agree, or `is_free`."""
        return now > self.expires_at or self.is_free


NOBODY = Holder(owner="", host="", pid=0, fence=0, expires_at=0.0)


class Lease:
    """The lease this process holds on `store`."""

    def __init__(self, store: Store, mine: Holder) -> None:
        self.store = store
        self.mine = mine
        self.lost: LeaseHeld | None = None  # why this run holds the workspace no more, once renewing has found that

    def check(self) -> None:
        """Raise LeaseHeld unless this run still holds the workspace. Called before each commit of a stage."""
        found = read(self.store)
        if found is None or (found.owner, found.fence) != (self.mine.owner, self.mine.fence):
            raise self._lost(found)

    def renew(self) -> None:
        """Move the end; LeaseHeld when another run has the workspace, even one that took it since this call began.

        Three requests, every third of a minute of every run: its own object is read, written, and looked for in the
        listing, where a successor's number would be higher.
        """
        name = object_of(self.mine.fence)
        try:
            there = Holder(**json.loads(self.store.read(name)))
        except (FileNotFoundError, ValueError, TypeError):  # deleted by a successor, or by hand
            raise self._lost(read(self.store)) from None
        if there.owner != self.mine.owner:
            raise self._lost(there)
        self.mine = replace(self.mine, expires_at=time.time() + LIFETIME_S)
        # One that comes too late is lower than a successor's, and changes nothing.
        self.store.publish(name, self.mine.to_json())
        if max(_numbers(self.store), default=0) != self.mine.fence:
            raise self._lost(read(self.store))

    def _lost(self, to: Holder | None) -> LeaseHeld:
        if to is None or not to.owner:
            return LeaseHeld(
                f"the lease of this run is gone from {self.store.url}: the workspace was deleted or emptied under it; "
                "this run stops without committing"
            )
        return LeaseHeld(f"{self.store.url} was taken over by {describe(to)}; this run stops without committing")


@contextmanager
def held(
    store: Store, say: Callable[[str], None] = lambda _: None, lost: Callable[[], None] = lambda: None
) -> Iterator[Lease]:
    """Hold the workspace for the length of a `with`, renewing in the background; LeaseHeld when another run has it.

    say: see `take`. lost: called in the background, once, when another run has it or the workspace is gone; the
    KeyboardInterrupt that this may raise in the `with` becomes LeaseHeld.
    """
    lease = take(store, say)
    stop = threading.Event()

    def keep_alive() -> None:
        while not stop.wait(RENEWED_S):
            try:
                lease.renew()
            except LeaseHeld as e:
                lease.lost = e
                lost()
                return  # otherwise the next check() at a commit tells the run
            except Exception:  # whatever a store raises for a hiccup: the next tick tries again, well before the end
                continue

    thread = threading.Thread(target=keep_alive, name="lease", daemon=True)
    thread.start()
    try:
        yield lease
    except KeyboardInterrupt as e:
        if lease.lost is not None:
            raise lease.lost from e
        raise
    finally:
        stop.set()
        thread.join()
        give_back(lease)


def give_back(lease: Lease) -> None:
    """Let the next run in at once. What the store raises is no more than logged: how the run itself ended counts."""
    try:
        found = read(lease.store)
        if found is not None and found.owner == lease.mine.owner:  # the number stays, so that it can only grow
            lease.store.publish(object_of(lease.mine.fence), replace(lease.mine, expires_at=0.0).to_json())
    except Exception as e:  # by its type alone: messages of stores may quote addresses with secrets
        log.warning("the workspace could not be given back (%s); it is free in %.0f s", type(e).__name__, LIFETIME_S)


def take(store: Store, say: Callable[[str], None] = lambda _: None) -> Lease:
    """Become the holder: the place is free, its holder is dead, or it does not renew its lease until that runs out.

    A holder that renewed a moment ago is refused at once. say: takes a sentence where it is waited.
    """
    found = read(store)
    if found is not None and not found.is_free:
        found = _when_it_ran_out(store, found, say)
    now = time.time()
    mine = Holder(
        owner=uuid.uuid4().hex,
        host=socket.gethostname(),
        pid=os.getpid(),
        fence=found.fence + 1 if found else 1,
        expires_at=now + LIFETIME_S,
    )
    if not store.create(object_of(mine.fence), mine.to_json()):
        raise LeaseHeld(f"{store.url} was taken by {describe(read(store))} a moment ago")
    lease = Lease(store, mine)
    lease.check()  # a number that others took, passed and deleted since `read` can be created once more
    for lower in _numbers(store):
        if lower < mine.fence:
            store.delete(object_of(lower))
    store.delete(OLD_NAME)
    return lease


def _when_it_ran_out(store: Store, found: Holder, say: Callable[[str], None]) -> Holder | None:
    """The holder, once its lease has run out, or has been given back; LeaseHeld where it is alive.

    Seconds are those of the store's clock where that says any: the holder's clock may be another than ours.
    """
    age = written_s_ago(store, object_of(found.fence))
    if age is None:
        age = time.time() - found.renewed_at
    left = LIFETIME_S - age
    if age < OVERDUE_S:
        raise LeaseHeld(
            f"{store.url} is in use by {describe(found)}; wait for it, or if it is dead, for its lease to run out in "
            f"{min(left, LIFETIME_S):.0f} s"
        )
    if left > 0:
        say(
            f"{describe(found)}, which holds {store.url}, is late to renew its lease: waiting {left:.0f} s, after "
            "which it counts as dead"
        )
    ends = time.monotonic() + left
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_S))
        if (now := read(store)) is None or now.is_free:
            return now
        if now != found:
            raise LeaseHeld(f"{store.url} is in use by {describe(now)}, which has renewed its lease; wait for it")
    return found


def read(store: Store) -> Holder | None:
    """Who holds the workspace, or held it last; None when no run has begun in it."""
    highest = 0
    for _ in range(READ_TRIES):
        highest = max(_numbers(store), default=0)
        try:
            told = store.read(object_of(highest) if highest else OLD_NAME)
        except FileNotFoundError:
            if not highest:
                return None
            continue  # a successor deleted it since the listing
        try:
            return Holder(**json.loads(told))
        except (json.JSONDecodeError, TypeError):  # its writing was cut off: its holder is long gone
            break
    return replace(NOBODY, fence=highest)


def object_of(fence: int) -> str:
    """The object of a number.

    >>> object_of(7)
    'lease/00000007.json'
    """
    return f"{FOLDER}/{fence:08d}.json"


def _numbers(store: Store) -> list[int]:
    """Every number of which there is an object."""
    stems = (file.uri.rpartition("/")[2].removesuffix(".json") for file in store.files(FOLDER))
    return [int(stem) for stem in stems if stem.isdecimal()]


def describe(holder: Holder | None) -> str:
    if holder is None:
        return "nobody"
    return f"process {holder.pid} on {holder.host}" if holder.host else "another run"
