"""Runs a unit whose worker died in a process of its own, finds the documents that end it, and leaves them out.

The process writes down each batch before it goes through the steps. When it dies, the batch is halved, each half in a
process of its own, until one document is left. It becomes a failed row, and the unit begins again without it.

    python -m corpusmill.pipeline.stages.ingest.isolated FOLDER
"""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import psutil
import pyarrow as pa

from corpusmill.cluster import scratch
from corpusmill.errors import FilesFailed, WorkerDied
from corpusmill.pipeline.execution.outcomes import Unit
from corpusmill.pipeline.workspace.shards import UnitFiles

MOST_DOCUMENTS = 8  # of a unit, that may end their process; a guess: more than that is no single document's fault
MEMORY_BYTES = 3_000_000_000  # of a process; twice what a unit is given
MEMORY_SHARE = 0.7  # of what the machine has to spare, where that is less
LOOK_EVERY_S = 0.05
TASK, RESULT, ERROR, BATCH, FILE = "task.pickle", "result.json", "error.pickle", "batch.arrow", "file"


U = TypeVar("U", bound=Unit)
C = TypeVar("C", bound=Mapping[str, Any])
C_co = TypeVar("C_co", bound=Mapping[str, Any], covariant=True)
U_contra = TypeVar("U_contra", bound=Unit, contravariant=True)


class Task(Protocol[U_contra, C_co]):
    """Runs a unit, see `unit.Ingest`. watch: is told what is about to be read and taken through the steps."""

    def run(self, unit: U_contra, watch: "Watch | None" = None) -> C_co: ...

    def try_batch(self, unit: U_contra, documents: pa.Table) -> None: ...


@dataclass(frozen=True)
class Watch:
    """Writes down what a process is at, in a folder that outlives it. set_aside: reasons by doc_id."""

    folder: Path
    set_aside: Mapping[int, str]

    def reads(self, slot: int) -> None:
        """Note that the file in this slot is read from here on."""
        (self.folder / FILE).write_text(str(slot))

    def takes(self, documents: pa.Table | None) -> None:
        """Note that these documents go through the steps; null: they are through."""
        path = self.folder / BATCH
        if documents is None:
            path.unlink(missing_ok=True)
            return
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, documents.schema) as out:
            out.write_table(documents)


@dataclass(frozen=True)
class Ended(Generic[C]):
    """How a process ended. death: null where it gave a result or raised an error."""

    result: C | None = None
    error: Exception | None = None
    death: str | None = None


@dataclass(frozen=True)
class Culprit:
    """A document that ends its process. death: how it does so alone: others of its batch may do it in another way."""

    doc_id: int
    death: str


def run_isolated(task: Task[U, C], unit: U) -> C:
    """Run the unit; documents that end their process are failed rows `worker: killed` of what it writes.

    FilesFailed for a small file on which the reader ends it; WorkerDied where that is the only file of the unit, where
    more than MOST_DOCUMENTS do it, or where no single document does.
    """
    set_aside: dict[int, str] = {}
    with scratch.folder("isolated-") as folder:
        while len(set_aside) <= MOST_DOCUMENTS:
            ended = _process(folder, task, unit, set_aside)
            if ended.result is not None:
                return ended.result
            if ended.error is not None:
                raise ended.error
            assert ended.death is not None
            if not (folder / BATCH).exists():
                raise _reader_died(unit, folder, ended.death)
            with pa.memory_map(str(folder / BATCH)) as file:
                batch = pa.ipc.open_file(file).read_all()
            culprit = _culprit(folder, task, unit, batch)
            set_aside[culprit.doc_id] = f"killed: {culprit.death}"
    raise WorkerDied(f"{len(set_aside)} documents ended their process, more than {MOST_DOCUMENTS} are not looked for")


def _culprit(folder: Path, task: Task[U, C], unit: U, batch: pa.Table) -> Culprit:
    """The first document of a batch that ends its process. WorkerDied where it does not do so alone."""
    rows = batch
    while rows.num_rows > 1:
        half = rows.slice(0, rows.num_rows // 2)
        dies = _process(folder, task, unit, {}, half).death is not None
        rows = half if dies else rows.slice(half.num_rows)
    death = _process(folder, task, unit, {}, rows).death
    if death is None:
        told = "its worker died on a batch of documents, and on none of them alone: give it more memory"
        raise WorkerDied(f"{told} (fewer --workers), or make the batch smaller")
    return Culprit(doc_id=int(rows["doc_id"][0].as_py()), death=death)


def _reader_died(unit: Unit, folder: Path, death: str) -> Exception:
    files, slot = UnitFiles.from_unit(unit), (folder / FILE).read_text() if (folder / FILE).exists() else ""
    error = f"its reader ended the worker process ({death})"
    if files.is_shared and slot:
        culprit = {"slot": int(slot), "error": error, "details": "", "kind": WorkerDied.__name__}
        return FilesFailed(error, [culprit])
    return WorkerDied(error)


def _process(
    folder: Path, task: Task[U, C], unit: U, set_aside: Mapping[int, str], batch: pa.Table | None = None
) -> Ended[C]:
    """Run the unit in another process, or take one batch through its steps."""
    for name in (RESULT, ERROR, *([BATCH, FILE] if batch is None else [])):
        (folder / name).unlink(missing_ok=True)
    sink = pa.BufferOutputStream()
    if batch is not None:
        with pa.ipc.new_stream(sink, batch.schema) as out:
            out.write_table(batch)
    told = (task, dict(unit), dict(set_aside), None if batch is None else sink.getvalue().to_pybytes())
    (folder / TASK).write_bytes(pickle.dumps(told))
    command = [sys.executable, "-m", __name__, str(folder), str(os.getpid())]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    too_large = _watched(child)
    if (folder / RESULT).exists():
        return Ended(result=json.loads((folder / RESULT).read_text()))
    if (folder / ERROR).exists():
        return Ended(error=pickle.loads((folder / ERROR).read_bytes()))
    if too_large:
        return Ended(death=f"more than {MEMORY_BYTES / 1e9:.0f} GB of memory")
    code = child.returncode
    return Ended(death=signal.Signals(-code).name if code < 0 else f"exit code {code}")


def _watched(child: "subprocess.Popen[bytes]") -> bool:
    """Wait for a process; whether it was ended because it took too much memory."""
    limit = min(MEMORY_BYTES, MEMORY_SHARE * psutil.virtual_memory().available)
    try:
        while child.poll() is None:
            try:
                if psutil.Process(child.pid).memory_info().rss > limit:
                    child.kill()
                    child.wait()
                    return True
            except psutil.NoSuchProcess:
                pass
            time.sleep(LOOK_EVERY_S)
        return False
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def main(folder: Path, parent: int) -> None:
    """The process: its result or its error is in the folder when it ends by itself. parent: it ends with this one."""
    from corpusmill.pipeline.execution import process

    process.prepare()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    task, unit, set_aside, batch = pickle.loads((folder / TASK).read_bytes())
    try:
        if batch is None:
            result = task.run(unit, Watch(folder, set_aside))
        else:
            with pa.ipc.open_stream(batch) as stream:
                task.try_batch(unit, stream.read_all())
            result = {}
    except Exception as e:
        try:
            told = pickle.dumps(e)
        except Exception:  # an error of somebody's own need not travel
            told = pickle.dumps(RuntimeError(f"{type(e).__name__}: {e}"))
        (folder / ERROR).write_bytes(told)
        return
    (folder / RESULT).write_text(json.dumps(result))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
