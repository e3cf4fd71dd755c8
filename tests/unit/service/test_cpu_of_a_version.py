"""The CPU time of a version is that of its own run, also where one process catches up with several slots."""

import time
from types import SimpleNamespace

from corpusmill.pipeline.run.version_run import cpu_seconds


def test_what_the_process_did_before_is_not_counted():
    began = time.process_time()
    while time.process_time() - began < 0.05:
        pass
    stages = [SimpleNamespace(cpu_seconds=2.0), SimpleNamespace(cpu_seconds=0.5)]
    run = SimpleNamespace(cpu_before_s=time.process_time(), events=SimpleNamespace(stages=lambda: stages))
    assert 2.5 <= cpu_seconds(run) < 2.54  # pyright: ignore[reportArgumentType]
