"""Recipes are unfolded into steps, and single parameters of them changed."""

from pathlib import Path

import pytest

from corpusmill.errors import JobError
from corpusmill.pipeline.config.load import parse

RECIPE = """name: mine
version: 3
source: none, a test
steps:
  - signals.counts
  - decide.bounds: {bounds: {word_count: [5, 100], char_count: [1, null]}}
  - decide.bounds: {bounds: {line_count: [2, null]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def job(folder: Path, step: str):
    return parse(f"name: j\ninputs: [{{source: a, paths: [x.txt]}}]\ndocuments:\n  - {step}\n", folder=folder)


def test_an_override_changes_one_value_and_leaves_the_rest(folder):
    steps = job(
        folder, "{recipe: mine.yaml, override: {decide.bounds: {bounds: {word_count: [9, null]}, null: drop}}}"
    ).documents
    assert [s.operator for s in steps] == ["signals.counts", "decide.bounds", "decide.bounds"]
    assert steps[1].params == {"bounds": {"word_count": [9, None], "char_count": [1, None]}, "null": "drop"}
    assert {s.recipe for s in steps} == {"mine@3"}


def test_the_second_step_of_a_name_has_a_number_and_off_leaves_a_step_out(folder):
    steps = job(folder, "{recipe: mine.yaml, override: {decide.bounds: off, decide.bounds#2: {null: drop}}}").documents
    assert [s.params for s in steps] == [{}, {"bounds": {"line_count": [2, None]}, "null": "drop"}]


WRONG = {
    "{recipe: finweb}": "documents[0]: no recipe 'finweb'; did you mean 'fineweb'?",
    "{recipe: nowhere.yaml}": "documents[0]: cannot read the recipe 'nowhere.yaml': No such file or directory",
    "{recipe: mine.yaml, overide: {}}": "documents[0]: no key 'overide'; did you mean 'override'?",
    "{recipe: mine.yaml, override: 3}": "documents[0].override: expected step: {parameters}, found 3",
    "{recipe: mine.yaml, override: {decide.bound: {}}}": (
        "documents[0].override.decide.bound: recipe 'mine' has no step 'decide.bound'; did you mean 'decide.bounds'?"
    ),
    "{recipe: mine.yaml, override: {decide.bounds: 3}}": (
        "documents[0].override.decide.bounds: expected parameters (key: value), or off, found 3"
    ),
    "{recipe: mine.yaml, override: {decide.bounds: {nul: drop}}}": (
        "documents[0].override.decide.bounds.nul: decide.bounds has no parameter 'nul'; did you mean 'null'?"
    ),
}


@pytest.mark.parametrize("step", WRONG)
def test_a_wrong_recipe_or_override_is_placed(folder, step):
    with pytest.raises(JobError) as caught:
        job(folder, step)
    assert WRONG[step] in str(caught.value)


def test_problems_of_a_recipe_file_are_placed_in_it(folder):
    (folder / "mine.yaml").write_text(
        RECIPE.replace("version: 3", "version: 0").replace("source", "sorce"), encoding="utf-8"
    )
    with pytest.raises(JobError) as caught:
        job(folder, "{recipe: mine.yaml}")
    assert str(caught.value).splitlines() == [
        "mine.yaml:1:1 needs 'source'",
        "mine.yaml:2:1 version: expected more than 0, found 0",
        "mine.yaml:3:1 no key 'sorce'; did you mean 'source'?",
    ]


def test_a_recipe_that_names_a_recipe_is_refused(folder):
    (folder / "mine.yaml").write_text(RECIPE + "  - {recipe: gopher}\n", encoding="utf-8")
    with pytest.raises(JobError, match="a recipe names no other recipe, found the mapping"):
        job(folder, "{recipe: mine.yaml}")
