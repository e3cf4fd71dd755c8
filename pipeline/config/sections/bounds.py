"""Rules on parts of a mix: windows, boosts, replay. Each says by `where` which leaves it is about."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from corpusmill.pipeline.config.base.section import Complaint, Section, Share

Where = Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]


class BoundSpec(Section):
    """A window on a part of the mix, e.g. {where: {domain: law}, min: 0.15, max: 0.2}."""

    where: Where
    """Axis -> its values: the leaves the window is on. One value needs no list."""
    min: Share = 0.0
    """Least share of all tokens, 0 to 1."""
    max: Share = 1.0
    """Greatest share of all tokens, 0 to 1."""
    max_epochs: Annotated[float, Field(gt=0)] | None = None
    """How often its documents may be seen; null: as the mix says. It counts over all phases."""

    def complaints(self) -> Iterator[Complaint]:
        if self.min > self.max:
            yield ("min",), f"min {self.min:g} is above max {self.max:g}"


class BoostSpec(Section):
    """A part of the mix that a phase takes more of, or less, e.g. {where: {language: sw}, factor: 3}."""

    where: Where
    """Axis -> its values: the leaves whose weights change. One value needs no list."""
    factor: Annotated[float, Field(gt=0)]
    """Their weights are multiplied by this, before bounds and caps."""


class ReplaySpec(Section):
    """An earlier dataset that is trained on again, e.g. {where: {source: last-year}, share: 0.05}."""

    where: Where
    """Column -> its values: the leaves of the earlier dataset. One value needs no list."""
    share: Annotated[float, Field(gt=0, lt=1)]
    """Their exact share of all tokens, by their own tokens; the others share the rest by their rules."""
