"""Writes the events of a run into its workspace: JSON lines in segments, each one object that is never changed.

`events/RUN/000000.jsonl` and so on: one object a flush, by the one driver of the run, so that it is the same on a disk
and in a store without appends. The last line of each segment is the state of all stages: who wants to know how far a
run is reads one segment, however long it runs. A store that does not answer never ends a run because of its events.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from corpusmill.cluster.storage import Store

FOLDER = "events"
STOP = "stop"  # the name of a request, in the folder of a run
FLUSH_S = (5.0, 60.0)  # at first and at most between two segments; a thirtieth of the time so far in between
LOOK_S = 15.0  # at least between two looks for a request to stop
BUFFERED = 10_000  # events that wait for a flush; of more the oldest are dropped and counted
RUNS = 50  # of a workspace whose events stay


class EventLog:
    """The events of one run. Safe to call from any thread."""

    def __init__(
        self,
        store: Store,
        run: str,
        *,
        state: Callable[[], Mapping[str, Any]],
        clean: Callable[[str], str] = str,
        stop: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """run: its name, also of its folder. state: what the last line of a segment says. clean: takes secrets out of
        a line. stop: called when a request to stop the run was left in its folder.
        """
        self.store, self.run, self.clock = store, run, clock
        self._state, self._clean, self._stop = state, clean, stop
        self._waiting: list[str] = []
        self._dropped, self._segment = 0, 0
        self._lock, self._flushing, self._ended = threading.Lock(), threading.Lock(), threading.Event()
        self._began = clock()
        self._stopping = False

    def write(self, event: str, **facts: Any) -> None:
        """Add one event; it is in the workspace after the next flush."""
        line = self._line(event, facts)
        with self._lock:
            self._waiting.append(line)
            if len(self._waiting) > BUFFERED:
                del self._waiting[0]
                self._dropped += 1

    def flush(self) -> bool:
        """Write what waits as the next segment; whether the store took it. What it did not take waits on."""
        with self._flushing:
            with self._lock:
                waiting, dropped = list(self._waiting), self._dropped
            lines = [*waiting, self._line("progress", {"dropped_events": dropped, **self._state()})]
            try:
                name = f"{FOLDER}/{self.run}/{self._segment:06d}.jsonl"
                self.store.publish(name, "".join(f"{line}\n" for line in lines).encode())
            except Exception:  # whatever a store raises: the run goes on, and the next flush tries again
                return False
            self._segment += 1
            with self._lock:
                del self._waiting[: len(waiting) - (self._dropped - dropped)]
            return True

    def interval_s(self) -> float:
        """Seconds until the next flush: short in a short run, so that segments stay few in a long one."""
        least, most = FLUSH_S
        return min(max(least, (self.clock() - self._began) / 30), most)

    def _line(self, event: str, facts: Mapping[str, Any]) -> str:
        at = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds")
        return self._clean(json.dumps({"at": at, "event": event, "run": self.run, **facts}, ensure_ascii=False))

    def _watch(self) -> None:
        looked = self.clock()
        while not self._ended.wait(self.interval_s()):
            self.flush()
            if self._stopping or self.clock() - looked < LOOK_S:
                continue
            looked = self.clock()
            if self._stop_requested():
                self._stopping = True
                self.write("run.stop_requested")
                self._stop()

    def _stop_requested(self) -> bool:
        try:
            self.store.read(f"{FOLDER}/{self.run}/{STOP}")  # one request where `exists` makes two
        except Exception:  # there is none, or the next look will tell
            return False
        return True

    @contextmanager
    def open(self) -> Iterator["EventLog"]:
        """Flush in the background for the length of a `with`, and once more at its end."""
        thread = threading.Thread(target=self._watch, name="events", daemon=True)
        self.flush()
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join(FLUSH_S[0])
            self.flush()


def run_name(owner: str, now: float) -> str:
    """The name of a run: when it began and who holds the lease. They sort by time.

    >>> run_name("0a1b2c3d4e5f", 0.0)
    '19700101T000000Z-0a1b2c3d'
    """
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-{owner[:8]}"


def sweep_old(store: Store, most: int = RUNS) -> None:
    """Delete the events of all but the newest runs. Called by the holder of the workspace."""
    names = [file.uri for file in store.files(FOLDER)]
    runs = sorted({name.split("/")[1] for name in names if name.count("/") == 2})
    old = set(runs[:-most])
    for name in names:
        if name.split("/")[1] in old:
            store.delete(name)
