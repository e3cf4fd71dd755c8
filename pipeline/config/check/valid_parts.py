"""What of a job can be looked at before work, be the job right or wrong: so that all that is wrong is told at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from corpusmill.operators.contract import Operator
from corpusmill.pipeline.config.base.formats import list_address
from corpusmill.pipeline.config.base.section import Section
from corpusmill.pipeline.config.base.source import Path
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, kw_only=True)
class ValidPath:
    """A path of an input that is right as far as this path needs it."""

    at: Path
    path: str
    spec: InputSpec


@dataclass(frozen=True, kw_only=True)
class ValidStep:
    """A step that could be built; `params`: where a parameter of it would stand."""

    at: Path
    params: Path
    name: str
    operator: Operator


@dataclass(frozen=True, kw_only=True)
class ValidParts:
    """Each with its place in the job file; what is wrong in the job is left out. tokenizer: an address to read."""

    paths: tuple[ValidPath, ...] = ()
    steps: tuple[ValidStep, ...] = ()
    tokens: TokensSpec | None = None
    tokenizer: str | None = None
    plan: str | None = None


def parts_of(spec: JobSpec) -> ValidParts:
    """Everything, of a job that is right. Recipes are unfolded; `commands.submitted_paths` finds the lines."""
    numbered = enumerate(spec.inputs)
    steps = [(("documents", number), step) for number, step in enumerate(spec.documents)]
    return ValidParts(
        paths=tuple(k for number, each in numbered for k in _paths(("inputs", number), each)),
        steps=tuple(
            ValidStep(at=at, params=(*at, step.operator), name=step.operator, operator=step.build())
            for at, step in steps
        ),
        tokens=spec.tokens,
        tokenizer=spec.tokens.tokenizer,
        plan=spec.mix.plan,
    )


def parts_in(full: Mapping[str, Any], steps: Sequence[ValidStep], wrong: Collection[Path]) -> ValidParts:
    """What is known of a job file written out, its addresses made ready. wrong: places where they could not be."""
    inputs = full.get("inputs")
    tokens, mix = full.get("tokens", {}), full.get("mix")
    tokenizer = tokens.get("tokenizer") if isinstance(tokens, Mapping) else None
    plan = mix.get("plan") if isinstance(mix, Mapping) else None
    found = [k for n, each in enumerate(inputs if isinstance(inputs, tuple) else ()) for k in _salvaged(n, each)]
    return ValidParts(
        paths=tuple(k for k in found if k.at not in wrong),
        steps=tuple(steps),
        tokens=_section_or_none(TokensSpec, tokens) if ("tokens", "tokenizer") not in wrong else None,
        tokenizer=tokenizer if isinstance(tokenizer, str) and ("tokens", "tokenizer") not in wrong else None,
        plan=plan if isinstance(plan, str) and ("mix", "plan") not in wrong else None,
    )


def _salvaged(number: int, value: Any) -> Iterator[ValidPath]:
    """The paths of an input. Where a key of it is wrong, only files on this machine: a store may want that key."""
    spec = _section_or_none(InputSpec, value)
    if isinstance(spec, InputSpec):
        yield from _paths(("inputs", number), spec)
    elif isinstance(value, Mapping):
        spec = _section_or_none(InputSpec, {key: value[key] for key in ("source", "paths") if key in value})
        if isinstance(spec, InputSpec):
            each = _paths(("inputs", number), spec)
            yield from (k for k in each if "://" not in k.path and list_address(k.path) is None)


def _paths(at: Path, spec: InputSpec) -> Iterator[ValidPath]:
    return (ValidPath(at=(*at, "paths", place), path=path, spec=spec) for place, path in enumerate(spec.paths))


def _section_or_none(model: type[S], value: Any) -> S | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
