"""Addresses made ready for a run, and secrets kept out of what a job file says."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.errors import InvalidAddress
from corpusmill.operators.tokens.chat.sources import NAMES, OF_TOKENIZER
from corpusmill.pipeline.config.base.addresses import Surroundings, remedy
from corpusmill.pipeline.config.base.formats import list_address
from corpusmill.pipeline.config.base.secrets import redacted, secret_option
from corpusmill.pipeline.config.base.source import Path
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.config.sections.spec import JobSpec

TEMPLATE: Path = ("tokens", "template")

# Where addresses stand in a job file; "*" is every item of a list.
ADDRESSES: tuple[Path, ...] = (
    ("workspace",),
    ("output",),
    ("inputs", "*", "paths", "*"),
    ("inputs", "*", "prefix"),
    ("tokens", "tokenizer"),
    TEMPLATE,
    ("mix", "plan"),
    ("policy", "file"),
)


@dataclass(frozen=True, kw_only=True)
class Located:
    """A job file with its addresses ready, and what was wrong with some of them: (path, message)."""

    full: Values
    complaints: tuple[tuple[Path, str], ...]


def located(full: Mapping[str, Any], around: Surroundings) -> Located:
    """`full` with every address absolute and filled in; workspace and output always stand in the result."""
    own = {name: full.get(name, JobSpec.model_fields[name].default) for name in ("workspace", "output")}
    done = copy.deepcopy({**full, **own})
    complaints: list[tuple[Path, str]] = []

    def ready(value: Any, rest: Path, path: Path) -> Any:
        if not rest:
            if path == TEMPLATE and value in (OF_TOKENIZER, *NAMES):
                return value
            try:
                return around.located(value) if isinstance(value, str) and (value or path[-1] != "prefix") else value
            except InvalidAddress as e:
                complaints.append((path, e.args[0]))
                return value
        part, *inner = rest
        if part == "*" and isinstance(value, tuple):
            return tuple(ready(each, tuple(inner), (*path, i)) for i, each in enumerate(value))
        if isinstance(value, dict) and part in value:
            return {**value, part: ready(value[part], tuple(inner), (*path, part))}
        return value

    for address in ADDRESSES:
        done = ready(done, address, ())
    if isinstance(inputs := done.get("inputs"), tuple):
        done["inputs"] = tuple(_with_prefix(each, around) for each in inputs)
    return Located(full=done, complaints=tuple(complaints))


def _with_prefix(given: Any, around: Surroundings) -> Any:
    """An input whose lists of paths start at the job file's folder, as paths in the job file itself do."""
    paths = given.get("paths") if isinstance(given, dict) else None
    listed = isinstance(paths, tuple) and any(isinstance(p, str) and list_address(p) for p in paths)
    return {**given, "prefix": f"{around.folder.absolute()}/"} if listed and given.get("prefix", "") == "" else given


def secrets_in(full: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every place outside addresses where a job file holds a secret, and where the secret belongs."""
    inputs = full.get("inputs")
    for number, each in enumerate(inputs if isinstance(inputs, tuple) else ()):
        if isinstance(each, dict):
            paths = each.get("paths")
            address = str(paths[0]) if isinstance(paths, tuple) and paths else ""
            yield from _secret_options(each.get("storage"), ("inputs", number, "storage"), address)
            yield from _secret_options(each.get("options"), ("inputs", number, "options"), address)
    yield from _secret_options(full.get("storage"), ("storage",), str(full.get("workspace", "")))


def _secret_options(value: Any, path: Path, address: str) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(inner, Mapping | list) and secret_option(str(name), inner):
                yield (*path, name), f"no secret belongs into a job file; take out {name!r} and {remedy(address)}"
            else:
                yield from _secret_options(inner, (*path, name), address)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _secret_options(inner, (*path, number), address)
    elif isinstance(value, str) and redacted(value) != value:
        yield path, f"no secret belongs into a job file ({redacted(value)}); {remedy(address)}"
