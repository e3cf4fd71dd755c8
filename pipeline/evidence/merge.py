"""Adds up the evidence of many units: groups of files into one each, until one is left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.evidence import adding, excerpts, rows, rules
from corpusmill.pipeline.evidence.packed import Tables, pack, unpack
from corpusmill.pipeline.files.ids import digest

VERSION = 3
FOLDER = "evidence"
FAN_IN = 48  # files one task adds up: some 15 MB; a guess
HELD_BYTES = 64 << 20  # read before they are added up, decoded; a guess


def address(name: str) -> str:
    """Where the evidence of a unit, or of several together, is stored."""
    return f"{FOLDER}/{name}.parquet"


def together(parts: Sequence[Tables]) -> Mapping[str, Any]:
    """Evidence added up. The order of the parts and how they are grouped change nothing."""
    rates = rows.together_rates([part["rates"] for part in parts])
    sample = rows.together([part["rows"] for part in parts])
    sample, rates = rows.lowest(sample, rates, rows.MERGED_ROWS, rows.MOST_ROWS)
    return {
        "cells": adding.added([part["cells"] for part in parts]),
        "rules": rules.added([part["rules"] for part in parts]),
        "rows": sample,
        "rates": rates,
        "excerpts": excerpts.best_of([part["excerpts"] for part in parts]),
    }


class MergeUnit(TypedDict):
    """A group of files of evidence, and the name of their sum."""

    name: str
    files: list[str]


@dataclass(frozen=True)
class Merge:
    """Task of one group: adds up `files` of a unit into the file named after it."""

    workspace: Store

    def __call__(self, unit: MergeUnit) -> Mapping[str, int]:
        merge(self.workspace, unit["name"], unit["files"])
        return {}


def merge(workspace: Store, name: str, names: Sequence[str]) -> None:
    """Add up the evidence of these names. In memory is their sum, and half as much again or HELD_BYTES of single ones.

    So however large the sum is, adding to it takes a few times what reading the parts does.
    """
    total: list[Tables] = []
    waiting: list[Tables] = []
    for each in names:
        waiting.append(unpack(workspace.read(address(each))))
        if len(total + waiting) > 1 and _bytes(waiting) > max(HELD_BYTES, _bytes(total) // 2):
            total, waiting = [together([*total, *waiting])], []
            pa.default_memory_pool().release_unused()
    whole = together([*total, *waiting]) if waiting or not total else total[0]
    total, waiting = [], []  # not held while the sum is encoded
    workspace.publish(address(name), pack(whole))


def _bytes(parts: Sequence[Tables]) -> int:
    return sum(table.nbytes for part in parts for table in part.values())


def groups(names: Sequence[str]) -> list[MergeUnit]:
    """Units of one round: FAN_IN names each."""
    cut = [list(names[i : i + FAN_IN]) for i in range(0, len(names), FAN_IN)]
    return [{"name": digest("evidence", VERSION, group), "files": group} for group in cut]


def name_of(names: Sequence[str]) -> str:
    """The name of the evidence of all these units together."""
    while True:
        round_ = groups(names)
        if len(round_) <= 1:
            return round_[0]["name"] if round_ else digest("evidence", VERSION, [])
        names = [unit["name"] for unit in round_]


def merge_all(workspace: Store, names: Sequence[str], run: Callable[[Sequence[MergeUnit]], None]) -> str:
    """Add up the evidence of these units; its name. run: does the units of one round; a single one is done here."""
    while True:
        round_ = groups(names)
        if len(round_) <= 1:
            name = round_[0]["name"] if round_ else name_of([])
            merge(workspace, name, names)
            return name
        run(round_)
        names = [unit["name"] for unit in round_]
