"""Finds the workspace that a job file names, for commands that need nothing else of it."""

import os
from collections.abc import Sequence
from pathlib import Path

from corpusmill.errors import InvalidAddress, JobError
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.source import read
from corpusmill.pipeline.config.build.overrides import apply_overrides


def written_workspace(path: Path, overrides: Sequence[str]) -> str | None:
    """The address of the workspace, with "path=value" overrides set, ready for use. Nothing else of the job is checked.

    None where the whole job must be read: the file is none, it names no workspace, or it says how to reach its stores.
    """
    try:
        changed = apply_overrides(read(path.read_text(encoding="utf-8"), file=path.name), overrides)
    except (OSError, UnicodeDecodeError, JobError):
        return None
    data = changed.source.data
    if changed.problems or not isinstance(data, dict) or "storage" in data:
        return None
    workspace = data.get("workspace")
    if not isinstance(workspace, str):
        return None
    try:
        return Surroundings(folder=path.parent, environment=os.environ).located(workspace)
    except InvalidAddress:
        return None
