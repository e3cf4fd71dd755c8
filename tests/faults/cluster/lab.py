"""Runs a job while something goes wrong, and compares what it made with a run that nothing happened to."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.cluster import corpus, table
from tests.faults.cluster.machines import Machines
from tests.faults.cluster.store import BUCKET, FaultyStore
from tests.faults.cluster.table import Row
from tests.pipeline.jobs import CIRCUMSTANCES, ROOT
from tests.pipeline.test_cluster import NO_TOKENS, until

RUN_S = 600  # the most that a run may take
COMMITTED = ("bundles/", "units/ingest/")
Made = Mapping[str, str]


@dataclass
class Trial:
    """One job with a workspace of its own, and the processes that ran it."""

    name: str
    job: Path
    store: FaultyStore
    address: str
    runs: int = 0
    said: str = ""
    process: "subprocess.Popen[str] | None" = None

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Give the command; the run goes on in the background. env: variables of its process alone."""
        command = [sys.executable, "-m", "corpusmill", "run", "--address", self.address, "--quiet", str(self.job)]
        given = {**os.environ, **NO_TOKENS, **self.store.environment, **(env or {})}
        self.process = subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True)
        self.runs += 1

    def wait(self) -> int:
        """Wait for the end of the run; its exit code. What it printed is in `said`."""
        assert self.process is not None
        _, self.said = self.process.communicate(timeout=RUN_S)
        return self.process.returncode

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def until_units(self, number: int = 1) -> None:
        """Wait until so many units are committed."""

        def are_there() -> bool:
            assert self.is_running(), f"it ended before: {self.wait()} {self.said}"
            return self.committed() >= number

        until(are_there, timeout_s=RUN_S)

    def committed(self) -> int:
        """How many units are committed: those of ingest come first, and each is a bundle or has a marker."""
        return sum(len(self._keys(f"{self.name}/work/{folder}")) for folder in COMMITTED)

    def kill(self) -> None:
        """SIGKILL to the driver."""
        assert self.process is not None
        self.process.kill()
        assert self.wait() == -signal.SIGKILL

    def made(self) -> Made:
        """ETags of the files of the dataset that two runs must agree on, by name; empty where there is none."""
        found = self._keys(f"{self.name}/out/")
        names = {key.removeprefix(f"{self.name}/out/"): etag for key, etag in found.items()}
        return names if "_manifest.json" not in names else {n: e for n, e in names.items() if n not in CIRCUMSTANCES}

    def events(self) -> list[str]:
        """The lines of all events of its runs."""
        return [line for key in self._keys(f"{self.name}/work/events/") for line in self._read(key).splitlines()]

    def documents(self) -> tuple[int, int]:
        """How many documents the dataset has, and how many the funnel lost without a reason."""
        steps = json.loads(self._read(f"{self.name}/out/_funnel.json"))["steps"]
        each = [step for step in steps if step["name"] != "mixed"]  # which counts copies
        pairs = itertools.pairwise(each)
        missing = sum(one["documents"] - two["documents"] - sum(two["lost"].values()) for one, two in pairs)
        return steps[-1]["documents"], missing

    def _read(self, key: str) -> str:
        return self.store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()

    def _keys(self, prefix: str) -> dict[str, str]:
        """ETags of the objects below a prefix, by key."""
        pages = self.store.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", ())}


@dataclass
class Lab:
    """The store, the machines and what an undisturbed run makes of the job there.

    died: a file; where it is missing, the next worker that is about to commit a unit of ingest makes it and dies.
    """

    folder: Path
    store: FaultyStore
    machines: Machines
    died: Path
    records: int = 0
    expected: Made = field(default_factory=dict)
    documents: int = 0
    undisturbed_s: float = 0.0
    rows: list[Row] = field(default_factory=list)

    def prepare(self) -> None:
        """Upload the inputs, and run the job with nothing going wrong."""
        self.records = corpus.upload(self.store.client())
        run = self._trial("undisturbed")
        began = time.monotonic()
        run.start()
        assert run.wait() == 0, run.said
        self.undisturbed_s = time.monotonic() - began
        self.expected = run.made()
        assert self.expected
        self.documents, missing = run.documents()
        assert missing == 0, "its own accounting does not hold"

    @contextmanager
    def trial(self, fault: str, injected: str, **settings: object) -> Iterator[Trial]:
        """A run of the job for this fault. The `with` starts it, and may let it end badly; then the same command is
        given once more, with all machines there and a store that answers, and what it made is compared. settings:
        further keys of the job.
        """
        self.machines.complete()
        name = "".join(c if c.isalnum() else "-" for c in fault.lower())
        run = self._trial(name, **settings)
        began = time.monotonic()
        try:
            yield run
            if run.is_running():
                run.wait()
        finally:
            self._calm()
            if run.is_running() and run.process is not None:
                run.process.kill()
        assert run.process is not None
        if run.process.returncode != 0:
            self.machines.complete()
            run.start()
            assert run.wait() == 0, run.said
        took = time.monotonic() - began
        documents, missing = run.documents()
        lost = self.documents - documents + missing
        self.rows.append(
            Row(
                fault=fault,
                injected=injected,
                runs=run.runs,
                rows_lost=lost,
                extra_s=took - self.undisturbed_s,
                equal=run.made() == self.expected,
            )
        )
        table.write(self.rows, self.undisturbed_s, self.records)
        assert run.made() == self.expected, "other bytes than those of the undisturbed run"
        assert lost == 0

    def _calm(self) -> None:
        """Nothing goes wrong any more."""
        if self.store.proxied is not None:
            self.store.go_wrong()
        self.store.forget_expired()
        self.machines.empty_disks()
        self.died.touch()

    def _trial(self, name: str, **settings: object) -> Trial:
        job = corpus.write_job(self.folder, name, self.store.address, settings)
        return Trial(name, job, self.store, self.machines.address)
