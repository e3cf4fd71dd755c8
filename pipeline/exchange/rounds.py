"""Carry out an exchange: its rounds as units, each restartable, each writing files under names of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict, TypeVar

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import EVERYTHING, KeyRange
from corpusmill.pipeline.exchange.planning import UNIT_BYTES, Plan, plan_exchange
from corpusmill.pipeline.exchange.reading import read_part

U = TypeVar("U", bound=Mapping[str, Any])
R = TypeVar("R", bound=Mapping[str, Any])


class Phase(Protocol):
    """Runs a phase: its name, its units, the task of one; gives the results in the order of the units."""

    def __call__(
        self, name: str, units: Sequence[U], task: Callable[[Store, str, U], R], *, size_bytes: int
    ) -> Sequence[R]: ...


class PartitionUnit(TypedDict):
    """A range of keys, as `KeyRange` has it, and the files that hold its records."""

    name: str
    bits: int
    index: int
    names: list[str]


class MergeUnit(PartitionUnit):
    """A part of a range and a group of its files; unit_bytes: about what a unit may hold."""

    unit_bytes: int


class Merged(TypedDict):
    """The files that a merge wrote."""

    names: list[str]


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A range of keys and the files that hold its records; the last step of an exchange reads one with `read_range`."""

    range: KeyRange
    names: tuple[str, ...]

    def to_unit(self) -> PartitionUnit:
        return {
            "name": f"{self.range.bits:02d}-{self.range.index:06d}",
            "bits": self.range.bits,
            "index": self.range.index,
            "names": list(self.names),
        }


def partition_of(unit: PartitionUnit) -> Partition:
    return Partition(range=KeyRange(unit["bits"], unit["index"]), names=tuple(unit["names"]))


def run_exchange(
    files: Mapping[str, int], *, label: str, phase: Phase, unit_bytes: int = UNIT_BYTES
) -> list[Partition]:
    """The partitions of these files' records, after as many rounds as their number and size ask for.

    files: bytes by name, in the order in which equal records shall stand; label: begins the names of its phases. Which
    partitions there are depends on the number and bytes of the files only, and each one's records on neither.
    """
    total = sum(files.values())
    plan = plan_exchange(len(files), total, unit_bytes=unit_bytes)
    held: dict[KeyRange, list[str]] = {EVERYTHING: list(files)}
    for number in range(len(plan.rounds)):
        units = round_units(held, number, plan, unit_bytes)
        held = {}
        results = phase(f"{label}-round{number}", units, merge_unit, size_bytes=total)
        for unit, result in zip(units, results, strict=True):
            held.setdefault(KeyRange(unit["bits"], unit["index"]), []).extend(result["names"])
    partitions = []
    for range_, names in sorted(held.items()):
        partitions += [Partition(range=r, names=tuple(names)) for r in range_.split(plan.bits - range_.bits)]
    return partitions


def round_units(held: Mapping[KeyRange, Sequence[str]], number: int, plan: Plan, unit_bytes: int) -> list[MergeUnit]:
    """The units of round `number`: for each part of each range, for each group of its files, one merge."""
    round_ = plan.rounds[number]
    units: list[MergeUnit] = []
    for range_, names in sorted(held.items()):
        for part in range_.split(round_.split_bits):
            for group, begin in enumerate(range(0, len(names), round_.fan_in)):
                chosen = Partition(range=part, names=tuple(names[begin : begin + round_.fan_in])).to_unit()
                units.append({**chosen, "name": f"{chosen['name']}-{group:06d}", "unit_bytes": unit_bytes})
    return units


def merge_unit(store: Store, folder: str, unit: MergeUnit) -> Merged:
    """Read one part of a range from a group of files and write it as one file.

    Where a single key weighs more than a unit may hold, its records go into several files, cut between inputs.
    """
    partition = partition_of(unit)
    waiting: list[pa.Table] = []
    names: list[str] = []

    def write() -> None:
        name = f"{folder}/{unit['name']}-{len(names):03d}.arrow"
        store.publish(name, encoded(pa.concat_tables(waiting), partition.range).to_pybytes())
        names.append(name)
        waiting.clear()

    for source in partition.names:
        waiting.append(read_part(store, source, partition.range))
        if sum(t.nbytes for t in waiting) > 2 * unit["unit_bytes"]:
            write()
    if waiting or not names:
        write()
    return {"names": names}
