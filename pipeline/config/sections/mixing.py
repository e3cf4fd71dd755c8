"""What the job file says of the mix, as the mixer wants it."""

from collections.abc import Sequence

from corpusmill.operators.mix.spec.schedule import HeadDecay, Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, Multiplier, OnExhausted
from corpusmill.operators.mix.spec.spec import MixSpec as Mix
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.weights import Alpha, Explicit, Natural, QualityCurve, Temperature, UniMax, Weighting
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap, Replay
from corpusmill.pipeline.config.sections.bounds import BoundSpec
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.phases import PhaseSpec
from corpusmill.pipeline.config.sections.shares import RuleSpec


def mix_of(spec: MixSpec) -> Mix:
    """The mixer's spec. SpecError lists what it finds wrong."""
    decay, replay, times = spec.head_decay, spec.replay, spec.multiplier
    return Mix(
        levels=levels_of(spec.levels or (spec,)),
        bounds=windows(spec.bounds),
        caps=tuple(Cap(where=b.where, max_epochs=b.max_epochs) for b in spec.bounds if b.max_epochs is not None),
        budget=Budget(tokens=spec.budget, multiple=spec.budget_multiple),
        max_epochs=spec.max_epochs,
        min_tokens=spec.min_rows if spec.unit == "rows" else spec.min_tokens,
        on_exhausted=OnExhausted(spec.on_exhausted),
        phases=tuple(map(phase_of, spec.phases)),
        head_decay=HeadDecay(factor=decay.factor, head=decay.head) if decay else None,
        replay=Replay(where=replay.where, share=replay.share) if replay else None,
        multiplier=Multiplier(column=times.column, steps=times.steps) if times else None,
        held_out=spec.held_out,
        seed=spec.seed,
        unit=Unit(spec.unit),
    )


def validation_of(spec: MixSpec) -> Mix:
    """The mixer's spec of what the job holds out: every document once, in the leaves of its mix."""
    return Mix(
        levels=(Level(columns=spec.leaf_columns(), weighting=Natural()),),
        held_out=spec.held_out,
        validation=True,
        seed=spec.seed,
    )


def phase_of(spec: PhaseSpec) -> Phase:
    """One stage of training."""
    return Phase(
        name=spec.name,
        share=spec.share,
        levels=None if spec.levels is None else levels_of(spec.levels),
        bounds=None if spec.bounds is None else windows(spec.bounds),
        boosts=tuple(Boost(where=b.where, factor=b.factor) for b in spec.boosts),
        ramp_steps=spec.ramp_steps,
    )


def levels_of(rules: Sequence[RuleSpec]) -> tuple[Level, ...]:
    """The tree, top first."""
    return tuple(Level(columns=rule.axes, weighting=weighting_of(rule)) for rule in rules)


def windows(bounds: Sequence[BoundSpec]) -> tuple[Bound, ...]:
    """The bounds that say something of shares."""
    return tuple(Bound(where=b.where, min=b.min, max=b.max) for b in bounds)


def weighting_of(spec: RuleSpec) -> Weighting:
    """The one rule that gives the shares."""
    if spec.weights is not None:
        return Explicit(weights=spec.weights)
    if spec.quality_curve is not None:
        curve = spec.quality_curve
        return QualityCurve(discard=curve.discard, max_factor=curve.max_factor, order=curve.order)
    if spec.unimax:
        return UniMax()
    if spec.temperature is not None:
        return Temperature(temperature=spec.temperature)
    return Natural() if spec.alpha is None else Alpha(alpha=spec.alpha)
