"""The command line before any work: job files of any name, addresses, options that contradict each other, Ctrl-C."""

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.cluster.submit import Submission
from corpusmill.cluster.submitted import Submitted
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.config.load import load
from tests.pipeline.jobs import ROOT

JOB = {"name": "small", "inputs": [{"source": "a", "paths": ["a.jsonl"]}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one input and a job file written as JSON."""
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "job.json").write_text(json.dumps(JOB))
    return tmp_path


def refused(*arguments: object) -> str:
    """What the command says when it refuses these arguments."""
    done = CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == 2, done.output
    return done.output


def test_a_job_file_written_as_json_is_checked_as_any_other(folder):
    (folder / "wrong.json").write_text(json.dumps({**JOB, "docments": []}))
    for command in ("plan", "run"):
        told = refused(command, folder / "wrong.json")
        assert "did you mean 'documents'?" in told
        assert "wrong.json:1:" in told


def test_a_job_file_written_as_json_takes_what_the_command_line_changes(folder):
    done = CliRunner().invoke(main, ["plan", "--limit", "7", str(folder / "job.json")], catch_exceptions=False)
    assert "until a source has given 7 documents" in done.output
    assert "--set mix.temprature=2" in refused("plan", "--set", "mix.temprature=2", folder / "job.json")


@pytest.mark.parametrize("address", ["head:8265", "head:1", "auto", "ray://head:10001"])
def test_submit_refuses_what_is_no_job_server_and_names_one(folder, address, monkeypatch):
    monkeypatch.delattr("pipeline.commands.submit.submit_job")  # Ray would try to reach it for most of a minute
    told = refused("submit", "--address", address, folder / "job.json")
    assert f"expected the job server of the cluster, http://HOST:8265, found {address!r}" in told
    assert told.rstrip().endswith("say --address http://head:8265" if "head" in address else ":8265")


def test_submit_takes_a_sample_and_a_limit_along(folder, monkeypatch):
    sent: dict[str, str] = {}

    def keep(job: Submission, **_: object) -> Submitted:
        sent.update(job.files, run=job.entrypoint)
        return Submitted(id=job.id, attached=False, detached=True)

    monkeypatch.setattr("corpusmill.pipeline.commands.submit.submit_job", keep)
    arguments = [
        "submit",
        "--address",
        "http://head:8265",
        "--sample",
        "0.25",
        "--limit",
        "9",
        str(folder / "job.json"),
    ]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    assert json.loads(sent["job.json"])["sample"] == {"inputs": 1.0, "documents": 0.25, "limit": 9}
    assert sent["run"].endswith("--sent job.json")


def test_workers_of_this_machine_and_a_cluster_elsewhere_contradict_each_other(folder):
    (folder / "list.txt").write_text("42\n")
    for command in (["run"], ["update"], ["takedown"]):
        more = [folder / "list.txt"] if command == ["takedown"] else []
        told = refused(*command, "--address", "auto", "--workers", "2", folder / "job.json", *more)
        assert "--workers is about this machine" in told
        assert not (folder / "work").exists()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_help_names_every_value_that_an_argument_takes(name):
    told = CliRunner().invoke(main, [name, "--help"]).output
    for param in main.commands[name].params:
        if isinstance(param, click.Argument) and isinstance(param.type, click.Choice):
            assert all(re.search(rf"\b{re.escape(str(value))}\b", told) for value in param.type.choices)


def test_init_writes_a_job_that_loads_and_overwrites_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["init", "mine.yaml"], catch_exceptions=False)
    assert "wrote mine.yaml" in done.output
    job = load("mine.yaml")
    assert job.name == "my-corpus"
    assert job.workspace == str(tmp_path / "work")
    assert [i.source for i in job.inputs] == ["crawl"]
    assert "exists already" in refused("init", "mine.yaml")


def test_a_job_file_that_is_not_there_is_named_before_the_reason(tmp_path):
    assert f"corpusmill: {tmp_path}/nope.yaml: cannot read this job file" in refused("run", tmp_path / "nope.yaml")


def test_a_job_file_of_nearly_this_name_is_offered(tmp_path):
    assert "`corpusmill init` writes one" in refused("plan", tmp_path / "jbo.yaml")
    (tmp_path / "job.yaml").write_text("name: small\n")
    assert "No such file or directory; did you mean 'job.yaml'?" in refused("plan", tmp_path / "jbo.yaml")


def test_a_store_whose_package_is_not_installed_is_reported_once_with_what_to_install(tmp_path):
    paths = ["gs://bucket/a.jsonl", "gs://bucket/b.jsonl"]
    job = {
        **JOB,
        "workspace": "gs://bucket/work",
        "output": "gs://bucket/out",
        "inputs": [{"source": "a", "paths": paths}],
    }
    (tmp_path / "job.yaml").write_text(json.dumps(job))
    for command in ("plan", "run"):
        told = refused(command, tmp_path / "job.yaml")
        assert told.count("gcsfs") == 1
        assert "gs:// needs a package that is not installed: pip install gcsfs, here and on every node" in told
        assert told.count("\n") == 1


def interrupted(after_s: float, *arguments: object) -> tuple[int, str]:
    """Exit code and last words of a command that Ctrl-C reaches so many seconds after it began to run."""
    wait = f"import _thread, threading; threading.Timer({after_s}, _thread.interrupt_main).start()"
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # in the background it is ignored
    code = f"{heard}; from corpusmill.pipeline.cli.main import main; {wait}; main(prog_name='corpusmill')"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("after_s", [0.4, 0.8, 1.2])
def test_ctrl_c_while_modules_are_imported_says_how_to_go_on(folder, after_s):
    code, told = interrupted(after_s, "run", folder / "job.json")
    assert code == 128 + signal.SIGINT
    assert told.endswith("corpusmill: stopped; what was finished is kept: the same command goes on from there\n")


def test_a_workspace_that_another_run_holds_ends_with_4_and_says_who(folder):
    theirs = Store(str(folder / "work"))
    lease.take(theirs)
    told = lease.read(theirs)
    assert told is not None
    theirs.publish(lease.object_of(told.fence), replace(told, host="elsewhere", pid=42).to_json())
    done = CliRunner().invoke(main, ["run", str(folder / "job.json")], catch_exceptions=False)
    assert done.exit_code == 4
    assert "is in use by process 42 on elsewhere" in done.output
    assert sorted(p.name for p in (folder / "work").iterdir()) == [lease.FOLDER]
