"""`corpusmill clean`: prints what nothing refers to, and deletes it."""

from datetime import UTC, datetime
from pathlib import Path

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.commands.jobs import job_of, shards_as_given
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.run import stages
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.workspace import sweep
from corpusmill.pipeline.workspace import unfinished_uploads as cut_off


def clean(*, job: Path, overrides: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Print what nothing refers to, and with `yes` delete it; the last line is the totals."""
    spec = job_of(job, overrides)
    workspace = Store(spec.workspace, spec.storage)
    if lease.read(workspace) is None:
        if as_json:
            echo_json({"files": [], "size_bytes": 0, "unfinished_uploads": [], "deleted": False})
        else:
            echo(f"no run has begun in {spec.workspace}: there is nothing to clean")
        return
    with lease.held(workspace):
        output = Store(spec.output, spec.storage)
        state = State(spec, workspace, output, shards_as_given(spec, workspace))
        live = sweep.remembered(workspace, "names") | stages.begun(state)
        found = sweep.unreferenced(workspace, live, stages.folders())
        begun = _cut_off(workspace, output)
        if yes:
            sweep.sweep(workspace, found)
            for each in begun:
                each.abort()
    if as_json:
        uploads = [str(each) for each in begun]
        echo_json({"files": found.names, "size_bytes": found.size_bytes, "unfinished_uploads": uploads, "deleted": yes})
        return
    for line in (*found.names, *map(str, begun)):
        echo(line)
    for folder in found.folders:
        echo(f"{folder.name}/: {counted(folder.files, 'file')}, {size(folder.size_bytes)}")
    totals = f"{counted(len(found.names), 'file')}, {size(found.size_bytes)}"
    totals += f", and {counted(len(begun), 'unfinished upload')}" if begun else ""
    if not found.names and not begun:
        echo(f"would delete 0 files: all that runs wrote in {spec.workspace} is in use")
    else:
        echo(f"deleted {totals}" if yes else f"would delete {totals}; say --yes to do it")


def _cut_off(workspace: Store, output: Store) -> list[cut_off.CutOff]:
    """Uploads that were cut off; none, and a word about it, where the credentials do not let us list them."""
    try:
        return cut_off.uploads(workspace, output, folders=stages.folders(), now=datetime.now(UTC))
    except OSError as e:
        echo(f"unfinished uploads are left out, they cannot be listed: {e}", err=True)
        return []
