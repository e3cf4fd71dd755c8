"""A job server that does not take us is told in words; the same job sent twice is one job."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import ray.job_submission
from ray.exceptions import AuthenticationError

from corpusmill.cluster import jobs
from corpusmill.cluster.submit import Submission, submit
from corpusmill.errors import JobFailed, LeaseHeld

SENT = Submission(code=Path(), files={"job.json": "{}"}, entrypoint="true", job="j", kind="run", workspace="s3://b/w")


class Server:
    """A job server that keeps what it is sent."""

    def __init__(self) -> None:
        self.jobs: list[SimpleNamespace] = []

    def list_jobs(self) -> list[SimpleNamespace]:
        return self.jobs

    def submit_job(self, *, submission_id: str, metadata: dict[str, str], **_: object) -> str:
        job = {"submission_id": submission_id, "metadata": metadata, "status": SimpleNamespace(value="RUNNING")}
        self.jobs.append(SimpleNamespace(**job, message="", start_time=len(self.jobs) * 1000, end_time=None))
        return submission_id


@pytest.fixture
def server(monkeypatch, tmp_path) -> Server:
    found = Server()
    monkeypatch.setattr(ray.job_submission, "JobSubmissionClient", lambda address: found)
    return found


def sent(tmp_path: Path, **changed: object) -> Submission:
    (tmp_path / "code").mkdir(exist_ok=True)
    return Submission(**{**vars(SENT), "code": tmp_path / "code", **changed})


def test_one_that_wants_a_token(monkeypatch):
    def refuses(address: str) -> None:
        raise AuthenticationError("invalid token")

    monkeypatch.setattr(ray.job_submission, "JobSubmissionClient", refuses)
    with pytest.raises(JobFailed, match="RAY_AUTH_MODE and RAY_AUTH_TOKEN_PATH must be the same here as there"):
        submit(SENT, address="http://h:1", say=print, wait=False)


def test_the_same_job_twice_is_attached_to(server, tmp_path):
    lines: list[str] = []
    first = submit(sent(tmp_path), address="http://h:1", say=lines.append, wait=False)
    second = submit(sent(tmp_path), address="http://h:1", say=lines.append, wait=False)
    assert (first.attached, second.attached, second.id) == (False, True, first.id)
    assert len(server.jobs) == 1
    assert any("runs already: attached to it" in line for line in lines)


def test_of_two_who_send_the_same_at_once_one_attaches(server, tmp_path, monkeypatch):
    send, others = server.submit_job, iter([True])

    def late(**given: object) -> str:
        if next(others, False):
            send(**given)
            raise RuntimeError("Request failed: Traceback\n  ...\nValueError: Job with submission_id a already exists.")
        return send(**given)

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(server, "submit_job", late)
    lines: list[str] = []
    done = submit(sent(tmp_path), address="http://h:1", say=lines.append, wait=False)
    assert done.attached
    assert len(server.jobs) == 1
    assert any("runs already: attached to it" in line for line in lines)


def test_a_refusal_is_told_without_the_traces_of_the_server(server, tmp_path, monkeypatch):
    def refuses(**_: object) -> str:
        raise RuntimeError("Request failed with status code 500: Traceback\n  File x\nValueError: no room for it\n.")

    monkeypatch.setattr(server, "submit_job", refuses)
    with pytest.raises(JobFailed, match=r"^the job server refused the job: no room for it$"):
        submit(sent(tmp_path), address="http://h:1", say=print, wait=False)


def test_a_head_without_an_agent_is_told_from_one_that_comes_up(server, tmp_path, monkeypatch):
    def refuses(**_: object) -> str:
        raise RuntimeError("Request failed with status code 500: No available agent to submit job")

    lines: list[str] = []
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(server, "submit_job", refuses)
    with pytest.raises(JobFailed, match=r"another Ray on that machine has its port.*--dashboard-agent-listen-port"):
        submit(sent(tmp_path), address="http://h:1", say=lines.append, wait=False)
    assert lines == ["the job server answers, and has no agent yet that starts jobs; trying for a minute and a half"]


def test_lines_of_ray_about_packages_are_not_shown(server):
    jobs.connect("http://h:1")
    for name in ("ray.dashboard.modules.job.sdk", "ray.dashboard.modules.dashboard_sdk"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_another_job_in_the_same_workspace_is_refused(server, tmp_path):
    submit(sent(tmp_path), address="http://h:1", say=print, wait=False)
    with pytest.raises(LeaseHeld, match="works in s3://b/w and is running: wait for it, or stop it"):
        submit(sent(tmp_path, kind="update"), address="http://h:1", say=print, wait=False)
    submit(sent(tmp_path, workspace="s3://b/other"), address="http://h:1", say=print, wait=False)


def test_after_its_end_the_same_job_is_sent_again_under_a_number(server, tmp_path):
    first = submit(sent(tmp_path), address="http://h:1", say=print, wait=False)
    server.jobs[0].status = SimpleNamespace(value="FAILED")
    second = submit(sent(tmp_path), address="http://h:1", say=print, wait=False)
    assert second.id == f"{first.id}-2"
    assert jobs.newest(jobs.connect("http://h:1"), "j").id == second.id
    with pytest.raises(JobFailed, match="the cluster has no job 'k'; there are: corpusmill-j-run-"):
        jobs.newest(jobs.connect("http://h:1"), "k")
