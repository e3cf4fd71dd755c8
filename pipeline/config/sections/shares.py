"""The rule by which leaves of a mix, or nodes of one level of it, get their shares."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from corpusmill.operators.mix.spec.weights import OTHERS
from corpusmill.pipeline.config.base.section import Complaint, Section

RULES = ("temperature", "alpha", "natural", "unimax", "weights", "quality_curve")


class QualityCurveSpec(Section):
    """Shares of quality buckets: the worst are left out, better ones are taken ever more often.

    Source of the curve: Olmo 3, arXiv:2512.13961; there discard is 0.4 and max_factor 7.
    """

    discard: Annotated[float, Field(ge=0, lt=1)]
    """Share of the tokens, the worst, that is left out."""
    max_factor: Annotated[float, Field(gt=0)]
    """How many times the very best is taken, before bounds and caps."""
    order: tuple[str, ...] = ()
    """The buckets, worst first; none: by their values as numbers, or else as text."""


class RuleSpec(Section):
    """Columns, and the one rule that shares tokens out among their values.

    At most one of temperature, alpha, natural, unimax, weights, quality_curve is given; none means natural.
    """

    axes: Annotated[tuple[str, ...], Field(min_length=1)]
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
    """Leaf, its axis values joined by `/` (`web/en`) -> weight, `"*"`: all others; normalised to shares. A text is the
    address of a file of them: JSON or YAML like here, or CSV with lines `leaf,weight`."""
    quality_curve: QualityCurveSpec | None = None
    """Shares of quality buckets by a curve: {discard: 0.4, max_factor: 7}."""

    def complaints(self) -> Iterator[Complaint]:
        rules = self.rules()
        if len(rules) > 1:
            yield (rules[-1],), f"one rule gives the shares, found {' and '.join(rules)}: keep one"
        for leaf in self.weights or {}:
            if leaf != OTHERS and leaf.count("/") + 1 != len(self.axes):
                yield ("weights", leaf), f"expected {'/'.join(self.axes)}, found {leaf!r}"
        if self.weights is not None and not any(self.weights.values()):
            yield ("weights",), "no weight is above 0"

    def rules(self) -> list[str]:
        """The names of the rules that are given."""
        return [r for r in RULES if getattr(self, r) not in (None, False)]


class LevelSpec(RuleSpec):
    """One level of the tree of a mix: each node hands its share to its children, the values of `axes`, by one rule."""
