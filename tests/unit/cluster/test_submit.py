"""A job server that does not take us is told in words."""

from pathlib import Path

import pytest
import ray.job_submission
from ray.exceptions import AuthenticationError

from corpusmill.cluster.submit import submit
from corpusmill.errors import JobFailed


def test_one_that_wants_a_token(monkeypatch):
    def refuses(address: str) -> None:
        raise AuthenticationError("invalid token")

    monkeypatch.setattr(ray.job_submission, "JobSubmissionClient", refuses)
    with pytest.raises(JobFailed, match="RAY_AUTH_MODE and RAY_AUTH_TOKEN_PATH must be the same here as there"):
        submit(address="http://h:1", code=Path(), files={}, entrypoint="true", say=print, wait=False)
