"""Recipes: named, versioned lists of steps in pipeline/recipes/NAME.yaml, or in a file of the user's own."""

import importlib.resources
from pathlib import Path as File
from typing import Annotated, Any

from pydantic import Field, ValidationError

from corpusmill.pipeline import recipes
from corpusmill.pipeline.config.base.messages import found, problems_of
from corpusmill.pipeline.config.base.problems import Problem, job_error, nearest
from corpusmill.pipeline.config.base.section import Positive, Section
from corpusmill.pipeline.config.base.source import read

SUFFIX = ".yaml"


class Recipe(Section):
    """What a recipe file says."""

    name: Annotated[str, Field(min_length=1)]
    """What job files call it."""
    version: Positive
    """Raised by hand whenever a step or a parameter changes."""
    source: Annotated[str, Field(min_length=1)]
    """The publication its numbers come from, and what differs from it."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the languages its rules were made for; none: for all."""
    steps: Annotated[tuple[Any, ...], Field(min_length=1)]
    """The steps, written as in a job file; a recipe names no other recipe."""


def recipe_names() -> tuple[str, ...]:
    """Every recipe that ships."""
    files = importlib.resources.files(recipes).iterdir()
    return tuple(sorted(f.name.removesuffix(SUFFIX) for f in files if f.name.endswith(SUFFIX)))


def find_recipe(name: str, folder: File) -> Recipe:
    """The recipe that ships as `name`, or the one in the file `name` (it ends in .yaml) beside the job, in `folder`.

    Raises LookupError when there is none, JobError when its file is wrong.
    """
    if name.endswith(SUFFIX):
        try:
            return parse_recipe((folder / name).read_text(encoding="utf-8"), file=name)
        except OSError as e:
            raise LookupError(f"cannot read the recipe {name!r}: {e.strerror}") from e
        except UnicodeDecodeError as e:
            told = f"cannot read the recipe {name!r}: it is not UTF-8 text ({e.reason}); save it as UTF-8"
            raise LookupError(told) from e
    if name not in recipe_names():
        near = nearest(name, recipe_names())
        raise LookupError(f"no recipe {name!r}{near}" + ("" if "?" in near else "; your own is a path ending in .yaml"))
    text = importlib.resources.files(recipes).joinpath(name + SUFFIX).read_text(encoding="utf-8")
    return parse_recipe(text, file=name + SUFFIX)


def parse_recipe(text: str, *, file: str) -> Recipe:
    """The recipe that `text` describes. Raises JobError with every problem of its frame; steps are checked in a job."""
    source = read(text, file=file)
    if not isinstance(source.data, dict):
        message = f"expected name, version, source and steps, found {found(source.data)}"
        raise job_error([Problem(at=source.at(()), path="", message=message)])
    lists = {key: tuple(source.data[key]) for key in ("steps", "languages") if isinstance(source.data.get(key), list)}
    data = source.data | lists
    try:
        return Recipe.model_validate(data)
    except ValidationError as e:
        raise job_error(problems_of(e, source, Recipe)) from e
