"""A Ray of three raylets on this machine, of which any can be killed and replaced."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import psutil
import pytest

from corpusmill.cluster.head_watch import listens
from tests.pipeline.test_cluster import NO_TOKENS, kill, ray, until

PORT = 6395
HEAD = "head"
ALIVE = 0  # GcsNodeInfo.GcsNodeState
JOIN_S, TRIES = 120.0, 4
WORKERS = 2  # raylets beside the head, with one CPU each; the head has none, so that every unit can be hit
DISK_BYTES = 64 << 20  # for the temporary files of a raylet that has a disk of its own
Node = subprocess.Popen[bytes]


@dataclass
class Machines:
    """The head and the raylets that joined it.

    environment: of their processes; disk: the folder for temporary files, where each raylet sees a small disk of its
    own, null where there is none; started: how many raylets so far, which names them.
    """

    environment: Mapping[str, str]
    disk: Path | None = None
    head: Node | None = None
    raylets: list[Node] = field(default_factory=list)
    started: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{PORT}"

    def complete(self) -> None:
        """Start what is missing of the head and its raylets."""
        if self.head is None or self.head.poll() is not None:
            self.stop()
            options = ("--port", str(PORT), "--include-dashboard", "false", "--node-name", HEAD)
            self.head = ray("--head", *options, cpus=0, env=dict(self.environment))
            until(lambda: listens(self.address), timeout_s=JOIN_S)
            self._wait_for(self.head, HEAD)
        self.raylets = [node for node in self.raylets if node.poll() is None]
        for _ in range(TRIES * WORKERS):  # one at a time: two that start at once on one machine collide
            if len(self.raylets) >= WORKERS:
                return
            if not self._wait_for(self.add(), f"raylet {self.started}"):
                late = self.raylets.pop()  # a raylet gives up where its machine is so busy that its agent comes late
                with contextlib.suppress(ProcessLookupError):
                    kill(late)
        raise AssertionError(f"{WORKERS} raylets did not start in {TRIES * WORKERS} tries")

    def add(self) -> Node:
        """Let one more raylet join, sooner or later."""
        self.started += 1
        arguments = ("--address", self.address, "--node-name", f"raylet {self.started}")
        before, given = (), dict(self.environment)
        if self.disk is not None:  # mounted in a namespace of its own, which ends with the raylet
            script = f'mount -t tmpfs -o size={DISK_BYTES} none {self.disk} && exec "$@"'
            before = ("unshare", "--mount", "sh", "-c", script, "sh")
            given |= {"TMPDIR": str(self.disk), "RAY_TMPDIR": "/tmp"}
        self.raylets.append(ray(*arguments, before=before, env=given))
        return self.raylets[-1]

    def fill_disks(self, *nodes: Node) -> None:
        """Leave no room for temporary files on these raylets, or on any."""
        if self.disk is None:
            pytest.skip("a disk of its own for a raylet needs root and unshare")
        for node in nodes or self.raylets:
            with contextlib.suppress(OSError), self._filler(node).open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 20))

    def empty_disks(self) -> None:
        """Make room again."""
        for node in self.raylets if self.disk is not None else ():
            self._filler(node).unlink(missing_ok=True)

    def _filler(self, node: Node) -> Path:
        """A file on the disk that a raylet alone sees."""
        return Path(f"/proc/{node.pid}/root{self.disk}/filler")

    def alive(self) -> set[str]:
        """Names of the nodes that the head takes to be alive; none while it does not answer."""
        from ray._raylet import GcsClient  # `ray status` takes seconds a call
        from ray.exceptions import RpcError

        with mock.patch.dict(os.environ, NO_TOKENS), contextlib.suppress(RpcError):
            nodes = GcsClient(address=self.address).get_all_node_info()
            return {node.node_name for node in nodes.values() if node.state == ALIVE}
        return set()

    def _wait_for(self, node: Node, name: str) -> bool:
        """Wait until the node is alive; false where it has ended before."""
        deadline = time.monotonic() + JOIN_S
        while time.monotonic() < deadline and node.poll() is None:
            if name in self.alive():
                return True
            time.sleep(0.5)
        return False

    def stop(self) -> None:
        """Kill all of them."""
        for node in (*self.raylets, *([self.head] if self.head else [])):
            with contextlib.suppress(ProcessLookupError):
                kill(node)
        self.head, self.raylets = None, []


@contextmanager
def machines(environment: Mapping[str, str], disk: Path) -> Iterator[Machines]:
    """A head and two raylets, for the length of the `with`. disk: an empty folder, see `Machines`."""
    has_disks = os.geteuid() == 0 and shutil.which("unshare") is not None
    made = Machines(environment, disk if has_disks else None)
    try:
        made.complete()
        yield made
    finally:
        made.stop()


def workers_at_work(node: Node) -> list[psutil.Process]:
    """The processes of a raylet that run a unit just now: Ray names its workers by what they run."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for worker in psutil.Process(node.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if worker.name().startswith("ray::") and "run_one" in " ".join(worker.cmdline()):
                    found.append(worker)
    return found


def kill_worker(raylets: list[Node], alive: Callable[[], bool]) -> None:
    """SIGKILL to one process that runs a unit, as soon as there is one."""

    def killed() -> bool:
        assert alive(), "the run ended before a worker was killed"
        for worker in (w for node in raylets for w in workers_at_work(node)):
            os.kill(worker.pid, signal.SIGKILL)
            return True
        return False

    until(killed)
