"""Says what a run did as JSON, for the commands that run something."""

from typing import Any

from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.run.runner import Summary

AMOUNTS = ("documents", "sequences", "tokens")


def output_of(spec: JobSpec, done: Summary) -> str:
    """Where the dataset of a run is: the folder of its version, where it made one."""
    version = done.version
    return spec.output if version is None or version.folder is None else f"{spec.output.rstrip('/')}/{version.folder}"


def last_line(spec: JobSpec, done: Summary) -> JsonObject:
    """What the last line of a run says in a log of JSON lines, beside its message.

    version: the one that it published, or that stands where there was nothing new; null where the output has none.
    """
    version = done.version
    return {
        "job": spec.name,
        "output": output_of(spec, done),
        "version": version and version.newest,
        "did_nothing": done.did_nothing,
        **{what: done.manifest.get(what) for what in AMOUNTS},
        "seconds": round(done.seconds, 1),
    }


def summary_json(spec: JobSpec, done: Summary, **more: Any) -> JsonObject:
    """What `run`, `update`, `rollback` and `remove-source` print with --json.

    output: of the dataset, of a version its folder; ran: units by stage, that ran just now; parts: null where nothing
    is published; version: null where the output has none; lost: a sentence for each input that gave no record. more:
    what the command adds.
    """
    version = done.version
    return {
        "job": spec.name,
        "output": output_of(spec, done),
        "did_nothing": done.did_nothing,
        "seconds": round(done.seconds, 1),
        "ran": dict(done.ran),
        **{what: done.manifest.get(what) for what in AMOUNTS},
        "parts": len(done.manifest["parts"]) if "parts" in done.manifest else None,
        "funnel": done.funnel.to_json(),
        "version": None if version is None else {"folder": version.folder, "held": version.held, "new": version.new},
        "lost": list(done.lost.lines()) if done.lost else [],
        **more,
    }
