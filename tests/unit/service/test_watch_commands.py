"""status, list, logs and stop from the files of a workspace alone; what `submit` sends; JSON of each."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.cluster import lease
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.commands.job_server import submitted_lines
from corpusmill.pipeline.commands.submit import Request, entrypoint
from corpusmill.pipeline.events.counts import Figures
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.events.log import EventLog
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.versions.slots import parse_slot, record_slot

RUN = "20261130T000000Z-ab"


def say(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in which a run is under way, elsewhere."""
    recorder = Recorder()
    log = EventLog(Store(str(tmp_path)), RUN, state=recorder.state)
    recorder.write = log.write
    recorder.facts |= {"job": "j", "kind": "update", "slot": "2026-10", "owner": "ab", "host": "h", "pid": 7}
    recorder.facts |= {"began_at": time.time() - 60, "state": "running", "cpus": 2, "predicted": {"ingest": 1.0}}
    recorder.began("ingest", 2)
    recorder.unit_done("ingest", "a.gz", Figures(seconds=3.0, cpu_seconds=2.0, first=True, peak_bytes=0), {})
    recorder.moved("ingest", documents=10, size_bytes=1000)
    log.flush()
    held = lease.Holder(owner="ab", host="elsewhere", pid=7, fence=1, expires_at=time.time() + 60)
    Store(str(tmp_path)).publish(lease.object_of(1), held.to_json())
    return tmp_path


def test_status_of_a_folder(workspace):
    said = say("status", "--price-cpu-hour", "3", workspace)
    assert "j  update, slot 2026-10" in said
    assert "running for 1 min 0 s" in said
    assert "held by process 7 on elsewhere since" in said
    assert "1 of 2" in said
    assert "0.10 so far" in said
    assert "ingest: predicted 1.0 s of CPU, took 2.0 s (+100%)" in said
    facts = json.loads(say("status", "--json", workspace))
    assert (facts["state"], facts["run"]["slot"], facts["run"]["stages"][0]["running"]) == ("running", "2026-10", 1)


def test_runs_and_events_are_listed(workspace):
    assert RUN in say("list", workspace)
    assert [run["run"] for run in json.loads(say("list", "--json", workspace))] == [RUN]
    assert "unit.finished  stage=ingest unit=a.gz" in say("logs", workspace)
    assert json.loads(say("logs", "--json", workspace).splitlines()[0])["event"] == "stage.started"
    assert "no run nothing is recorded" in say("logs", "--run", "nothing", workspace, code=2)


def test_a_run_whose_driver_died_is_not_listed_as_running(workspace):
    assert json.loads(say("list", "--json", workspace))[0]["state"] == "running"
    (workspace / "lease" / "00000001.json").unlink()
    assert json.loads(say("list", "--json", workspace))[0]["state"] == "dead"


def submitted(**changed: object) -> SubmittedJob:
    facts = {"id": "corpusmill-j-run-1", "job": "j", "kind": "run", "workspace": "w", "state": "RUNNING"}
    return SubmittedJob(**{**facts, "message": "", "began_at": 100.0, "ended_at": None, **changed})  # pyright: ignore


def test_a_submitted_job_is_told_from_the_run_before_it():
    before, its_own = RunState(run="a", seen_at=0, began_at=50.0), RunState(run="b", seen_at=0, began_at=101.0)
    message = "exit code 1, last available logs (truncated to 20,000 chars):\n2026"
    assert list(submitted_lines(submitted(message=message), its_own, "http://h:8265")) == [
        "submitted as corpusmill-j-run-1, RUNNING: exit code 1"
    ]
    waiting = list(submitted_lines(submitted(), before, "http://h:8265"))[1]
    assert waiting == "it has written nothing to the workspace yet; what follows is the run before it"
    died = list(submitted_lines(submitted(state="FAILED"), None, "http://h:8265"))[1]
    assert died.endswith("`corpusmill logs --address http://h:8265 corpusmill-j-run-1` says why")


def test_a_job_of_a_cluster_is_stopped_by_its_name_alone():
    assert "name the job to stop" in say("stop", "--address", "http://h:8265", code=2)


