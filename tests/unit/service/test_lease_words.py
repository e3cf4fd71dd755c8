"""What status says of who holds a workspace: it is true of live, late and dead holders, and of clocks that differ."""

import pytest

from corpusmill.cluster.lease import LIFETIME_S, Holder
from corpusmill.pipeline.report.lease_words import lease_facts, lease_in_words

NOW = 1_000_000.0


def said(renewed_s_ago: float, *, since: float | None = NOW - 100, driver_ended: bool = False) -> str:
    held = Holder(owner="a", host="far", pid=7, fence=1, expires_at=NOW - renewed_s_ago + LIFETIME_S)
    return lease_in_words(held, since, NOW, driver_ended=driver_ended)


@pytest.mark.parametrize(
    ("renewed_s_ago", "words"),
    [
        (12, "renewed 12 s ago; free in 48 s unless it is again, every 20 s"),
        (
            40,
            "not renewed for 40 s, which a live run does every 20 s: it may be dead, and the workspace is free in 20 s",
        ),
        (61, "free: no run holds the workspace"),
        (-300, "renewed, by its own clock, 5 min 0 s from now: set the clocks of that machine and this one"),
    ],
)
def test_signs_of_life(renewed_s_ago, words):
    assert words in said(renewed_s_ago)


def test_who_and_since_when():
    assert said(1).startswith("held by process 7 on far since 1970-01-12 13:45:00 UTC; ")
    assert said(1, since=None).startswith("held by process 7 on far, whose events are not here; ")
    assert said(1, driver_ended=True).endswith("; that process has ended, and the workspace is free in 59 s")


def test_nobody_holds_it():
    assert lease_in_words(None, None, NOW, driver_ended=False) == "free: no run holds the workspace"
    assert lease_facts(None, None, NOW) == {"held": False}
