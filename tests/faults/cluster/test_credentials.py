"""Credentials expire in the middle of a run, and their provider writes others."""

import time

import pytest

from tests.faults.cluster.store import FIRST_KEY
from tests.pipeline.test_cluster import until

pytestmark = [pytest.mark.ray, pytest.mark.slow]

EXPIRED_S = 10
SECOND_KEY = "secondkey"


def test_credentials_that_expire_and_are_renewed(lab):
    refused = lab.store.expired / "refused"
    injected = f"400 ExpiredToken to every request signed with the first key; {EXPIRED_S} s later there is a second"
    with lab.trial("credentials expire", injected) as run:
        run.start()
        run.until_units(2)
        (lab.store.expired / FIRST_KEY).touch()
        until(refused.exists)
        time.sleep(EXPIRED_S)
        lab.store.write_credentials(SECOND_KEY)
        run.wait()
    assert run.runs == 1, run.said
