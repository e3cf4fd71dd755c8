"""A source of a job made ready to read: its reader, its steps, what it fixes."""

import functools
from typing import Any

from operators import load
from operators.contract import Operator, Resource
from pipeline import own_code, resources
from pipeline.chain import Chain
from pipeline.config.inputs import InputSpec
from pipeline.config.readers import build_reader
from pipeline.config.spec import JobSpec
from pipeline.identity import digest, libraries


def fixed(spec: InputSpec) -> dict[str, str]:
    """Columns whose value the source fixes."""
    return {n: v for n, v in (("domain", spec.domain), ("language", spec.language)) if v is not None}


@functools.lru_cache(maxsize=32)
def chain(job: str, source: str, reader: str) -> Chain:
    """The chain of a source, its operators equipped; made once a process. job: a JobSpec's canonical text."""
    spec = JobSpec.from_canonical(job)
    found = input_of(spec, source)
    steps = [(step.operator, load.equip(step.build(), resources.opened)) for step in spec.documents]
    return Chain(build_reader(found, reader), steps, fixed(found))


def input_of(spec: JobSpec, source: str) -> InputSpec:
    return next(i for i in spec.inputs if i.source == source)


def fingerprint(spec: JobSpec, source: str, reader: str) -> str:
    """Changes with whatever decides what ingest makes of this source's bytes, and with nothing else."""
    found = input_of(spec, source)
    named: list[tuple[str, Operator]] = [(reader, build_reader(found, reader))]
    named += [(step.operator, step.build()) for step in spec.documents]
    sums = resources.digests(op for _, op in named)
    told: list[Any] = [load.fingerprint(name, op, sums) for name, op in named]
    return digest(told, fixed(found), spec.sample.documents, own_code.modules_of(spec), libraries())


def files_of(job: str) -> list[Resource]:
    """Every file the operators of a job need."""
    spec = JobSpec.from_canonical(job)
    operators = [step.build() for step in spec.documents]
    return [r for op in operators for r in load.resources(op).values()]
