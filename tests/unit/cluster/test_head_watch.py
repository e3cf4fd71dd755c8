"""A head that is gone is told once, in one sentence, and not for a moment's silence."""

import socket
import threading

import pytest

from corpusmill.cluster import head_watch
from corpusmill.cluster.head_watch import listens, watched


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    monkeypatch.setattr(head_watch, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(head_watch, "SILENT_S", 0.2)
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(64)
    return server


@pytest.mark.thorough
def test_a_head_that_no_longer_exists_is_reported_once(head):
    address, said, told = f"127.0.0.1:{head.getsockname()[1]}", [], threading.Event()

    def lost(sentence: str) -> None:
        said.append(sentence)
        told.set()

    with watched(address, lost):
        assert not told.wait(0.4)
        head.close()
        assert told.wait(10)
        told.clear()
        assert not told.wait(0.4)
    (sentence,) = said
    assert sentence.startswith(f"the head of the Ray cluster at {address} has not answered for 0 s; all finished work")


def test_nothing_is_reported_after_the_end(head):
    address, said = f"127.0.0.1:{head.getsockname()[1]}", []
    with watched(address, said.append):
        head.close()
    assert not listens(address)
    assert listens("auto")
    assert said == []
