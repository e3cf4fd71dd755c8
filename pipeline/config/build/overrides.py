"""Single values of a job file set from outside it: `--set mix.temperature=2`."""

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from corpusmill.errors import JobError
from corpusmill.pipeline.config.base.problems import Problem
from corpusmill.pipeline.config.base.source import Path, Source, dotted, read
from corpusmill.pipeline.config.base.values import Values

PART = re.compile(r"([A-Za-z0-9_-]+)|\[([^\]]+)\]|(\.)")


@dataclass(frozen=True, kw_only=True)
class Overridden:
    """A job file with what could be set of its overrides, and what was wrong with the others."""

    source: Source
    problems: tuple[Problem, ...]


def apply_overrides(source: Source, overrides: Sequence[str]) -> Overridden:
    """`source` with each "path=value" set, the last one winning; values are YAML.

    A path is keys with dots between them; `[...]` picks from a list by number, an input by its source name and a step
    by its operator: `inputs[crawl].priority=2`, `documents[decide.language].min_score=0.5`. Problems with such a value
    are placed at the override.
    """
    data, places, problems = copy.deepcopy(source.data), dict(source.places), []
    for override in overrides:
        at = f"--set {override}"
        try:
            path = _set(data, override)
        except LookupError as e:
            problems.append(Problem(at=at, path="", message=str(e.args[0])))
        except JobError as e:
            problems += [Problem(at=at, path="", message=p.message) for p in e.problems]
        else:
            places |= {path[:n]: at for n in range(1, len(path) + 1) if path[:n] not in places} | {path: at}
    return Overridden(source=Source(file=source.file, data=data, places=places), problems=tuple(problems))


def _set(data: Any, override: str) -> Path:
    """Put the value into `data` and give the path it went to."""
    left, equals, right = override.partition("=")
    parts = _parts(left)
    if not equals or not parts:
        raise LookupError("expected path=value, e.g. mix.temperature=2")
    value = read(right, file="").data if right.strip() else None
    path: Path = ()
    here = data
    for part in parts[:-1]:
        key = _key(here, part, path)
        path = (*path, key)
        here = _inside(here, key, path)
    key = _key(here, parts[-1], path)
    here[key] = value
    return (*path, key)


def _parts(rest: str) -> list[str]:
    """The keys of a path, brackets kept on what stood in brackets; empty when it is not a path.

    >>> _parts("documents[decide.language].keep")
    ['documents', '[decide.language]', 'keep']
    """
    found = list(PART.finditer(rest.strip()))
    if "".join(m.group() for m in found) != rest.strip():
        return []
    return [m.group() for m in found if m.group() != "."]


def _key(here: Any, part: str, path: Path) -> str | int:
    """The key or list position that `part` means inside `here`."""
    word = part.removeprefix("[").removesuffix("]")
    if isinstance(here, dict):
        return word
    if not isinstance(here, list):
        raise LookupError(f"{dotted(path)} holds a single value, so nothing in it can be set")
    if word.isdigit():
        if int(word) >= len(here):
            raise LookupError(f"{dotted(path)} has {len(here)} items, counted from 0; there is no [{word}]")
        return int(word)
    named = [i for i, item in enumerate(here) if _name(item) == word]
    if len(named) != 1:
        raise LookupError(f"{dotted(path)} has {len(named)} items named {word!r}; pick one by its number, from 0")
    return named[0]


def _name(item: Any) -> str | None:
    """What an item of a list is called: an input by its source or dataset, a step by its operator or recipe."""
    if isinstance(item, str) or not isinstance(item, dict):
        return item
    for key in ("source", "dataset", "recipe", "uses"):
        if key in item:
            return item[key]
    names = [key for key in item if key != "only"]
    return names[0] if len(names) == 1 else None


def _inside(here: Any, key: str | int, path: Path) -> Any:
    """The value at `key`, made a mapping where there is none yet; for a step, its parameters."""
    if isinstance(here, dict):
        if here.get(key) is None:
            here[key] = {}
        return here[key]
    item = here[key]
    if isinstance(item, str):
        here[key] = item = {item: {}}
    if path[0] == "documents" and isinstance(item, dict):
        return _parameters(cast(Values, item))
    return item


def _parameters(step: Values) -> Values:
    names = [key for key in step if key != "only"]
    key = "override" if "recipe" in step else "with" if "uses" in step else next(iter(names), "")
    if step.get(key) is None:
        step[key] = {}
    return cast(Values, step[key])
