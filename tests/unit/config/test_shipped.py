"""What ships is valid: the starter file, the demo, the recipes, every operator as the checks see it."""

import json
from pathlib import Path

import jsonschema
import pytest

from corpusmill.operators import load as operators
from corpusmill.pipeline import config, recipes
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.source import read
from corpusmill.pipeline.config.build.building import build
from corpusmill.pipeline.config.build.recipes import find_recipe, recipe_names
from corpusmill.pipeline.config.load import load, parse
from corpusmill.pipeline.config.schema import job_schema
from corpusmill.pipeline.config.sections.spec import JobSpec
from tests.contract.needed import PARAMS

STARTER = Path(config.__path__[0]) / "starter.yaml"
DEMO = Path(config.__path__[0]).parents[1] / "demo" / "demo.yaml"


def test_the_starter_file_is_a_job():
    assert load(STARTER).name == "my-corpus"


def test_the_starter_file_shows_the_defaults():
    """Every key it gives below `inputs` and `documents` has the value it would have anyway."""
    spec = load(STARTER)
    bare = JobSpec(name="my-corpus", inputs=spec.inputs)
    assert spec.sample == bare.sample
    assert spec.tokens == bare.tokens
    assert spec.dedup == bare.dedup.model_copy(update={"near": spec.dedup.near})
    assert spec.dedup.near == bare.dedup.near.model_copy(update={"preset": "fineweb"})
    assert spec.mix == bare.mix
    for key in ("output_shards", "on_failure", "max_failed_share", "shard_tokens"):
        assert getattr(spec, key) == getattr(bare, key), key


def test_the_examples_in_the_starter_file_are_valid_too():
    """With each comment that stands for a key or an item taken off."""
    lines = []
    for line in STARTER.read_text(encoding="utf-8").splitlines():
        body = line.lstrip()
        shown = body.startswith("# ") and line != body and not body.startswith("# - uses") and "with:" not in body
        lines.append(line.replace("# ", "", 1) if shown else line)
    spec = parse("\n".join(lines), folder="/jobs")
    assert [i.source for i in spec.inputs] == ["crawl", "books", "commoncrawl"]
    assert [s.params for s in spec.documents if s.operator == "decide.fineweb2"] == [{"min_words": 20}]
    assert spec.mix.bounds[0].where == {"language": ("de",)}


def test_the_demo_is_a_job():
    assert load(DEMO).name == "demo"


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_is_named_like_its_file_and_runs_on_text(name):
    recipe = find_recipe(name, Path())
    assert recipe.name == name
    spec = parse(f"name: j\ninputs: [{{source: a, paths: [x.txt]}}]\ndocuments: [{{recipe: {name}}}]\n")
    assert {step.recipe for step in spec.documents} == {f"{name}@{recipe.version}"}
    assert len(spec.documents) == len(recipe.steps)


def test_there_are_recipes():
    files = [f.name for f in Path(recipes.__path__[0]).glob("*.yaml")]
    assert {f"{name}.yaml" for name in recipe_names()} == set(files)
    assert {"gopher", "c4", "fineweb"} <= set(recipe_names())


@pytest.mark.parametrize("name", operators.names())
def test_the_checks_accept_every_operator_that_ships(name):
    built = build(name, PARAMS.get(name, {}), Surroundings(folder=Path("/jobs"), environment={}))
    assert built.wrong == ()
    assert built.operator is not None


def test_the_schema_for_editors_knows_every_key_and_says_what_it_is():
    schema = job_schema()
    assert set(schema["properties"]) == set(JobSpec.model_fields)
    assert json.loads(json.dumps(schema)) == schema
    parts = [schema, *schema["$defs"].values()]
    bare = [(p.get("title"), k) for p in parts for k, v in p["properties"].items() if not v.get("description")]
    assert bare == []


@pytest.mark.thorough
@pytest.mark.parametrize("file", [STARTER, DEMO], ids=["starter", "demo"])
def test_the_schema_for_editors_takes_what_is_valid_and_the_short_forms(file):
    text = file.read_text(encoding="utf-8")
    jsonschema.validate(read(text, file="").data, job_schema())
    near = text.replace("near: fineweb", "near: {bands: 3}").replace("axes: [domain, language]", "axes: domain")
    jsonschema.validate(read(near, file="").data, job_schema())
    with pytest.raises(jsonschema.ValidationError, match="axs"):
        jsonschema.validate(read(text.replace("axes", "axs"), file="").data, job_schema())
