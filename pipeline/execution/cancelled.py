"""Executions of Ray Data whose outcomes nobody asks for any more are ended from within.

Ray Data itself would go on until the process ends, and start Ray anew if it had been shut down.
"""

import threading
from contextvars import ContextVar

from ray.data import Dataset
from ray.data._internal.execution.execution_callback import ExecutionCallback
from ray.data._internal.execution.streaming_executor import StreamingExecutor
from ray.data.exceptions import ExecutionTimeoutError

_event: ContextVar[threading.Event] = ContextVar("event")


class ExecutionCancelled(ExecutionTimeoutError):
    """The execution was ended. Of all errors Ray Data takes only time-outs for what they are, and not for its bugs."""


def end_when(event: threading.Event, dataset: Dataset) -> None:
    """An execution of `dataset`, begun in this thread, raises NotWanted soon after `event` is set."""
    _event.set(event)
    dataset.context.custom_execution_callback_classes = [*dataset.context.custom_execution_callback_classes, _Ends]


class _Ends(ExecutionCallback):
    """Made by Ray Data in the thread that begins the execution; called in another, at each step (every 0.1 s)."""

    def __init__(self) -> None:
        self.event = _event.get()

    def on_execution_step(self, executor: StreamingExecutor) -> None:
        if self.event.is_set():
            raise ExecutionCancelled
