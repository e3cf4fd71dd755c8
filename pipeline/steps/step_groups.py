"""The parts a job's steps are run in: a new one begins at each step that must know something of all documents first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpusmill.operators.abilities import Awaiting
from corpusmill.operators.contract import Operator, Resource
from corpusmill.pipeline.config.build.documents import numbered
from corpusmill.pipeline.config.sections.spec import JobSpec

LAST = "ingest"


@dataclass(frozen=True)
class Part:
    """Steps `begin` to `end` of a job (null: to the last). stage: its name; awaited: the step at `end`, if any, and
    `name`, what job files call that step.
    """

    number: int
    begin: int
    end: int | None
    stage: str
    awaited: Awaiting | None = None
    name: str = ""


def parts_of(spec: JobSpec) -> list[Part]:
    """All parts, in order; a single one where no step awaits anything."""
    steps = [step.build() for step in spec.documents]
    cuts = [i for i, op in enumerate(steps) if isinstance(op, Awaiting) and op.found is None]
    begins, ends = [0, *cuts], [*cuts, None]
    names = numbered([step.operator for step in spec.documents])
    parts = []
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        awaited = None if end is None else steps[end]
        assert awaited is None or isinstance(awaited, Awaiting)
        stage, name = (LAST, "") if end is None else (f"{LAST}{i + 1}", names[end])
        parts.append(Part(i, begin, end, stage, awaited, name))
    return parts


def answered(
    steps: Sequence[tuple[str, Operator]], at: int, address: str, content: bytes
) -> list[tuple[str, Operator]]:
    """`steps` with the answer that the step at `at` awaited in its hands."""
    name, op = steps[at]
    known = replace(op, found=Resource(address, content))  # pyright: ignore[reportCallIssue]  Awaiting has `found`
    return [*steps[:at], (name, known), *steps[at + 1 :]]
