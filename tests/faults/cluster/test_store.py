"""The store is busy, slow, away, cuts connections or loses its replies: by the fault proxy, from the first unit on."""

import time

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.slow]

BUSY = {"action": "status", "code": 503}
OUTAGE_S = 60  # libraries try again for less than half of it
PATIENCE_S, ENDED_S = 20, 240  # it ends within this: a try of the libraries takes longer than the patience, each time


@pytest.mark.parametrize(
    ("fault", "injected", "rules"),
    [
        ("storm of 503", "503 SlowDown to 30 % of requests", [{**BUSY, "p": 0.3}]),
        pytest.param("connections reset", "RST before the reply, 10 %", [{"action": "reset", "p": 0.1}]),
        pytest.param(
            "replies lost",
            "the store does it, the reply is cut: 10 % of PUT, POST, DELETE",
            [{"match": "^(PUT|POST|DELETE)", "action": "reset_after_body", "p": 0.1}],
        ),
        pytest.param(
            "bodies cut",
            "RST after 1,000 bytes of 10 % of replies to GET",
            [{"match": "^GET", "action": "truncate", "bytes": 1000, "rst": True, "p": 0.1}],
        ),
        pytest.param("slow reads", "2 s before 10 % of GET", [{"match": "^GET", "action": "delay", "s": 2, "p": 0.1}]),
    ],
)
def test_a_store_that_fails_now_and_then(lab, fault, injected, rules):
    with lab.trial(fault, injected) as run:
        run.start()
        run.until_units()
        lab.store.go_wrong(*rules)
        run.wait()
    assert run.runs == 1, run.said


def test_a_store_that_is_away_for_a_while(lab):
    with lab.trial("store away", f"503 to every request for {OUTAGE_S} s, which `store_patience` allows") as run:
        run.start()
        run.until_units(2)
        lab.store.go_wrong(BUSY)
        time.sleep(OUTAGE_S)
        assert run.is_running(), run.wait() and run.said
        lab.store.go_wrong()
        run.wait()
    assert run.runs == 1, run.said


def test_a_store_that_is_away_for_too_long(lab):
    injected = f"503 to every request until the run ends; `store_patience: {PATIENCE_S}`"
    with lab.trial("store away for too long", injected, store_patience=PATIENCE_S) as run:
        run.start()
        run.until_units(2)
        lab.store.go_wrong(BUSY)
        began = time.monotonic()
        assert run.wait() == 3, run.said
        ended_s = time.monotonic() - began
        *before, sentence = run.said.splitlines()
        assert all("could not be given back" in line for line in before), run.said
        assert "does not answer: tried for " in sentence
        assert "all finished work is kept: run the same command again when it answers" in sentence
        assert run.committed() >= 2
    assert run.runs == 2
    assert PATIENCE_S < ended_s < ENDED_S
