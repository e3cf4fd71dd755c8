"""The `documents` list of a job file, unfolded: every step by name, recipes and their overrides worked in."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from corpusmill.errors import JobError
from corpusmill.operators import load
from corpusmill.pipeline.config.base.messages import found
from corpusmill.pipeline.config.base.problems import Problem, nearest
from corpusmill.pipeline.config.base.source import Path, Source
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.config.build.recipes import Recipe, find_recipe
from corpusmill.pipeline.config.sections.steps import OnlySpec, StepSpec


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A step, and where the job file says it: `path` the item, `params` where a parameter of that name would stand."""

    step: StepSpec
    path: Path
    params: Path


@dataclass(frozen=True, kw_only=True)
class Unfolded:
    """The steps that could be read, and what was wrong with the others."""

    steps: tuple[Placed, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(kw_only=True)
class _Unfolding:
    source: Source
    folder: File
    problems: list[Problem] = field(default_factory=list)

    def say(self, path: Path, message: str) -> None:
        self.problems.append(self.source.problem(path, message))

    def steps(self, items: list[Any]) -> Iterator[Placed]:
        for number, item in enumerate(items):
            path: Path = ("documents", number)
            if isinstance(item, dict) and "recipe" in item:
                yield from self.recipe(item, path)
            elif step := self.step(item, path):
                yield step

    def step(self, item: Any, path: Path) -> Placed | None:
        """One step in any of its forms but a recipe; null, and a problem, when it has none of them."""
        if isinstance(item, dict) and "only" in item and len(item) > 1:
            placed = self.step({key: value for key, value in item.items() if key != "only"}, path)
            only = self.only_for(item["only"], path)
            return placed and dataclasses.replace(placed, step=placed.step.model_copy(update={"only": only}))
        match item:
            case "":
                self.say(path, "expected the name of an operator, found an empty text; take the line out, or name one")
            case str():
                return Placed(step=StepSpec(operator=item), path=path, params=path)
            case {"recipe": _}:
                self.say(path, f"a recipe names no other recipe, found {found(item)}")
            case {"uses": ""} | {"": _}:
                self.say(path, "expected the name of an operator, found an empty text; take the line out, or name one")
            case {"uses": str() as name, **rest}:
                self.only(rest, ("with",), path)
                return self.with_params(name, rest.get("with"), path, (*path, "with"))
            case dict() if len(item) == 1:
                ((name, params),) = item.items()
                return self.with_params(name, params, path, (*path, name))
            case dict() if len(item) > 1:
                keys = ", ".join(map(repr, item))
                self.say(path, f"a step is one name with its parameters under it, found {keys}; indent the parameters")
            case _:
                self.say(path, f"expected the name of an operator, or name: {{parameters}}, found {found(item)}")
        return None

    def only_for(self, value: Any, path: Path) -> OnlySpec | None:
        """The sources that a step is for; null, and a problem, when that is not what stands there."""
        names = value.get("source") if isinstance(value, dict) else None
        names = [names] if isinstance(names, str) else names
        listed = isinstance(names, list) and bool(names) and all(isinstance(name, str) for name in names)
        if not isinstance(value, dict) or value.keys() != {"source"} or not listed:
            self.say((*path, "only"), f"expected names of sources, {{source: [a, b]}}, found {found(value)}")
            return None
        return OnlySpec(source=tuple(names or ()))

    def with_params(self, name: str, params: Any, path: Path, params_path: Path) -> Placed | None:
        if params is not None and not isinstance(params, dict):
            self.say(params_path, f"expected parameters (key: value), found {found(params)}")
            return None
        return Placed(step=StepSpec(operator=name, params=spelt_out(name, params or {})), path=path, params=params_path)

    def only(self, rest: Mapping[str, Any], allowed: tuple[str, ...], path: Path) -> None:
        for key in rest:
            if key not in allowed:
                at = self.source.at((*path, key))
                here = self.source.problem(path, "").path
                self.problems.append(Problem(at=at, path=here, message=f"no key {key!r}{nearest(key, allowed)}"))

    def recipe(self, item: Mapping[str, Any], path: Path) -> Iterator[Placed]:
        """The steps of a recipe, with the overrides of the job file laid over their parameters."""
        self.only(item, ("recipe", "override", "only"), path)
        only = self.only_for(item["only"], path) if "only" in item else None
        override = item.get("override") or {}
        if not isinstance(override, dict):
            self.say((*path, "override"), f"expected step: {{parameters}}, found {found(override)}")
            return
        try:
            recipe = find_recipe(str(item["recipe"]), self.folder)
        except LookupError as e:
            self.say((*path, "recipe"), str(e.args[0]))
            return
        except JobError as e:
            self.problems += e.problems
            return
        yield from self.overridden(recipe, override, path, only)

    def overridden(
        self, recipe: Recipe, override: Mapping[str, Any], path: Path, only: OnlySpec | None
    ) -> Iterator[Placed]:
        steps = [step for each in recipe.steps if (step := self.step(each, (*path, "recipe")))]
        names = numbered([placed.step.operator for placed in steps])
        for name, params in override.items():
            where: Path = (*path, "override", name)
            if name not in names:
                self.say(where, f"recipe {recipe.name!r} has no step {name!r}{nearest(name, names)}")
            elif not isinstance(params, dict | None) and params != "off":
                self.say(where, f"expected parameters (key: value), or off, found {found(params)}")
        for name, placed in zip(names, steps, strict=True):
            params = override.get(name) or {}
            if params == "off":
                continue
            if isinstance(params, dict):
                merged = laid_over(placed.step.params, spelt_out(placed.step.operator, params))
                origin = f"{recipe.name}@{recipe.version}"
                step = StepSpec(operator=placed.step.operator, params=merged, recipe=origin, only=only)
                yield Placed(step=step, path=path, params=(*path, "override", name))


def spelt_out(name: str, params: Mapping[str, Any]) -> Values:
    """`params` of an operator that has a parameter for all keys which are none of its own, with them under it.

    >>> spelt_out("decide.values", {"noai": {"drop": [True]}, "null": "keep"})
    {'null': 'keep', 'values': {'noai': {'drop': [True]}}}
    """
    rest = getattr(load.find(name), "rest", None) if name in load.names() else None
    if rest is None or rest in params:
        return dict(params)
    known = {f.name for f in dataclasses.fields(load.find(name))}
    mine = {key: value for key, value in params.items() if key in known}
    others = {key: value for key, value in params.items() if key not in known}
    return {**mine, rest: others} if others else mine


def unfolded(source: Source, folder: File) -> Unfolded:
    """The steps of `source`; recipes that are files are looked for in `folder`."""
    items = source.data.get("documents")
    work = _Unfolding(source=source, folder=folder)
    if items is None:
        return Unfolded()
    if not isinstance(items, list):
        work.say(("documents",), f"expected a list of steps, found {found(items)}")
        return Unfolded(problems=tuple(work.problems))
    steps = tuple(work.steps(items))
    return Unfolded(steps=steps, problems=tuple(work.problems))


def numbered(names: list[str]) -> list[str]:
    """Names as overrides call them: the second of a name is `name#2`.

    >>> numbered(["decide.bounds", "signals.lines", "decide.bounds"])
    ['decide.bounds', 'signals.lines', 'decide.bounds#2']
    """
    counts = [names[: i + 1].count(name) for i, name in enumerate(names)]
    return [name if n == 1 else f"{name}#{n}" for name, n in zip(names, counts, strict=True)]


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Values:
    """`below` with the keys of `above` set, mappings in both merged key by key.

    >>> laid_over({"bounds": {"a": 1, "b": 2}, "k": [1]}, {"bounds": {"b": 3}, "k": []})
    {'bounds': {'a': 1, 'b': 3}, 'k': []}
    """
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        merged[key] = laid_over(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
