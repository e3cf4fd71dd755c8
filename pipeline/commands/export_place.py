"""Refuses places where an export would overwrite what a job reads, or mingle with what a run writes and deletes."""

from pathlib import Path

from corpusmill.cluster.address import normal
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.inputs.files import find
from corpusmill.pipeline.preflight.nested import in_anothers_folder, is_workspace


def require_apart(out: str, job: str, overrides: tuple[str, ...]) -> None:
    """InputError when an export to `out` would lie in a dataset or a workspace, or take the place of an input of `job`.

    job: a job file, or the address of a dataset, of which the inputs are not known.
    """
    target = Store(out)
    told = in_anothers_folder(target, itself=True)
    if told is None and is_workspace(target):
        told = f"{out} is the workspace of a job"
    if told is None and _is_input(target, job, overrides):
        told = f"{out} is an input of {job}, which would be overwritten"
    if told is not None:
        raise InputError([f"{told}: name another place (`--out ...`)"])


def _is_input(target: Store, job: str, overrides: tuple[str, ...]) -> bool:
    """Whether a file is one that a job reads, or its job file. Only a file that is there is looked for."""
    if not Path(job).is_file() or not target.fs.isfile(target.root):
        return False
    inputs = job_of(Path(job), overrides).inputs
    found = find([((), path, each) for each in inputs for path in each.paths]).files
    return normal(target.url) in {normal(job), *(normal(file.uri) for file in found)}
