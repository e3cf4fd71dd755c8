"""Single values set from outside a job file."""

import pytest

from corpusmill.errors import JobError
from corpusmill.pipeline.config.load import parse

C = "tests.unit.config.craft."
JOB = f"""name: j
inputs:
  - {{source: a, paths: [x], format: {C}Lines}}
  - {{source: b, paths: [x], format: {C}Lines, priority: 2}}
documents:
  - signals.language
  - {C}Only: {{keep: [en]}}
  - uses: {C}Trim
"""


def job(*overrides):
    return parse(JOB, overrides=overrides)


def test_a_value_is_read_as_yaml_and_the_last_one_wins():
    spec = job("mix.temperature=2", "mix.temperature=3.5", "name=other", "mix.axes=[language]", "output_shards=null")
    assert spec.mix.temperature == 3.5
    assert spec.name == "other"
    assert spec.mix.axes == ("language",)
    assert spec.output_shards is None


def test_an_input_is_picked_by_its_source_and_a_step_by_its_operator():
    spec = job("inputs[b].priority=7", "inputs.0.language=en", f"documents[{C}Only].min_score=0.9")
    assert [(i.priority, i.language) for i in spec.inputs] == [(1, "en"), (7, None)]
    assert spec.documents[1].params == {"keep": ["en"], "min_score": 0.9}


def test_a_step_without_parameters_gets_some():
    spec = job(
        "documents[signals.language].sample_bytes=500",
        "documents[0].column=tongue",
        f"documents[{C}Only]=signals.line_shape",
    )
    assert spec.documents[0].params == {"sample_bytes": 500, "column": "tongue"}
    assert spec.documents[1].operator == "signals.line_shape"


WRONG = {
    "mix.temprature=2": "--set mix.temprature=2 mix: no key 'temprature'; did you mean 'temperature'?",
    "mix.temperature=hot": "--set mix.temperature=hot mix.temperature: expected a number, found the text 'hot'",
    "mix.temperature": "--set mix.temperature expected path=value, e.g. mix.temperature=2",
    "a b=2": "--set a b=2 expected path=value, e.g. mix.temperature=2",
    "name.x=2": "--set name.x=2 name holds a single value, so nothing in it can be set",
    "inputs[9].priority=2": "--set inputs[9].priority=2 inputs has 2 items, counted from 0; there is no [9]",
    "inputs[c].priority=2": "--set inputs[c].priority=2 inputs has 0 items named 'c'; pick one by its number, from 0",
    "mix.axes=[a": "--set mix.axes=[a this is not YAML: expected ',' or ']', but got '<stream end>'",
    "inputs[a].storage.secret=hunter22": (
        "--set inputs[a].storage.secret=*** inputs[0].storage.secret: no secret belongs into a job file; "
        "take out 'secret' and put it into fsspec's own configuration "
        "(FSSPEC_<PROTOCOL>_<OPTION>, or ~/.config/fsspec/conf.json)"
    ),
}


@pytest.mark.parametrize("override", WRONG)
def test_a_wrong_override_is_named(override):
    with pytest.raises(JobError) as caught:
        job(override)
    assert str(caught.value).splitlines() == [WRONG[override]]


def test_every_override_that_cannot_be_read_is_reported():
    with pytest.raises(JobError) as caught:
        job("x", "name.y=1")
    assert len(caught.value.problems) == 2


def test_an_override_that_cannot_be_read_hides_no_other_problem():
    with pytest.raises(JobError) as caught:
        parse(JOB.replace("signals.language", "signals.langage"), overrides=["x", "mix.temprature=2"])
    told = str(caught.value)
    assert "expected path=value" in told
    assert "did you mean 'temperature'" in told
    assert "did you mean 'signals.language'" in told
