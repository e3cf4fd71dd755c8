"""How one level of the mix shares its tokens out among siblings: six rules, each a small dataclass.

Source: alpha and temperature: Conneau et al. 2020 (XLM-R, alpha 0.3 on sentences), Xue et al. 2021 (mT5, alpha 0.3),
        Arivazhagan et al. 2019 (temperature 5, q ~ p^(1/T)); unimax: Chung et al. 2023, arXiv:2304.09151.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from corpusmill.errors import SpecError

OTHERS = "*"


def refuse(what: str, *complaints: str) -> None:
    """Raise one SpecError with all complaints that are not empty."""
    found = [c for c in complaints if c]
    if found:
        raise SpecError(f"{what}: " + "; ".join(found))


def unless(claim: bool, complaint: str) -> str:
    """The complaint, or an empty string where the claim holds."""
    return "" if claim else complaint


def positive(value: float) -> bool:
    """Whether a number is finite and above 0."""
    return math.isfinite(value) and value > 0


@dataclass(frozen=True, kw_only=True)
class Natural:
    """Shares follow the tokens there are."""


@dataclass(frozen=True, kw_only=True)
class Alpha:
    """Shares follow (tokens ** alpha): 1 is natural, 0 is uniform."""

    alpha: float

    def __post_init__(self) -> None:
        ok = math.isfinite(self.alpha) and self.alpha >= 0
        refuse("alpha", unless(ok, f"alpha must be 0 or more, got {self.alpha!r}"))


@dataclass(frozen=True, kw_only=True)
class Temperature:
    """Shares follow tokens ** (1 / temperature): 1 is natural, large is uniform."""

    temperature: float

    def __post_init__(self) -> None:
        ok = positive(self.temperature)
        refuse("temperature", unless(ok, f"temperature must be above 0, got {self.temperature!r}"))


@dataclass(frozen=True, kw_only=True)
class UniMax:
    """As even as it can be while no leaf is repeated more often than the mix's caps allow."""


@dataclass(frozen=True, kw_only=True)
class Explicit:
    """Shares as written, scaled to sum to 1 among the siblings that are there.

    A key is the sibling's value; for a level of several columns their values joined by "/". The key "*" is shared by
    all siblings not named, by their tokens; without it an unnamed sibling is an error. Weight 0 leaves a sibling out.
    """

    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        bad = [k for k, w in self.weights.items() if not (math.isfinite(w) and w >= 0)]
        refuse(
            "explicit weights",
            unless(bool(self.weights), "no weight given"),
            unless(not bad, f"weights must be 0 or more, see {', '.join(map(repr, bad))}"),
            unless(bool(bad) or not self.weights or sum(self.weights.values()) > 0, "all weights are 0"),
        )


@dataclass(frozen=True, kw_only=True)
class QualityCurve:
    """Siblings are quality buckets: the worst `discard` share of the tokens is left out, better ones are taken ever
    more often, the very best `max_factor` times; before caps and bounds.

    The factor at quality quantile x is max_factor * ((x - discard) / (1 - discard)) ** p, with p such that the curve's
    area is the parent's target over its supply; a bucket gets the area over its quantiles. Buckets are in the order of
    `order` (worst first), or else of their values as numbers, or else as text.

    Source:   Olmo 3, arXiv:2512.13961, section 3.4.4 and appendix A.2: discard 0.4, factor 7.
    Deviates: the paper's curves have one more factor, exp(lambda * (x - discard)), and bound the mean over the best
              5 %; here lambda is 0 and the bound holds at the very best.
    """

    discard: float
    max_factor: float
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse(
            "quality curve",
            unless(0 <= self.discard < 1, f"discard must lie in [0, 1), got {self.discard!r}"),
            unless(positive(self.max_factor), f"max_factor must be above 0, got {self.max_factor!r}"),
        )


Weighting = Natural | Alpha | Temperature | UniMax | Explicit | QualityCurve
