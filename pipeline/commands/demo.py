"""Implements `demo`: copies the demo's job and data into a folder and runs the job there."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from corpusmill.cluster.local_ray import LocalRay
from corpusmill.errors import InputError
from corpusmill.pipeline.commands import run as commands
from corpusmill.pipeline.execution.terminal import echo

PACKAGE = "corpusmill.demo"
JOB, DATA = "demo.yaml", "data"


def run_demo(folder: Path, *, workers: int | None, begun: LocalRay | None = None) -> None:
    """Lay the demo out in `folder`, run it, say where to look. InputError for a folder that holds other files.

    begun: Ray on this machine, where it has been started already.
    """
    job = folder / JOB
    if folder.is_dir() and not job.is_file() and any(folder.iterdir()):
        raise InputError([f"{folder} holds other files; name a new folder: `corpusmill demo FOLDER`"])
    lay_out(folder)
    commands.run(commands.RunArguments(job=job, workers=workers, begun=begun))
    echo(
        f"\njob file: {job}\ndataset card: {folder / 'dataset' / 'README.md'}\n"
        f"next: corpusmill inspect dropped {job}\n      corpusmill verify {job}\n      corpusmill init job.yaml"
    )


def lay_out(folder: Path) -> None:
    """Write what the demo needs and is not there yet."""
    with as_file(files(PACKAGE)) as shipped:
        (folder / DATA).mkdir(parents=True, exist_ok=True)
        for name in [JOB, *(f"{DATA}/{path.name}" for path in (shipped / DATA).iterdir())]:
            if not (folder / name).exists():
                shutil.copyfile(shipped / name, folder / name)
