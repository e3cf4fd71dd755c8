"""From a job file to a JobSpec."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.config.problems import JobError, Problem
from pipeline.config.section import Plain
from pipeline.config.source import dotted, read
from pipeline.config.spec import JobSpec


def load(path: str | Path) -> JobSpec:
    """The job in the file at `path`. Raises JobError with every problem; OSError when there is no such file."""
    return parse(Path(path).read_text(encoding="utf-8"), file=Path(path).name)


def parse(text: str, *, file: str = "job.yaml") -> JobSpec:
    """The job that `text` describes; `file` is what problems call it."""
    source = read(text, file=file)
    try:
        return JobSpec.model_validate(_expanded(source.data))
    except ValidationError as e:
        problems = [
            Problem(at=source.at(error["loc"]), path=dotted(error["loc"]), message=error["msg"]) for error in e.errors()
        ]
        raise JobError(problems) from e


def _expanded(data: Any) -> Any:
    """Short forms written out: steps by name alone, `near: fineweb`, `near: off`; lists as tuples."""
    if not isinstance(data, dict):
        return data
    data = {key: _tuples(value, key) for key, value in data.items()}
    if isinstance(data.get("documents"), tuple):
        data["documents"] = tuple(map(_step, data["documents"]))
    near = data.get("dedup", {}).get("near") if isinstance(data.get("dedup"), dict) else None
    if isinstance(near, str):
        data["dedup"] = {**data["dedup"], "near": None if near == "off" else {"preset": near}}
    return data


def _step(step: Plain) -> Plain:
    if isinstance(step, str):
        return {"operator": step}
    if isinstance(step, dict) and "uses" in step:
        return {"operator": step["uses"], "params": step.get("with") or {}}
    if isinstance(step, dict) and len(step) == 1:
        ((name, params),) = step.items()
        return {"operator": name, "params": params or {}}
    return step


FREE = ("options", "storage", "params")


def _tuples(value: Plain, key: str) -> Plain:
    """Lists as tuples, as strict models want them; what is free-form stays as it is."""
    if isinstance(value, list):
        return tuple(item if key == "documents" else _tuples(item, "") for item in value)
    if isinstance(value, dict):
        return {name: item if name in FREE else _tuples(item, name) for name, item in value.items()}
    return value
