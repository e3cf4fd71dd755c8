"""Every command that prints facts has --json, and prints the keys that docs/how-to/json-output.md names."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from corpusmill.errors import InputError
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.commands import run
from corpusmill.pipeline.commands.printed import Exported
from corpusmill.pipeline.commands.summary import last_line, summary_json
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.version_run import VersionOutcome

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "json-output.md").read_text(encoding="utf-8")
FOR_PEOPLE = {"init", "demo"}
JOB = "name: counted\nworkspace: work\noutput: out\ninputs: [{source: a, paths: [in.jsonl]}]\n"


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield f"{before}{name}", command


EVERY = dict(commands(main))


def documented(command: str) -> set[str]:
    """The keys that the page names for a command, at the top of what it prints."""
    rows = [line.split(" | ") for line in PAGE.splitlines() if f"`{command}" in line.partition(" | ")[0]]
    plain = re.sub(r"\([^()]*\)|: .*?(?=;|$)", "", rows[0][1])
    return set(re.findall(r"`([a-z_]+)`", plain))


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_command_prints_json_or_is_for_people(name):
    options = {option for parameter in EVERY[name].params for option in parameter.opts}
    assert ("--json" in options) != (name in FOR_PEOPLE)


@pytest.mark.parametrize("name", sorted(set(EVERY) - FOR_PEOPLE))
def test_the_page_names_every_command(name):
    assert f"`{name}`" in PAGE or f"`{name} " in PAGE


def said(*arguments: str) -> Any:
    done = CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_what_dedup_tune_prints():
    found = said("dedup", "tune", "--bands", "14", "--rows", "8")
    assert set(found) == documented("dedup tune")
    assert found["bands"] == 14
    assert found["found_at"]["0.8"] == pytest.approx(0.924, abs=1e-3)


def test_what_kernels_status_prints():
    assert set(said("kernels", "status")) == documented("kernels status")


def test_what_schedule_and_manifests_print(tmp_path):
    (tmp_path / "job.yaml").write_text(JOB)
    job = str(tmp_path / "job.yaml")
    found = said("schedule", job, "--every", "monthly")
    assert {name.rpartition(".")[2] for name in found["files"]} == {"service", "timer"}
    assert found["installed"] is False
    assert "corpusmill" in said("schedule", job, "--every", "monthly", "--as", "cron")["files"]["crontab"]


def test_json_and_install_exclude_each_other(tmp_path):
    (tmp_path / "job.yaml").write_text(JOB)
    done = CliRunner().invoke(main, ["schedule", str(tmp_path / "job.yaml"), "--every", "daily", "--install", "--json"])
    assert done.exit_code == 2
    assert "leave out --install" in done.stderr


def test_what_a_run_prints():
    funnel = SimpleNamespace(to_json=lambda: {"stages": []})
    version = SimpleNamespace(folder="v0002", held=None, new={"files": 1})
    manifest = {"documents": 3, "sequences": 2, "tokens": 10, "parts": [{}, {}]}
    done: Any = SimpleNamespace(
        version=version, did_nothing=False, seconds=1.26, ran={"ingest": 2}, manifest=manifest, funnel=funnel, lost=None
    )
    found = summary_json(parse(JOB), done)
    assert set(found) == documented("run")
    assert str(found["output"]).endswith("out/v0002")
    assert (found["tokens"], found["parts"], found["seconds"], found["lost"]) == (10, 2, 1.3, [])
    assert set(summary_json(parse(JOB), done, run=3, taken_out=True)) == documented("run") | {"run", "taken_out"}


def test_what_was_exported_is_said_in_words_too():
    assert Exported(out="a", files=["x.npy"]).line() == "wrote x.npy to a"
    assert Exported(out="a.jsonl", what="row", rows=1200).line() == "wrote 1,200 rows to a.jsonl"
    assert Exported(out="a", what="document", rows=2, files=["b", "c"]).line() == "wrote 2 documents in 2 files to a"


def test_the_starter_of_manifests_is_one_value_too(tmp_path):
    (tmp_path / "job.yaml").write_text(JOB)
    found = said("manifests", str(tmp_path / "job.yaml"), "--starter")
    assert set(found) == {"files", "out"}
    assert "image:" in found["files"]["values.yaml"]


def summary(**manifest: object) -> Any:
    funnel = SimpleNamespace(to_json=dict)
    made = {"did_nothing": False, "seconds": 0.1, "ran": {}, "version": None}
    return SimpleNamespace(**made, manifest=manifest, funnel=funnel, lost=None)


def test_a_summary_without_a_dataset_has_no_parts():
    assert summary_json(parse(JOB), summary())["parts"] is None
    assert summary_json(parse(JOB), summary(parts=[1, 2]))["parts"] == 2


@pytest.mark.parametrize(("published", "found"), [("v0002", None), (None, "v0001")])
def test_the_last_line_of_a_log_says_version_and_tokens(published, found, capsys):
    done = summary(documents=3, sequences=2, tokens=10)
    nothing: Any = None
    done.version = VersionOutcome(state=nothing, ran={}, folder=published, manifest={}, funnel=nothing, found=found)
    done.did_nothing = published is None
    Display(as_json=True).line("j: published: out", facts=last_line(parse(JOB), done))
    line = json.loads(capsys.readouterr().err)
    assert (line["version"], line["tokens"], line["did_nothing"]) == (published or found, 10, published is None)
    assert {"time", "level", "message", "job", "output", "documents", "sequences", "seconds"} <= set(line)


@pytest.mark.parametrize("fails", [False, True])
def test_an_update_over_several_slots_prints_one_value(tmp_path, monkeypatch, fails):
    (tmp_path / "job.yaml").write_text(JOB.replace("in.jsonl", "'{slot}.jsonl'"))
    ran: list[str] = []

    def run_job(spec, options, display):
        ran.append(options.slot)
        if fails and len(ran) == 2:
            raise InputError(["nothing is there"])
        return summary(tokens=len(ran))

    monkeypatch.setattr(run, "run_job", run_job)
    job = str(tmp_path / "job.yaml")
    done = CliRunner().invoke(main, ["update", job, "--every", "monthly", "--since", "2026-08", "--json", "--quiet"])
    found = json.loads(done.stdout)
    assert (done.exit_code != 0) == fails
    assert [each["slot"] for each in found["slots"]] == (ran[:1] if fails else ran)
    assert len(ran) >= 2
    assert found["tokens"] == found["slots"][-1]["tokens"] == len(found["slots"])
