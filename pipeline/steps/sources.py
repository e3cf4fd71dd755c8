"""A source of a job made ready to read: its reader, its steps, what it fixes."""

import functools
from dataclasses import replace
from typing import Any

from corpusmill.operators import load
from corpusmill.operators.contract import Extract, Operator, Reader, Resource
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest, libraries
from corpusmill.pipeline.steps import user_code
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.steps.step_groups import Part, answered
from corpusmill.pipeline.steps.unfolding import Unfolding, with_unfolding


def fixed(spec: InputSpec) -> dict[str, str]:
    """Columns whose value the source fixes."""
    return {n: v for n, v in (("domain", spec.domain), ("language", spec.language)) if v is not None}


@functools.lru_cache(maxsize=32)
def chain(job: str, source: str, reader: str) -> Chain:
    """The chain of a source, its operators equipped; made once a process. job: a JobSpec's canonical text."""
    spec = JobSpec.from_canonical(job)
    found = input_of(spec, source)
    steps = [(step.operator, load.equip(step.build(), resources.opened)) for step in spec.documents]
    passed = without(spec, source)
    return Chain(with_unfolding(build_reader(found, reader), steps, passed), steps, fixed(found), without=passed)


def part_chain(job: str, source: str, reader: str, part: Part, answer: tuple[str, bytes] | None) -> Chain:
    """The chain of one part of the steps. answer: address and content of what its first step awaited."""
    whole = chain(job, source, reader)
    steps = whole.steps if answer is None else answered(whole.steps, part.begin, *answer)
    return replace(whole, steps=steps, begin=part.begin, end=part.end)


def without(spec: JobSpec, source: str) -> frozenset[int]:
    """The numbers of the steps that are not for this source."""
    return frozenset(number for number, step in enumerate(spec.documents) if not step.is_for(source))


def plain_chain(spec: JobSpec, source: str, reader: str) -> Chain:
    """The chain of a source whose operators have no files: to ask what it makes, not to run it."""
    found = input_of(spec, source)
    steps = [(step.operator, step.build()) for step in spec.documents]
    passed = without(spec, source)
    return Chain(with_unfolding(build_reader(found, reader), steps, passed), steps, fixed(found), without=passed)


def input_of(spec: JobSpec, source: str) -> InputSpec:
    return next(i for i in spec.inputs if i.source == source)


def fingerprint(spec: JobSpec, source: str, reader: str, part: Part) -> str:
    """Changes with whatever decides what a part of the steps makes of this source's documents, nothing else."""
    whole = plain_chain(spec, source, reader)
    mine = [(i, *step) for i, step in enumerate(whole.steps) if i not in whole.without]
    end = len(whole.steps) if part.end is None else part.end
    # what unfolds pages is among the steps
    own = whole.reader.reader if isinstance(whole.reader, Unfolding) else whole.reader
    ours: list[tuple[str, Operator]] = [(reader, own)]
    ours += [(name, op) for i, name, op in mine if part.begin <= i < end]
    sums = resources.digests(op for _, op in ours)
    told: list[Any] = [load.fingerprint(name, op, sums) for name, op in ours]
    if part.number and part.begin not in whole.without:
        # what its first step awaited is in the name of the unit; what decided that, need not be
        told[1]["params"] = {k: v for k, v in told[1]["params"].items() if k not in ("max_documents", "min_documents")}
    if part.awaited is not None:
        later = [op for i, _, op in mine if i >= end and not isinstance(op, Extract | Reader)]
        content = any("content" in op.columns_read() for op in later)
        # by its type as well: what a budget gathers for its shares, a cap of the same number does not
        gathers = [type(part.awaited).__name__, part.awaited.gathering()]
        told.append([part.awaited.stage, *gathers, end in whole.without, content])
    told.append(whole.language_from() if part.number == 0 else None)
    return digest(told, whole.fixed, spec.sample.documents, user_code.prints_of(spec), libraries())


def files_of(job: str) -> list[Resource]:
    """Every file the operators of a job need."""
    spec = JobSpec.from_canonical(job)
    operators = [step.build() for step in spec.documents]
    return [r for op in operators for r in load.resources(op).values()]
