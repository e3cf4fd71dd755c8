"""Least shares of what no input can give, as far as what the inputs fix tells it."""

from collections.abc import Iterator, Sequence

from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint
from corpusmill.pipeline.config.sections.bounds import BoundSpec
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.mix import MixSpec

FIXED = ("source", "domain", "language")


def complaints(mix: MixSpec, inputs: Sequence[InputSpec]) -> Iterator[Complaint]:
    """Every bound with a `min` that no document of any input can count towards."""
    for number, bound in enumerate(mix.bounds):
        yield from _impossible(("mix", "bounds", number, "where"), bound, inputs)
    for place, phase in enumerate(mix.phases):
        for number, bound in enumerate(phase.bounds or ()):
            yield from _impossible(("mix", "phases", place, "bounds", number, "where"), bound, inputs)


def _impossible(at: tuple[str | int, ...], bound: BoundSpec, inputs: Sequence[InputSpec]) -> Iterator[Complaint]:
    where = {axis: values for axis, values in bound.where.items() if axis in FIXED}
    if bound.min <= 0 or any(all(_may_be(i, axis, values) for axis, values in where.items()) for i in inputs):
        return
    alone = [axis for axis, values in where.items() if not any(_may_be(i, axis, values) for i in inputs)]
    for axis in alone:
        known = {str(getattr(i, axis)) for i in inputs}
        told = " or ".join(map(repr, where[axis]))
        yield (*at, axis), f"no document has {axis} {told}, so min {bound.min:g} cannot be{_meant(where[axis], known)}"
    if not alone:
        told = ", ".join(f"{axis} {' or '.join(values)}" for axis, values in where.items())
        yield at, f"no input gives documents of {told} together, so min {bound.min:g} cannot be"


def _may_be(spec: InputSpec, axis: str, values: Sequence[str]) -> bool:
    """Whether documents of an input may have one of the values; they may where the input fixes none."""
    fixed = getattr(spec, axis)
    return fixed is None or fixed in values


def _meant(values: Sequence[str], choices: set[str]) -> str:
    """The value that was meant, or all that the inputs fix."""
    near = [nearest(value, choices) for value in values]
    return next((n for n in near if "did you mean" in n), near[0] if near else "")
