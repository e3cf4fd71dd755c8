"""Defines one way to put statistics together: how a shard gathers them, and how they become an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from corpusmill.operators.batch import Batch
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.workspace.shards import UnitFiles

A_contra = TypeVar("A_contra", contravariant=True)


class Gather(Protocol):
    """Collects from the documents of one shard what a stage needs of them, in exchange files under a folder."""

    def add(self, batch: Batch) -> None: ...

    def facts(self) -> Mapping[str, Any]:
        """Once the last batch is in: `files` that were written with their bytes, and what else the stage asks for."""
        ...


@dataclass(frozen=True)
class Gathered:
    """What the shards gathered. facts: of each one's `Gather`, by its unit; shards: the files of these units."""

    shards: Mapping[str, UnitFiles]
    facts: Mapping[str, Mapping[str, Any]]

    def files(self) -> dict[str, int]:
        """All exchange files, with their bytes."""
        return {name: size for of_unit in self.facts.values() for name, size in of_unit["files"].items()}

    def entered(self) -> list[EnteredShard]:
        """The shards as exchanges take them."""
        return [
            EnteredShard(unit=unit, number=s.number, source=s.source, priority=0, uri=s.uri)
            for unit, s in self.shards.items()
        ]


@dataclass(frozen=True, kw_only=True)
class Found:
    """An answer. answers: for each unit the file that holds what its shard needs; facts: for people."""

    answers: Mapping[str, str]
    facts: Mapping[str, Any]


class Kind(Protocol[A_contra]):
    """One way to put statistics together, for the steps (`operators.contract.Awaiting`) that name its stage."""

    stage: ClassVar[str]

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: A_contra) -> Gather:
        """Begin to collect from a shard; files are written under `folder` and named after `name`."""
        ...

    def combine(self, work: Work, gathered: Gathered, awaited: A_contra) -> Found:
        """Find the answer for all shards, on the cluster where it is large."""
        ...
