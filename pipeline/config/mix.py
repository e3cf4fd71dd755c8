"""How much of what goes into the dataset, in tokens."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from pipeline.config.problems import nearest
from pipeline.config.section import Complaint, Positive, Section, Share

RULES = ("temperature", "alpha", "natural", "unimax", "weights")


class BoundSpec(Section):
    """A window on a part of the mix, e.g. {where: {domain: law}, min: 0.15, max: 0.2}."""

    where: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]
    """Axis -> its values: the leaves the window is on. One value needs no list."""
    min: Share = 0.0
    """Least share of all tokens, 0 to 1."""
    max: Share = 1.0
    """Greatest share of all tokens, 0 to 1."""
    max_epochs: Annotated[float, Field(gt=0)] | None = None
    """How often its documents may be seen; null: as the mix says."""

    def complaints(self) -> Iterator[Complaint]:
        if self.min > self.max:
            yield ("min",), f"min {self.min:g} is above max {self.max:g}"


class MixSpec(Section):
    """Shares of the leaves (observed combinations of `axes`) and the size of the whole.

    At most one of temperature, alpha, natural, unimax, weights is given; none means natural.
    """

    axes: Annotated[tuple[str, ...], Field(min_length=1)] = ("domain", "language")
    """Columns whose combinations are the leaves."""
    temperature: Annotated[float, Field(gt=0)] | None = None
    """Share ~ tokens ** (1 / temperature)."""
    alpha: Annotated[float, Field(ge=0)] | None = None
    """Share ~ tokens ** alpha; 1 is natural, 0 uniform."""
    natural: bool = False
    """Share ~ tokens."""
    unimax: bool = False
    """As even as the epoch caps allow. Source: Chung et al. 2023, arXiv:2304.09151."""
    weights: dict[str, Annotated[float, Field(ge=0)]] | None = None
    """Leaf, its axis values joined by `/` (`web/en`) -> weight; normalised to shares."""
    budget_tokens: Positive | None = None
    """Size of the dataset in tokens; null: all there is."""
    max_epochs: Annotated[float, Field(gt=0)] = 4.0
    """How often a document may be seen. Source of 4: Muennighoff et al. 2023, arXiv:2305.16264."""
    bounds: tuple[BoundSpec, ...] = ()
    """Windows on parts of the mix."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Another seed gives another selection and order."""

    @property
    def power(self) -> float | None:
        """The exponent of p ** alpha; null when shares come from unimax or weights."""
        if self.unimax or self.weights is not None:
            return None
        if self.temperature is not None:
            return 1 / self.temperature
        return 1.0 if self.alpha is None else self.alpha

    def complaints(self) -> Iterator[Complaint]:
        rules = [r for r in RULES if getattr(self, r) not in (None, False)]
        if len(rules) > 1:
            yield (rules[-1],), f"one rule gives the shares, found {' and '.join(rules)}: keep one"
        yield from self._leaves()
        yield from self._windows()

    def _leaves(self) -> Iterator[Complaint]:
        for leaf in self.weights or {}:
            if leaf.count("/") + 1 != len(self.axes):
                yield ("weights", leaf), f"expected {'/'.join(self.axes)}, found {leaf!r}"
        if self.weights is not None and not any(self.weights.values()):
            yield ("weights",), "no weight is above 0"

    def _windows(self) -> Iterator[Complaint]:
        least: dict[str, float] = {}
        for number, bound in enumerate(self.bounds):
            for axis in bound.where:
                if axis not in self.axes:
                    yield ("bounds", number, "where", axis), f"{axis!r} is no axis of the mix{nearest(axis, self.axes)}"
            if len(bound.where) == 1:
                (axis,) = bound.where
                least[axis] = least.get(axis, 0.0) + bound.min
        for axis, total in least.items():
            if total > 1 + 1e-9:
                yield ("bounds",), f"the least shares along {axis!r} add up to {total:g}, more than the whole"
