"""What the job file says of the mix, as the mixer wants it."""

from operators.mix.spec import Bound, Budget, Cap, Level
from operators.mix.spec import MixSpec as Mix
from operators.mix.weights import Alpha, Explicit, Natural, Temperature, UniMax, Weighting
from pipeline.config.mix import MixSpec


def mix_of(spec: MixSpec) -> Mix:
    """The mixer's spec. SpecError lists what it finds wrong."""
    return Mix(
        levels=(Level(columns=spec.axes, weighting=weighting_of(spec)),),
        bounds=tuple(Bound(where=b.where, min=b.min, max=b.max) for b in spec.bounds),
        caps=tuple(Cap(where=b.where, max_epochs=b.max_epochs) for b in spec.bounds if b.max_epochs is not None),
        budget=Budget(tokens=spec.budget_tokens),
        max_epochs=spec.max_epochs,
        seed=spec.seed,
    )


def weighting_of(spec: MixSpec) -> Weighting:
    """The one rule that gives the shares."""
    if spec.weights is not None:
        return Explicit(weights=spec.weights)
    if spec.unimax:
        return UniMax()
    if spec.temperature is not None:
        return Temperature(temperature=spec.temperature)
    return Natural() if spec.alpha is None else Alpha(alpha=spec.alpha)
