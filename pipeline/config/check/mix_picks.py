"""Rules of a mix about documents that no input can give, as far as what the inputs fix tells it: a typo, mostly.

Least shares are looked at in `least_shares`; weights may name more than there is, and the plan tells which.
"""

from collections.abc import Iterator, Mapping, Sequence

from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint
from corpusmill.pipeline.config.check.mix_shares import FIXED
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.mix import MixSpec

Values = Mapping[str, Sequence[str]]


def complaints(mix: MixSpec, inputs: Sequence[InputSpec]) -> Iterator[Complaint]:
    """Every bound without a `min`, every boost and the replay that no document of any input can count towards."""
    if mix.replay is not None:
        at = ("mix", "replay", "where")
        remedy = "give the earlier dataset as an input of its own, its texts under that name"
        yield from _nothing(at, mix.replay.where, inputs, "there is nothing to replay", remedy)
    bounds = [(("mix", "bounds", n, "where"), b) for n, b in enumerate(mix.bounds)]
    for place, phase in enumerate(mix.phases):
        bounds += [(("mix", "phases", place, "bounds", n, "where"), b) for n, b in enumerate(phase.bounds or ())]
        for number, boost in enumerate(phase.boosts):
            at = ("mix", "phases", place, "boosts", number, "where")
            yield from _nothing(at, boost.where, inputs, f"factor {boost.factor:g} acts on nothing")
    for at, bound in bounds:
        if bound.min <= 0:
            yield from _nothing(at, bound.where, inputs, "this bound holds nothing")


def _nothing(
    at: tuple[str | int, ...], where: Values, inputs: Sequence[InputSpec], so: str, remedy: str = ""
) -> Iterator[Complaint]:
    """A complaint about each column of which no input can give a value, where they are fixed."""
    for axis, values in where.items():
        known = {getattr(each, axis) for each in inputs} if axis in FIXED else {None}
        if None in known or known & set(values):
            continue
        told, names = " or ".join(map(repr, values)), {str(k) for k in known}
        near = [nearest(value, names) for value in values]
        meant = next((n for n in near if "did you mean" in n), near[0])
        yield (*at, axis), f"no document has {axis} {told}, so {so}{meant}" + (f"; {remedy}" if remedy else "")
