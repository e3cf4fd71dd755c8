"""How much of what goes into the dataset, in tokens."""

from typing import Annotated

from pydantic import Field

from pipeline.config.section import Positive, Section, Share


class BoundSpec(Section):
    """A window on a part of the mix, e.g. {where: {domain: law}, min_share: 0.15, max_share: 0.2}."""

    where: Annotated[dict[str, str], Field(min_length=1)]
    """Axis -> value: the leaves the window is on."""
    min_share: Share = 0.0
    """Least share of all tokens, 0 to 1."""
    max_share: Share = 1.0
    """Greatest share of all tokens, 0 to 1."""
    max_epochs: Annotated[float, Field(gt=0)] | None = None
    """How often its documents may be seen; null: as the mix says."""


class MixSpec(Section):
    """Shares of the leaves (observed combinations of `axes`) and the size of the whole.

    At most one of temperature, alpha, natural, unimax, weights is given; none means natural.
    """

    axes: Annotated[tuple[str, ...], Field(min_length=1)] = ("domain", "language")
    """Columns whose combinations are the leaves."""
    temperature: Annotated[float, Field(ge=1)] | None = None
    """Share ~ tokens ** (1 / temperature)."""
    alpha: Share | None = None
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
