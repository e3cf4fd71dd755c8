"""What an operator took out of a workspace: whole runs, rolled back, and whole sources, removed.

The inventory keeps their shards, so that no number is ever given twice; no run reads them any more.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup import takedown
from corpusmill.pipeline.files.ids import digest

NAME = "index/withheld.json"


@dataclass(frozen=True, kw_only=True)
class Excluded:
    """`runs`: rolled back, by number; `again`: those of them whose files may come again, as new ones, before they
    change; `sources`: removed, by name. Each sorted.
    """

    runs: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()

    def holds(self, *, run: int, source: str) -> bool:
        """Whether a shard of this run and source is out."""
        return run in self.runs or source in self.sources

    def with_run(self, run: int, *, again: bool) -> "Excluded":
        more = {*self.again, run} if again else {*self.again} - {run}
        return replace(self, runs=tuple(sorted({*self.runs, run})), again=tuple(sorted(more)))

    def with_sources(self, sources: Iterable[str]) -> "Excluded":
        return replace(self, sources=tuple(sorted(sources)))


def read(workspace: Store) -> Excluded:
    """All that is withheld."""
    try:
        told = json.loads(workspace.read(NAME))
    except FileNotFoundError:
        return Excluded()
    return Excluded(**{name: tuple(values) for name, values in told.items()})


def write(workspace: Store, excluded: Excluded) -> None:
    """From here on it holds."""
    workspace.publish(NAME, json.dumps(asdict(excluded), sort_keys=True).encode())


def state(workspace: Store) -> str:
    """Changes with whatever was taken out of the workspace, documents included."""
    taken = takedown.read(workspace)
    return digest(asdict(read(workspace)), taken.buried.as_lists, taken.withdrawn.as_lists)
