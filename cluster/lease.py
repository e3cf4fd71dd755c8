"""One run at a time in a workspace: a lease object with an owner, an expiry and a fencing number.

The number grows with each new holder. A run checks before each commit that the number is still its own: a run that was
taken for dead, and wakes up, can then no longer overwrite what its successor made.
"""

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import psutil

from cluster.storage import Store

log = logging.getLogger(__name__)

NAME = "_lease.json"
LIFETIME_S = 60.0  # a guess: long against a slow store, short against an operator's patience


class LeaseHeld(RuntimeError):
    """Another run works in this workspace, or took it over."""


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

    def is_gone(self, now: float) -> bool:
        """True when the lease ran out, or its process was on this machine and is no more."""
        return now > self.expires_at or (self.host == socket.gethostname() and not psutil.pid_exists(self.pid))


class Lease:
    """The lease this process holds on `store`."""

    def __init__(self, store: Store, mine: Holder) -> None:
        self.store = store
        self.mine = mine

    def check(self) -> None:
        """Raise LeaseHeld unless this run still holds the workspace. Called before each commit of a stage."""
        found = read(self.store)
        if found is None or (found.owner, found.fence) != (self.mine.owner, self.mine.fence):
            raise LeaseHeld(f"{self.store.url} was taken over by {describe(found)}; this run stops without committing")

    def renew(self) -> None:
        self.check()
        self.mine = replace(self.mine, expires_at=time.time() + LIFETIME_S)
        self.store.publish(NAME, self.mine.to_json())


@contextmanager
def held(store: Store) -> Iterator[Lease]:
    """Hold the workspace for the length of a `with`, renewing in the background; LeaseHeld when another run has it."""
    lease = take(store)
    stop = threading.Event()

    def keep_alive() -> None:
        while not stop.wait(LIFETIME_S / 3):
            try:
                lease.renew()
            except LeaseHeld:
                return  # the next check() at a commit tells the run
            except Exception:  # whatever a store raises for a hiccup: the next tick tries again, well before the end
                continue

    thread = threading.Thread(target=keep_alive, name="lease", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        stop.set()
        thread.join()
        _give_back(lease)


def _give_back(lease: Lease) -> None:
    """Let the next run in at once. What the store raises is no more than logged: how the run itself ended counts."""
    try:
        found = read(lease.store)
        if found is not None and found.owner == lease.mine.owner:  # the number stays, so that it can only grow
            lease.store.publish(NAME, replace(lease.mine, expires_at=0.0).to_json())
    except Exception as e:  # by its type alone: messages of stores may quote addresses with secrets
        log.warning("the workspace could not be given back (%s); it is free in %.0f s", type(e).__name__, LIFETIME_S)


def take(store: Store) -> Lease:
    """Become the holder: the place is free, or its holder is gone."""
    now = time.time()
    found = read(store)
    if found is not None and not found.is_gone(now):
        raise LeaseHeld(
            f"{store.url} is in use by {describe(found)}; wait for it, or if it is dead, for its lease to run out "
            f"in {found.expires_at - now:.0f} s"
        )
    mine = Holder(
        owner=uuid.uuid4().hex,
        host=socket.gethostname(),
        pid=os.getpid(),
        fence=found.fence + 1 if found else 1,
        expires_at=now + LIFETIME_S,
    )
    if found is not None:
        store.delete(NAME)
    if not store.create(NAME, mine.to_json()):
        raise LeaseHeld(f"{store.url} was taken by {describe(read(store))} a moment ago")
    return Lease(store, mine)


def read(store: Store) -> Holder | None:
    """Who holds the workspace, or None. A lease whose writing was cut off holds nothing: its holder is long gone."""
    try:
        told = store.read(NAME)
    except FileNotFoundError:
        return None
    try:
        return Holder(**json.loads(told))
    except (json.JSONDecodeError, TypeError):
        return Holder(owner="", host="", pid=0, fence=0, expires_at=0.0)


def describe(holder: Holder | None) -> str:
    return f"process {holder.pid} on {holder.host}" if holder else "nobody"
