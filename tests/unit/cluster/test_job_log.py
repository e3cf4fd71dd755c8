"""The log of a submitted job is followed across broken connections; its exit code is that of its command."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from corpusmill.cluster import job_log, jobs
from corpusmill.cluster.submitted import Submitted
from corpusmill.errors import JobFailed

LOG = ["one\ntwo\n", "three\n", "four\n"]
BROKEN = RuntimeError("WebSocket connection closed unexpectedly with close code 1006")


class Server:
    """A job server that sends `sent` pieces of the log of a job and then breaks, as often as `breaks` says."""

    def __init__(self, breaks: list[int], *, silent: int = 0, state: str = "SUCCEEDED") -> None:
        self.breaks, self.silent, self.state = breaks, silent, state
        self.ended = False

    async def tail_job_logs(self, job: str) -> AsyncIterator[str]:
        pieces = self.breaks.pop(0) if self.breaks else None
        for piece in LOG[:pieces]:
            yield piece
        if pieces is not None:
            raise BROKEN
        self.ended = True

    def get_job_logs(self, job: str) -> str:
        return "".join(LOG[:2])

    def get_job_info(self, job: str) -> SimpleNamespace:
        if self.silent:
            self.silent -= 1
            raise OSError("connection refused")
        state = SimpleNamespace(value=self.state if self.ended else "RUNNING")
        facts = {"submission_id": job, "metadata": {}, "message": "", "start_time": 1, "end_time": None}
        return SimpleNamespace(**facts, status=state, driver_exit_code=None)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(job_log, "PAUSE_S", 0.0)


@pytest.mark.parametrize("breaks", [[], [0, 0], [1, 2], [2, 1], [3, 3]])
def test_nothing_is_printed_twice_or_left_out(breaks):
    lines: list[str] = []
    ended = job_log.follow(Server([*breaks]), "j", lines.append)  # pyright: ignore[reportArgumentType]
    assert "\n".join(lines) == "one\ntwo\nthree\nfour"
    assert ended.state == "SUCCEEDED"


def test_a_job_that_ended_while_nobody_listened_is_printed_to_its_end(monkeypatch):
    monkeypatch.setattr(Server, "get_job_logs", lambda *_: "".join(LOG))
    lines: list[str] = []
    server = Server([1], state="FAILED")
    server.ended = True
    ended = job_log.follow(server, "j", lines.append)  # pyright: ignore[reportArgumentType]
    assert ("\n".join(lines), ended.state) == ("one\ntwo\nthree\nfour", "FAILED")


@pytest.mark.parametrize("fetched", ["", "one\ntw", "one\ntwo\nthr"])
def test_a_line_that_is_not_whole_yet_waits_for_its_end(monkeypatch, fetched):
    monkeypatch.setattr(Server, "get_job_logs", lambda *_: fetched)
    lines: list[str] = []
    job_log.follow(Server([0]), "j", lines.append)  # pyright: ignore[reportArgumentType]
    assert "\n".join(lines) == "one\ntwo\nthree\nfour"


def test_a_server_that_is_away_for_a_moment_costs_a_line():
    lines: list[str] = []
    job_log.follow(Server([1], silent=3), "j", lines.append)  # pyright: ignore[reportArgumentType]
    assert lines[1] == "the connection to the job server broke (" + str(BROKEN) + "); trying for 60 s"
    assert lines[2:] == ["three\nfour"] or lines[2:] == ["three", "four"]


def test_a_dead_head_ends_the_following_with_what_to_do(monkeypatch):
    monkeypatch.setattr(job_log, "PATIENCE_S", 0.0)
    with pytest.raises(JobFailed, match=r"not answered .*connection refused.*`corpusmill status JOB` shows it"):
        job_log.follow(Server([1], silent=99), "j", print)  # pyright: ignore[reportArgumentType]


def test_a_head_that_was_started_anew_knows_no_job(monkeypatch):
    def unknown(*_: object) -> None:
        raise RuntimeError("Request failed with status code 404: Job j does not exist.")

    monkeypatch.setattr(Server, "get_job_info", unknown)
    with pytest.raises(JobFailed, match="has no job j any more, as after a new start of its head"):
        job_log.follow(Server([1]), "j", print)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("ended", "code"), [(2, 2), (4, 4), (5, 5), (1, 3), (137, 3), (None, 3)])
def test_the_exit_code_of_the_command_is_passed_on(ended, code):
    done = Submitted(id="j", attached=False, detached=False, state="FAILED", exit_code=ended, message="exit code")
    with pytest.raises(JobFailed) as failed:
        done.check()
    assert failed.value.exit_code == code


@pytest.mark.parametrize(("state", "code"), [("STOPPED", None), ("FAILED", 143)])
def test_a_job_that_was_stopped_can_be_resumed(state, code):
    """By the job server, or by a request in its workspace."""
    with pytest.raises(JobFailed, match="j was stopped; what it finished is kept: the same command resumes it"):
        Submitted(id="j", attached=False, detached=False, state=state, exit_code=code).check()


def test_the_reason_of_a_refusal_is_one_line():
    trace = "Request failed with status code 500: Traceback (most recent call last):\n  File x\nKeyError: 'a'.\n.\n"
    assert jobs.reason(RuntimeError(trace)) == "'a'"
    assert jobs.reason(ConnectionError("Failed to connect to Ray at address: http://h:1.")) == (
        "Failed to connect to Ray at address: http://h:1"
    )
    assert jobs.reason(OSError()) == "OSError"
