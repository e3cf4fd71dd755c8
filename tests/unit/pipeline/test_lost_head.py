"""A run that loses the head of its cluster says so in its workspace, and gives it back, before its process ends."""

import threading

import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
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
