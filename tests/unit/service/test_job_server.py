"""status with --address: what the job server says stands beside what the workspace says; neither hides the other."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.cluster import jobs, lease
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.storage import Store
from corpusmill.errors import JobFailed
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.events.log import EventLog
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.watched import recorded

ADDRESS = ("--address", "http://h:8265")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace whose run was submitted, wrote a sign a moment ago, and holds the lease on another machine."""
    recorder, store = Recorder(), Store(str(tmp_path))
    log = EventLog(store, "20261130T000000Z-ab", state=recorder.state)
    recorder.facts |= {"job": "j", "kind": "update", "slot": "2026-10", "owner": "ab", "host": "far", "pid": 7}
    recorder.facts |= {"began_at": time.time() - 60, "state": "running", "submission": "corpusmill-j-update-1"}
    log.flush()
    held = lease.Holder(owner="ab", host="far", pid=7, fence=1, expires_at=time.time() + 50)
    store.publish(lease.object_of(1), held.to_json())
    return tmp_path


def serve(monkeypatch, *found: SubmittedJob) -> None:
    monkeypatch.setattr(jobs, "connect", lambda address: None)
    monkeypatch.setattr(jobs, "jobs", lambda client: list(found))


def job(state: str, workspace: Path, id_: str = "corpusmill-j-update-1") -> SubmittedJob:
    facts = {"job": "j", "kind": "update", "workspace": str(workspace), "message": "exit code 137"}
    return SubmittedJob(**facts, id=id_, state=state, began_at=time.time() - 70, ended_at=None, exit_code=None)


def said(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_a_driver_that_the_server_saw_die_is_dead_at_once(workspace, monkeypatch):
    serve(monkeypatch, job("FAILED", workspace))
    assert "running for 1 min" in said("status", workspace)
    lines = said("status", *ADDRESS, workspace)
    assert "submitted as corpusmill-j-update-1, FAILED: exit code 137" in lines
    assert "dead: began" in lines
    assert "`corpusmill submit JOB --address ... --update --slot 2026-10` again resumes it" in lines
    assert "that process has ended, and the workspace is free in" in lines
    facts = json.loads(said("status", "--json", *ADDRESS, workspace))
    assert (facts["state"], facts["submitted"]["state"]) == ("dead", "FAILED")


def test_a_run_that_the_server_has_alive_runs(workspace, monkeypatch):
    serve(monkeypatch, job("RUNNING", workspace))
    assert json.loads(said("status", "--json", *ADDRESS, workspace))["state"] == "running"


def test_the_death_of_another_job_says_nothing_of_this_run(workspace, monkeypatch):
    serve(monkeypatch, job("FAILED", workspace, "corpusmill-j-update-2"))
    assert json.loads(said("status", "--json", *ADDRESS, workspace))["state"] == "running"


def test_a_name_or_an_id_means_the_workspace_of_that_job(workspace, monkeypatch):
    serve(monkeypatch, job("RUNNING", workspace))
    for what in ("j", "corpusmill-j-update-1"):
        assert json.loads(said("status", "--json", *ADDRESS, what))["workspace"] == str(workspace)


def test_a_head_that_was_started_anew_hides_no_workspace(workspace, monkeypatch):
    serve(monkeypatch)
    lines = said("status", *ADDRESS, workspace)
    assert "http://h:8265 has no such job" in lines
    assert "running for 1 min" in lines
    assert json.loads(said("status", "--json", *ADDRESS, workspace))["submitted"] is None
    assert "the cluster has no job 'j'; there are: none" in said("status", *ADDRESS, "j", code=3)


def test_a_head_that_does_not_answer_hides_no_workspace_and_is_an_error(workspace, monkeypatch):
    def silent(address: str) -> None:
        raise JobFailed("the job server did not answer")

    monkeypatch.setattr(jobs, "connect", silent)
    lines = said("status", *ADDRESS, workspace, code=3)
    assert "running for 1 min" in lines
    assert "corpusmill: the job server did not answer" in lines
    assert "state    " not in said("status", *ADDRESS, "j", code=3)


def test_a_run_says_under_which_id_it_was_submitted(tmp_path, monkeypatch):
    monkeypatch.setenv(jobs.CONFIG, '{"metadata": {"job_submission_id": "corpusmill-j-run-9"}}')
    store = Store(str(tmp_path))
    with lease.held(store) as held, recorded(store, held, {"job": "j", "kind": "run"}, Display(quiet=True)):
        pass
    assert "submitted as corpusmill-j-run-9" in said("status", tmp_path)
    monkeypatch.delenv(jobs.CONFIG)
    assert jobs.own_id({}) is None
