"""A mix that cannot be meant is refused at once, with every bad argument in one message."""

import pytest

from corpusmill.errors import SpecError
from corpusmill.operators.mix.spec.schedule import HeadDecay, Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec, Multiplier
from corpusmill.operators.mix.spec.weights import Alpha, Explicit, QualityCurve, Temperature
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap, Replay

LEVEL = Level(columns=("language",))


def test_all_bad_arguments_are_named_in_one_message():
    with pytest.raises(SpecError) as caught:
        MixSpec(levels=(), max_epochs=0, min_tokens=-1, on_exhausted="panic", held_out=1.0, seed=-1)
    message = str(caught.value)
    for name in ("level", "max_epochs", "min_tokens", "on_exhausted", "held_out", "seed"):
        assert name in message


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Alpha(alpha=-0.1), "alpha must be 0 or more"),
        (lambda: Temperature(temperature=0), "temperature must be above 0"),
        (lambda: Explicit(weights={}), "no weight given"),
        (lambda: Explicit(weights={"en": 0}), "all weights are 0"),
        (lambda: Explicit(weights={"en": -1, "de": 1}), "see 'en'"),
        (lambda: QualityCurve(discard=1, max_factor=7), r"discard must lie in \[0, 1\)"),
        (lambda: Bound(where={}, max=0.5), "picks everything"),
        (lambda: Bound(where={"language": ("en",)}, min=0.3, max=0.2), "0 <= min <= max <= 1"),
        (lambda: Bound(where={"language": "en"}), "tuple of strings"),
        (lambda: Cap(where={"language": ("en",)}, max_epochs=0), "max_epochs must be above 0"),
        (lambda: Boost(where={"language": ("en",)}, factor=0), "factor must be above 0"),
        (lambda: Replay(where={"source": ("old",)}, share=1), r"share must lie in \(0, 1\)"),
        (lambda: HeadDecay(factor=1.1), r"factor must lie in \(0, 1\]"),
        (lambda: Budget(tokens=1, multiple=1), "not both"),
        (lambda: Multiplier(column="copies", steps=((5, 5), (1, 1))), "steps must rise"),
        (lambda: MixSpec(levels=(LEVEL, LEVEL)), "a column stands in two places"),
        (lambda: MixSpec(levels=(LEVEL,), phases=(Phase(name="a", share=0.5),)), "sum to 0.5"),
        (lambda: MixSpec(levels=(LEVEL,), phases=(Phase(name="a", share=0.5),) * 2), "names repeat"),
    ],
)
def test_a_bad_argument_is_refused_in_words(make, complaint):
    with pytest.raises(SpecError, match=complaint):
        make()


def test_leaf_columns_are_all_that_levels_bounds_boosts_and_replay_name():
    spec = MixSpec(
        levels=(Level(columns=("domain",)), Level(columns=("language",))),
        bounds=(Bound(where={"quality": ("9",)}, max=0.5),),
        phases=(Phase(name="all", share=1, boosts=(Boost(where={"language": ("sw",), "year": ("2026",)}, factor=2),)),),
        replay=Replay(where={"source": ("old",)}, share=0.05),
    )
    assert spec.columns() == ("domain", "language", "quality", "year", "source")
