"""A run that loses the head of its cluster, or its workspace, says so before it ends."""

import contextlib
import signal
import threading
import time

import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.errors import LeaseHeld
from corpusmill.pipeline.execution import interrupts
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.report.status import status_of
from corpusmill.pipeline.run import opened, watched


class Ended(Exception):
    """In place of the end of the process."""


def end(code: int) -> None:
    raise Ended(code)


def test_the_loss_is_recorded_and_the_workspace_is_free(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("os._exit", end)
    store = Store(str(tmp_path))
    found = []

    def lose() -> None:
        with (
            lease.held(store) as held,
            watched.recorded(store, held, {"job": "j", "kind": "run"}, Display(quiet=True)) as events,
        ):
            try:
                opened._end_without_head(held, events, "the head has not answered for 30 s")
            except Ended:
                found.append(status_of(store))
                raise

    with pytest.raises(Ended, match="3"):
        lose()
    assert (found[0].state, found[0].run.message) == ("failed", "the head has not answered for 30 s")
    assert not found[0].held
    assert capsys.readouterr().err == "corpusmill: the head has not answered for 30 s\n"


def test_a_store_that_is_away_too_does_not_keep_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr(opened, "GIVE_BACK_S", 0.05)
    answers = threading.Event()
    monkeypatch.setattr(watched, "failed", lambda *_: answers.wait(30))
    with pytest.raises(Ended):
        opened._end_without_head(lease.take(Store(str(tmp_path))), None, "lost")  # pyright: ignore
    answers.set()


def test_a_run_whose_workspace_was_deleted_ends_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "RENEWED_S", 0.01)
    before = signal.getsignal(signal.SIGTERM)
    interrupts.as_exceptions()
    store = Store(str(tmp_path / "work"))

    def work() -> None:
        with (
            lease.held(store, lost=interrupts.terminate) as held,
            watched.recorded(store, held, {"job": "j", "kind": "run"}, Display(quiet=True)),
        ):
            for _ in range(1000):  # a renewal that is under way may write it once more
                with contextlib.suppress(FileNotFoundError):
                    store.delete(lease.object_of(1))
                time.sleep(0.01)

    try:
        with pytest.raises(LeaseHeld, match="the workspace was deleted or emptied under it"):
            work()
    finally:
        signal.signal(signal.SIGTERM, before)
    found = status_of(store)
    assert found.state == "failed"
    assert found.run is not None
    assert found.run.message.startswith("the lease of this run is gone from")


def test_a_process_that_does_not_take_sigterm_goes_on(monkeypatch):
    monkeypatch.setattr("os.kill", lambda *_: pytest.fail("killed"))
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        interrupts.terminate()
    finally:
        signal.signal(signal.SIGTERM, before)
