"""What a stage reports of its units, and that none of it comes into what is stored."""

import json
from types import SimpleNamespace

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.execution import run_stage as stages
from corpusmill.pipeline.execution.outcomes import Done, Failed
from corpusmill.pipeline.execution.progress import Display

STAGE = "of a test alone"  # a process counts the first unit of each stage once
JOB = "name: j\ninputs: [{source: a, paths: [in.jsonl], format: jsonl, language: en, domain: web}]\n"


def here(units, task, *, memory_bytes=None, final=(), remark=None):
    """As run_units, in this process; a unit called `bad` fails."""
    for unit in units:
        if unit["name"] == "bad":
            yield Failed(unit, "ValueError: no", "", kind="ValueError")
        else:
            yield Done(unit, json.loads(json.dumps(task(unit))))


def test_units_are_measured_and_their_counts_stored_without_it(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "run_units", here)
    store, recorder, display = Store(str(tmp_path)), Recorder(), Display(quiet=True)
    display.watchers.append(recorder)
    run = SimpleNamespace(
        workspace=store,
        spec=parse(JOB, folder=tmp_path),
        ray=lambda: 1,
        display=display,
        events=recorder,
        lease=SimpleNamespace(check=lambda: None),
    )

    def task(unit):
        return stages.commit_unit(store, STAGE, unit["name"], {"documents": 3, "read_bytes": 7})

    units = [{"name": name, "uri": f"{name}.gz"} for name in ("a", "b", "bad")]
    result = stages.run_stage(run, STAGE, units, task, isolated=dict)  # pyright: ignore[reportArgumentType]
    assert result.counts == {name: {"documents": 3, "read_bytes": 7} for name in ("a", "b")}
    (counts,) = recorder.stages()
    assert (counts.timed, counts.first, counts.weight, counts.done, counts.failed) == (2, 1, 14.0, 2, 1)
    assert counts.peak_bytes > 1_000_000
    assert [name for _, name in counts.slowest] != []
    assert counts.reasons == {"ValueError: no": 1}
    whole = stages.run_stage(run, STAGE, units[:2], task)  # pyright: ignore[reportArgumentType]
    assert whole.ran == 0
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert b"measured" not in stored
    assert b"cpu_seconds" not in stored
