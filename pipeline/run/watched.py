"""Records a run from its beginning to its end, however it ends, in the events of its workspace."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from corpusmill.cluster.jobs import own_id
from corpusmill.cluster.lease import Lease
from corpusmill.cluster.storage import Store
from corpusmill.errors import CorpusmillError
from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.log import EventLog, run_name, sweep_old
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.execution.interrupts import Terminated
from corpusmill.pipeline.execution.progress import Display

MESSAGE_CHARS = 2000


@contextmanager
def recorded(
    workspace: Store,
    held: Lease,
    facts: Mapping[str, Any],
    display: Display,
    *,
    clock: Callable[[], float] = time.time,
) -> Iterator[Recorder]:
    """Give the recorder of a run for the length of a `with`; the display's stages are recorded as well.

    facts: what the run is, such as its job. A request to stop it, left in the workspace, ends this process as SIGTERM.
    """
    secrets = environment_secrets(os.environ)
    recorder = Recorder(clock=clock)
    log = EventLog(
        workspace,
        run_name(held.mine.owner, clock()),
        state=recorder.state,
        clean=lambda text: redacted(text, secrets),
        stop=lambda: os.kill(os.getpid(), signal.SIGTERM),
        clock=clock,
    )
    recorder.write, recorder.flush = log.write, log.flush
    holder = {"owner": held.mine.owner, "host": held.mine.host, "pid": held.mine.pid}
    submission = own_id(os.environ)
    recorder.facts |= {"began_at": clock(), "state": history.RUNNING, **holder, **facts}
    recorder.facts |= {history.SUBMISSION: submission} if submission else {}
    with contextlib.suppress(OSError):  # the next run sweeps them
        sweep_old(workspace)
    log.write("run.started", **holder, **facts)
    display.watchers.append(recorder)
    with log.open():
        try:
            yield recorder
        except BaseException as e:
            stopped = isinstance(e, KeyboardInterrupt | Terminated)
            if stopped and held.lost is not None:  # nobody stopped it: see `lease.held`
                stopped, e = False, held.lost
            told = "" if isinstance(e, CorpusmillError) else f"{type(e).__name__}: "  # ours are whole sentences
            message = "" if stopped else f"{told}{e}"[:MESSAGE_CHARS]
            _end(recorder, history.STOPPED if stopped else history.FAILED, message)
            raise
        else:
            _end(recorder, history.FINISHED, "")
        finally:
            display.watchers.remove(recorder)


def failed(recorder: Recorder, message: str) -> None:
    """Record that the run has failed, where its process ends without coming back to the `with`."""
    _end(recorder, history.FAILED, message)
    recorder.flush()


def _end(recorder: Recorder, state: str, message: str) -> None:
    recorder.facts |= {"state": state, "message": message, "ended_at": recorder.clock()}
    recorder.write(f"run.{state}", message=message)
