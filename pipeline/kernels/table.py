"""Reads the table of kernels: with which types Python calls each, and what compiling it takes.

The table says what to compile before anything has run, so that all cores can take part. It is a plan and not the truth:
a kernel that it lacks is compiled at its first use, and a line that is out of date is passed over. `make kernel-table`
writes it.
"""

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

NAME = "table.json"


@dataclass(frozen=True, kw_only=True)
class KernelEntry:
    """One kernel with one set of types. types: JSON (`signatures`). cpu_s: on the machine that wrote the table."""

    name: str  # module:function
    types: tuple[Any, ...]
    cpu_s: float

    def key(self) -> str:
        """Tells kernels apart."""
        return json.dumps([self.name, self.types])


@dataclass(frozen=True, kw_only=True)
class Table:
    """All kernels, and by use the numbers of those it calls."""

    kernels: Sequence[KernelEntry]
    uses: Mapping[str, Sequence[int]]

    def needed(self, uses: Iterable[str]) -> list[KernelEntry]:
        """The kernels of these uses, each once, the dearest first. A use that it lacks has none."""
        numbers = {number for use in uses for number in self.uses.get(use, ())}
        return sorted((self.kernels[n] for n in numbers), key=lambda k: (-k.cpu_s, k.name))


@functools.cache
def table() -> Table:
    """The table that comes with the package."""
    return parse((files("corpusmill.pipeline.kernels") / NAME).read_text(encoding="utf-8"))


def parse(text: str) -> Table:
    """A table from JSON."""
    found = json.loads(text)
    kernels = [KernelEntry(name=name, types=tuple(types), cpu_s=cpu_s) for name, cpu_s, types in found["kernels"]]
    return Table(kernels=kernels, uses=found["uses"])


def write(kernels: Iterable[KernelEntry], uses: Mapping[str, Iterable[str]]) -> str:
    """A table as JSON, a line a kernel. uses: the keys of the kernels that each calls."""
    rows = sorted(kernels, key=KernelEntry.key)
    numbers = {kernel.key(): number for number, kernel in enumerate(rows)}
    lines = ",\n".join(json.dumps([k.name, round(k.cpu_s, 2), k.types]) for k in rows)
    of_uses = {use: sorted(numbers[key] for key in set(keys)) for use, keys in sorted(uses.items())}
    used = ",\n".join(f"{json.dumps(use)}: {json.dumps(found)}" for use, found in of_uses.items() if found)
    return f'{{"kernels": [\n{lines}\n],\n"uses": {{\n{used}\n}}}}\n'
