"""All that a job file can say of its mix reaches the mixer, the short ways and the long."""

import json
from pathlib import Path

import pytest

from corpusmill.errors import JobError
from corpusmill.operators.mix.spec.schedule import HeadDecay, Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec, Multiplier, OnExhausted
from corpusmill.operators.mix.spec.weights import Explicit, Natural, QualityCurve, Temperature
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap, Replay
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.mixing import mix_of
from corpusmill.pipeline.stages.tokenize.stage import axes_units, units_of
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

HEAD = "name: j\ninputs: [{source: a, paths: [x.jsonl], columns: {quality: q}, domain: law, language: e}]\n"
LAST_YEAR = HEAD.replace("}]", "}, {source: last-year, paths: [y.jsonl], columns: {quality: q}}]")
LONG = """
mix:
  levels:
    - {axes: domain, weights: {law: 0.2, "*": 0.8}}
    - {axes: [language], temperature: 3.33}
    - {axes: quality, quality_curve: {discard: 0.4, max_factor: 7, order: [low, high]}}
  budget_multiple: 2
  max_epochs: 6
  min_tokens: 100
  on_exhausted: shrink_budget
  bounds:
    - {where: {domain: law}, min: 0.15, max: 0.2, max_epochs: 2}
  phases:
    - {name: main, share: 0.9}
    - name: end
      share: 0.1
      ramp_steps: 2
      levels: [{axes: domain}]
      bounds: [{where: {domain: [law, code]}, max: 0.5}]
      boosts: [{where: {language: sw}, factor: 3}]
  head_decay: {factor: 0.7, head: 0.5}
  replay: {where: {source: last-year}, share: 0.05}
  multiplier: {column: copies, steps: [[1, 1], [2, 2.5]]}
  held_out: 0.01
  held_out_seed: 3
  seed: 7
"""


def mix(text: str, folder: str | Path = "/jobs", head: str = HEAD) -> MixSpec:
    return mix_of(parse(head + text, folder=folder).mix)


def test_everything_said_reaches_the_mixer():
    law = {"domain": ("law",)}
    assert mix(LONG, head=LAST_YEAR) == MixSpec(
        levels=(
            Level(columns=("domain",), weighting=Explicit(weights={"law": 0.2, "*": 0.8})),
            Level(columns=("language",), weighting=Temperature(temperature=3.33)),
            Level(columns=("quality",), weighting=QualityCurve(discard=0.4, max_factor=7, order=("low", "high"))),
        ),
        bounds=(Bound(where=law, min=0.15, max=0.2),),
        caps=(Cap(where=law, max_epochs=2),),
        budget=Budget(multiple=2),
        max_epochs=6,
        min_tokens=100,
        on_exhausted=OnExhausted.SHRINK_BUDGET,
        phases=(
            Phase(name="main", share=0.9),
            Phase(
                name="end",
                share=0.1,
                ramp_steps=2,
                levels=(Level(columns=("domain",), weighting=Natural()),),
                bounds=(Bound(where={"domain": ("law", "code")}, max=0.5),),
                boosts=(Boost(where={"language": ("sw",)}, factor=3),),
            ),
        ),
        head_decay=HeadDecay(factor=0.7, head=0.5),
        replay=Replay(where={"source": ("last-year",)}, share=0.05),
        multiplier=Multiplier(column="copies", steps=((1, 1), (2, 2.5))),
        held_out=0.01,
        seed=7,
    )


def test_a_head_that_fades_is_one_line():
    found = mix("mix: {budget_multiple: 4, max_epochs: 8, phases: 4, head_decay: 0.7}\n")
    assert found.head_decay == HeadDecay(factor=0.7)
    assert [(p.name, p.share) for p in found.phases] == [("1", 0.25), ("2", 0.25), ("3", 0.25), ("4", 0.25)]


def test_the_simple_form_stays_as_it_was():
    found = mix("mix: {axes: domain, temperature: 2, budget_tokens: 50}\n")
    level = Level(columns=("domain",), weighting=Temperature(temperature=2))
    assert found == MixSpec(levels=(level,), budget=Budget(tokens=50))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.json", '{"d/e": 3, "*": 1}'),
        ("w.yaml", "d/e: 3\n'*': 1\n"),
        ("w.csv", "leaf,weight\nd/e,3\n*,1\n"),
        ("w.csv", "d/e,3\n*,1\n"),
    ],
)
def test_weights_are_read_from_a_file_into_the_job(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    spec = parse(f"{HEAD}mix: {{weights: {name}}}\n", folder=tmp_path)
    assert spec.mix.weights == {"d/e": 3, "*": 1}
    assert json.loads(spec.to_canonical())["mix"]["weights"] == {"d/e": 3, "*": 1}


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("w.csv", "d/e,3\nd/e,4\n", "w.csv, line 2: 'd/e' stands there twice"),
        ("w.csv", "d/e,much\n", "w.csv, line 1: expected group,weight, found 'd/e,much'"),
        ("w.json", "[1]", "w.json: expected a mapping of groups to numbers"),
        ("w.json", "{", "w.json cannot be read as weights"),
        ("w.json", '{"d/e": -3}', "expected at least 0, found -3"),
        ("w.json", '{"d": 3}', "expected domain/language, found 'd'"),
    ],
)
def test_a_file_of_weights_that_is_wrong_is_reported_at_the_line_that_names_it(tmp_path, name, content, complaint):
    (tmp_path / name).write_text(content)
    with pytest.raises(JobError) as caught:
        parse(f"{HEAD}mix: {{weights: {name}}}\n", folder=tmp_path)
    assert complaint in str(caught.value)
    assert str(caught.value).startswith("job.yaml:3:")


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("{axes: [language, domain], alpha: 0.5}", False),
        ("{levels: [{axes: domain}, {axes: language, unimax: true}]}", False),
        ("{axes: [language, quality]}", True),
        ("{replay: {where: {quality: high}, share: 0.1}}", True),
        ("{multiplier: {column: copies}}", True),
    ],
)
def test_only_columns_that_are_new_to_the_mix_make_axes_again_and_none_tokenizes(changed, again):
    shards = {"ab12": UnitFiles.of(Shard(0, 0, "crawl", "warc", "a.warc.gz", 0, 1, 1, "e"))}
    before, after = (parse(f"{HEAD}{mix}\n", folder="/jobs") for mix in ("", f"mix: {changed}"))
    tokens = [units_of(spec, shards, {"ab12": "duplicates/ab12/9f.parquet"}) for spec in (before, after)]
    assert tokens[0] == tokens[1]
    counts = {"t1": {"ingested": "ab12", "duplicates": "9f", "source": "crawl", "uri": "a.warc.gz"}}
    named = [axes_units(spec, counts)[0]["name"] for spec in (before, after)]
    assert (named[0] != named[1]) is again
