"""Stages of training, each with its part of the budget and shares of its own."""

from typing import Annotated

from pydantic import Field

from corpusmill.pipeline.config.base.section import Section
from corpusmill.pipeline.config.sections.bounds import BoostSpec, BoundSpec
from corpusmill.pipeline.config.sections.shares import LevelSpec

MOST_STEPS = 1000  # guess: each phase and each step of a ramp has shards of its own


class PhaseSpec(Section):
    """A stage of training. What it does not say it takes from the mix; epoch caps hold over all phases together."""

    name: Annotated[str, Field(min_length=1)]
    """What the plan calls it."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Its part of the budget; those of all phases sum to 1."""
    levels: tuple[LevelSpec, ...] | None = None
    """Rules of its own, level by level; null: those of the mix."""
    bounds: tuple[BoundSpec, ...] | None = None
    """Windows of its own, instead of the mix's; null: those of the mix. Epoch caps are the mix's alone."""
    boosts: tuple[BoostSpec, ...] = ()
    """Parts it takes more of, or less."""
    ramp_steps: Annotated[int, Field(ge=0, le=MOST_STEPS)] = 0
    """Above 0: it comes in so many equal steps, whose weights go straight from the phase before to its own."""


class HeadDecaySpec(Section):
    """The high-frequency head fades with the epochs, and the long tail gets what it gives up."""

    factor: Annotated[float, Field(gt=0, le=1)]
    """A phase that begins after e epochs of the whole supply multiplies the head's weights by factor ** e."""
    head: Annotated[float, Field(gt=0, lt=1)] = 0.8
    """The head: the fewest leaves, largest first, that hold this share of all tokens."""


class MultiplierSpec(Section):
    """How often each document is taken when its leaf is taken once: {column: copies, steps: [[1, 1], [2, 2]]}."""

    column: str
    """A number of each document; `copies` is how many documents it stands for after dedup."""
    steps: tuple[tuple[float, float], ...] = ()
    """Pairs [from, times], rising; below the first: 0 times. None: the number itself is the times."""