def test_a_run_that_has_ended_is_not_stopped_again(workspace):
    (workspace / "lease" / "00000001.json").unlink()
    assert f"{RUN}: was not running (dead); one that was submitted" in say("stop", workspace)
    assert json.loads(say("stop", "--json", workspace)) == {"run": RUN, "requested": False, "state": "dead"}
    assert not (workspace / "events" / RUN / "stop").exists()


def test_a_request_to_stop_remains_for_the_run(workspace):
    assert f"{RUN} is requested to stop" in say("stop", workspace)
    assert (workspace / "events" / RUN / "stop").is_file()


def test_an_empty_workspace_has_no_run(tmp_path):
    assert "no run has been recorded" in say("status", tmp_path)
    assert json.loads(say("status", "--json", tmp_path))["state"] == "none"
    assert "no run has been recorded in" in say("list", tmp_path)
    assert "so none is stopped" in say("stop", tmp_path, code=2)
    assert "name a job file or a workspace" in say("status", code=2)


def request(**changed: object) -> Request:
    return Request(job=Path("job.yaml"), overrides=(), address="http://h:8265", **changed)  # pyright: ignore


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "run --address auto --sent job.json"),
        ({"replace": True, "log_format": "json"}, "run --address auto --replace --log-format json --sent job.json"),
        ({"update": True, "every": "0 2 1 * *"}, "update --address auto --every 0 2 1 * * --sent job.json"),
        (
            {"update": True, "every": "daily", "since": "2026-10"},
            "update --address auto --every daily --since 2026-10 --sent job.json",
        ),
        ({"update": True, "slot": "2026-10"}, "update --address auto --slot 2026-10 --sent job.json"),
        ({"list_": Path("l")}, "takedown --address auto --sent job.json takedown.txt"),
        (
            {"list_": Path("l"), "by": "url", "allow_missing": True},
            "takedown --address auto --by url --allow-missing --sent job.json takedown.txt",
        ),
        ({"verify": True}, "verify --sent job.json"),
    ],
)
def test_each_command_is_sent_with_its_options(changed, words):
    assert " ".join(entrypoint(request(**changed))) == f"python -m corpusmill {words}"


def test_what_cannot_be_together_is_refused(tmp_path):
    (tmp_path / "job.yaml").write_text("name: j\n")
    common = ("submit", "--address", "http://h:8265", tmp_path / "job.yaml")
    assert "one job does one thing: say --update or --verify" in say(*common, "--update", "--verify", code=2)
    assert "--slot and --every are about updates" in say(*common, "--slot", "2026-10", code=2)
    assert "--by and --allow-missing are about takedowns" in say(*common, "--by", "url", code=2)
    assert "say --takedown LIST too" in say(*common, "--allow-missing", code=2)


def test_a_slot_that_is_done_is_not_sent_to_the_cluster(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one two three"}\n')
    (tmp_path / "job.yaml").write_text(
        "name: j\nworkspace: work\noutput: out\ninputs: [{source: a, paths: [a.jsonl]}]\n"
    )
    record_slot(Store(str(tmp_path / "work")), parse_slot("2026-10"), "v0001")
    common = ("submit", "--address", "http://127.0.0.1:9", "--update", tmp_path / "job.yaml")
    assert "j: nothing to do: slot 2026-10 is done already, it is v0001" in say(*common, "--slot", "2026-10")
    assert json.loads(say(*common, "--slot", "2026-10", "--json"))["did_nothing"] is True
    assert "say one of them" in say(*common, "--slot", "2026-10", "--every", "monthly", code=2)
    assert "--since names the first slot" in say(*common, "--since", "2026-10", code=2)


def test_a_log_line_is_one_json_object(capsys):
    from corpusmill.pipeline.execution.progress import Display

    display = Display(as_json=True)
    display.line("warning: [bold] is no markup")
    with display.stage("ingest", 1) as bar:
        bar.advance(documents=3)
    first, last = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["message"]) == ("warning", "warning: [bold] is no markup")
    assert last["message"].startswith("ingest     1 of 1 unit in")
