"""Predicts what a job takes from a run over a sample of its documents, runs all of it, and prints both by stage.

    python -m benchmarks.predicted JOB.yaml [SHARE]

Units run in this process, one after another, without Ray: their CPU time is compared. The folders of the job are
temporary ones here.
"""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.execution import run_stage
from corpusmill.pipeline.execution.outcomes import Done, Failed, Unit
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run_units import run_here
from corpusmill.pipeline.kernels import cache
from corpusmill.pipeline.report.cost.rates import input_bytes_of, rates_of
from corpusmill.pipeline.run import opened
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import run_job

SHARE = 0.25
LEAST_S = 1.0  # of CPU: a stage that takes less is listed, and its error says nothing


def one_process(units: Sequence[Unit], run: Callable[[Unit], Mapping[str, Any]], **_: Any) -> Iterator[Done | Failed]:
    """`run_units`, here."""
    yield from run_here(units, run)


@contextlib.contextmanager
def without_ray() -> Iterator[None]:
    """Jobs that run in the `with` start no Ray."""
    with (
        mock.patch.object(run_stage, "run_units", one_process),
        mock.patch.object(opened, "_start", return_value=1),
    ):
        yield


def ran(job: Path, folder: str, *overrides: str) -> RunState:
    """The state of a run of a job, with its workspace and output below `folder`."""
    spec = load(job, overrides=(f"workspace={folder}/work", f"output={folder}/out", *overrides))
    run_job(spec, Options(), Display(quiet=True))
    found = history.last_run(Store(spec.workspace))
    assert found is not None, "it has just run"
    return found


def main() -> None:
    """Print the table."""
    job, share = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else SHARE
    cache.choose()
    with tempfile.TemporaryDirectory(prefix="corpusmill-predicted-") as folder, without_ray():
        ran(job, f"{folder}/warm", "sample.documents=0.02")  # models and kernels are loaded once for all
        sample = ran(job, f"{folder}/sample", f"sample.documents={share}")
        whole = ran(job, f"{folder}/whole")
    size = input_bytes_of(whole)
    took = {stage.name: stage for stage in whole.stages if stage.timed}
    print(f"{size / 1e6:.0f} MB of input, {share:.0%} of the documents as a sample; CPU seconds of units\n")
    print("| stage | units | predicted | band | took | off |\n|---|---|---|---|---|---|")
    for rate in rates_of(sample):
        if rate.stage in took:
            expected, actual = rate.cpu_s(size, 1), took[rate.stage].cpu_seconds
            off = f"{expected / actual - 1:+.0%}" if actual >= LEAST_S else ""
            cells = f"{expected:.1f} | {rate.error:.0%} | {actual:.1f} | {off}"
            print(f"| {rate.stage} | {took[rate.stage].timed} | {cells} |")
    print("\n" + "\n".join(f"{s.name}: {s.seconds(0):.1f} s" for s in whole.stages if not s.timed))


if __name__ == "__main__":
    main()
