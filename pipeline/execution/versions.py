"""Versions of all that decides what a job makes; where they are others, work is refused.

Outputs carry the driver's versions in their names: made by others, they would be taken for what they are not.
"""

import functools
import importlib.metadata
import platform
import socket
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import bundles, patience, reach
from corpusmill.errors import VersionMismatch
from corpusmill.operators import load
from corpusmill.pipeline.config.base.formats import AUTO, formats, reader_name
from corpusmill.pipeline.config.sections.spec import JobSpec

EVERYWHERE = ("pyarrow", "numpy", "numba", "tokenizers")
REMEDY = "give every node the versions of the process that starts the job (pip install -r requirements/run.txt)"


def packages(spec: JobSpec) -> tuple[str, ...]:
    """Names, as pip knows them, of the packages whose versions decide what a job makes; sorted."""
    named = {name for i in spec.inputs for name in ([i.format] if i.format != AUTO else formats())}
    operators = {step.operator for step in spec.documents} | {reader_name(name) for name in named}
    return tuple(sorted({*EVERYWHERE, *(library for name in operators for library in load.find(name).libraries)}))


@functools.lru_cache(maxsize=8)
def installed(names: tuple[str, ...]) -> Mapping[str, str]:
    """The version of each package here, 'none' where there is none; of Python without its last number; of Unicode."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, "unicode": unicodedata.unidata_version, **{name: _version(name) for name in names}}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


@dataclass(frozen=True)
class WithSame:
    """A task that is run only where the versions are those of its maker: nodes may join after all were asked."""

    task: Callable[[Any], Mapping[str, Any]]
    packages: tuple[str, ...]
    expected: Mapping[str, str]
    patience_s: float = 0.0  # that a worker waits for a store

    def __call__(self, unit: Mapping[str, Any]) -> Mapping[str, Any]:
        patience.allow(self.patience_s)
        bundles.allow(bundles.WORKER_CACHE_BYTES)
        told = reach.differences(self.expected, installed(self.packages))
        if told is not None:
            raise VersionMismatch(f"{socket.gethostname()} cannot take part: {told}; {REMEDY}")
        return self.task(unit)


def with_same(task: Callable[[Any], Mapping[str, Any]], spec: JobSpec) -> WithSame:
    """The task of a job, bound to the versions of this process."""
    names = packages(spec)
    return WithSame(task, names, installed(names), spec.store_patience)
