"""Carry out an exchange: its rounds as units, each restartable, each writing one file under a name of its own."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cluster.storage import Store
from pipeline.exchange.files import encoded
from pipeline.exchange.key_range import EVERYTHING, KeyRange
from pipeline.exchange.planning import UNIT_BYTES, Plan, plan_exchange
from pipeline.exchange.reading import read_range

Unit = Mapping[str, Any]
RunUnit = Callable[[Unit], Mapping[str, Any]]
Runner = Callable[[Sequence[Unit], RunUnit], Iterator[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A range of keys and the files that hold its records; the last step of an exchange reads one with `read_range`."""

    range: KeyRange
    names: tuple[str, ...]

    def to_unit(self) -> dict[str, Any]:
        return {"bits": self.range.bits, "index": self.range.index, "names": list(self.names)}


def partition_of(unit: Unit) -> Partition:
    return Partition(range=KeyRange(unit["bits"], unit["index"]), names=tuple(unit["names"]))


def run_exchange(
    store: Store, names: Sequence[str], size_bytes: int, *, folder: str, run: Runner, unit_bytes: int = UNIT_BYTES
) -> list[Partition]:
    """The partitions of these files' records, after as many rounds as their number and size ask for.

    folder: where the rounds write; run: runs units and gives their results, in any order. Which partitions there are
    depends on the number and bytes of the files only, and each partition's records on neither.
    """
    plan = plan_exchange(len(names), size_bytes, unit_bytes=unit_bytes)
    held: dict[KeyRange, list[str]] = {EVERYTHING: list(names)}
    for number, round_ in enumerate(plan.rounds):
        units = round_units(held, number, plan, folder)
        for _ in run(units, functools.partial(merge_unit, store)):
            pass
        held = {}
        for unit in units:
            held.setdefault(KeyRange(unit["bits"], unit["index"]), []).append(unit["output"])
        assert all(range_.bits == round_.bits + round_.split_bits for range_ in held)
    partitions = []
    for range_, files in sorted(held.items()):
        partitions += [Partition(range=r, names=tuple(files)) for r in range_.split(plan.bits - range_.bits)]
    return partitions


def round_units(held: Mapping[KeyRange, Sequence[str]], number: int, plan: Plan, folder: str) -> list[dict[str, Any]]:
    """The units of round `number`: for each part of each range, for each group of its files, one merge."""
    round_ = plan.rounds[number]
    units = []
    for range_, names in sorted(held.items()):
        for part in range_.split(round_.split_bits):
            for group, begin in enumerate(range(0, len(names), round_.fan_in)):
                output = f"{folder}/round{number}/{part.bits}-{part.index:06d}-{group:06d}.arrow"
                chosen = list(names[begin : begin + round_.fan_in])
                units.append({"bits": part.bits, "index": part.index, "names": chosen, "output": output})
    return units


def merge_unit(store: Store, unit: Unit) -> Mapping[str, Any]:
    """Read one part of a range from a group of files and write it as one file; done already if the file is there."""
    if not store.exists(unit["output"]):
        partition = partition_of(unit)
        merged = read_range(store, partition.names, partition.range)
        store.publish(unit["output"], encoded(merged, partition.range).to_pybytes())
    return {}
