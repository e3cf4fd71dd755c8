"""Whether an operator can be built: it is there, its parameters have the right names, types and values."""

import dataclasses
import enum
import json
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from corpusmill.errors import InvalidAddress, UnknownName
from corpusmill.operators import load
from corpusmill.operators.contract import Operator, Resource
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.messages import in_words
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.source import Path, dotted
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.config.build import declarations
from corpusmill.pipeline.config.build.short_forms import tuples

PLAIN = "numbers, texts, lists or mappings of these; declare it as one, and make a set of it where it is used"


@dataclass(frozen=True, kw_only=True)
class Built:
    """An operator and its parameters with addresses ready, or why there is none.

    wrong: (what, message); what: a parameter, "" for the parameters as a whole, null for the operator's name.
    """

    params: Values
    operator: Operator | None = None
    wrong: tuple[tuple[str | None, str], ...] = ()


def build(name: str, params: Mapping[str, Any], around: Surroundings) -> Built:
    """The operator `name` with `params`, or everything that stands against it."""
    cls = find(name)
    if isinstance(cls, str):
        return Built(params=dict(params), wrong=((None, cls),))
    if breaches := tuple(declarations.complaints(name, cls)):
        return Built(params=dict(params), wrong=tuple((None, told) for told in breaches))
    ready, wrong = _with_addresses(cls, params, around)
    wrong += wrong_params(name, cls, ready)
    if wrong:
        return Built(params=ready, wrong=tuple(wrong))
    try:
        made = load.build(name, ready)
    except (ValueError, TypeError, LookupError) as e:
        return Built(params=ready, wrong=(("", f"{name}: {e.args[0] if e.args else e}"),))
    except Exception as e:  # whatever a user's own __post_init__ does
        told = f"{name} cannot be built: {type(e).__name__}: {e}; a parameter that is wrong is a ValueError"
        return Built(params=ready, wrong=(("", told),))
    if odd := tuple(_odd_values(name, made)):
        return Built(params=ready, wrong=odd)
    return Built(params=ready, operator=made)


def _odd_values(name: str, made: Operator) -> Iterator[tuple[str, str]]:
    """Parameters, most likely defaults, that cannot be part of an operator's fingerprint, which is JSON."""
    for f in dataclasses.fields(made):
        value = getattr(made, f.name)
        if isinstance(value, Resource):
            continue
        try:
            json.dumps(value, sort_keys=True)
        except (TypeError, ValueError, RecursionError):
            told = f"{name}: the parameter {f.name!r} is {value!r:.60}, which no JSON can hold"
            yield f.name, f"{told}; expected {PLAIN}"


def find(name: str) -> type[Operator] | str:
    """The class behind a name, or why there is none, with the name that was meant."""
    family, _, rest = name.partition(".")
    if (family in load.FAMILIES or not rest) and name not in load.names():
        likely = [n for n in load.names() if n.startswith(f"{family}.")]
        near = nearest(name, likely or load.names())
        if family in load.FAMILIES and rest[:1].isupper():  # a class, as a user's own operators are named
            taken = ", ".join(load.FAMILIES)
            return f"no operator {name!r}: {taken} are names of this program's own; call the file of yours another"
        return f"no operator {name!r}{near}"
    try:
        return load.find(name)
    except UnknownName as e:
        if e.__cause__ is None:
            return str(e.args[0])
        near = nearest(name, load.names())
        ours = "; expected package.module.Class, importable or in a file beside the job file"
        return f"no operator {name!r} ({e.__cause__}){near if 'did you mean' in near else ours}"
    except Exception as e:  # whatever a user's module does when it is imported
        module = name.rpartition(".")[0]
        return f"importing {module!r} failed: {type(e).__name__}: {e}; mend the module, or install what it needs"


def wrong_params(name: str, cls: type[Operator], params: Mapping[str, Any]) -> list[tuple[str | None, str]]:
    """Parameters that `cls` does not have, has with another type, or lacks."""
    fields = {f.name: f for f in dataclasses.fields(cls)}
    hints = typing.get_type_hints(cls)
    wrong: list[tuple[str | None, str]] = []
    for key, value in params.items():
        if key not in fields:
            near = nearest(key, fields) or "; it has none"
            wrong.append((key, f"{name} has no parameter {key!r}{near}"))
        elif message := wrong_type(hints[key], value):
            wrong.append((key, message))
    lacking = [n for n, f in fields.items() if n not in params and _needed(f)]
    if lacking:
        wrong.append(("", f"{name} needs {', '.join(map(repr, lacking))}"))
    return wrong


def wrong_type(hint: Any, value: Any) -> str | None:
    """What a value lacks to be of the type `hint`; null when nothing, or when only the operator itself can tell.

    >>> wrong_type(tuple[str, ...], "de")
    "expected a list, found the text 'de'"
    """
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        hint = typing.Literal[*(member.value for member in hint)]
    if _is_resource(hint):
        hint = str if hint is Resource else str | None
    try:
        TypeAdapter(hint, config=ConfigDict(strict=True)).validate_python(tuples(value))
    except ValidationError as e:
        detail = e.errors(include_url=False)[0]
        within = _within(value, detail["loc"])
        return f"{dotted(within)}: {in_words(detail)}" if within else in_words(detail)
    except PydanticUserError:
        return None
    return None


def _with_addresses(
    cls: type[Operator], params: Mapping[str, Any], around: Surroundings
) -> tuple[Values, list[tuple[str | None, str]]]:
    """`params` with the addresses of files ready for a run, and what was wrong with some."""
    ready, wrong = dict(params), []
    for key in resource_params(cls):
        if isinstance(address := ready.get(key), str):
            try:
                ready[key] = around.located(address)
            except InvalidAddress as e:
                wrong.append((key, e.args[0]))
    return ready, wrong


def resource_params(cls: type[Operator]) -> Iterator[str]:
    """The parameters of `cls` that are addresses of files."""
    hints = typing.get_type_hints(cls)
    return (f.name for f in dataclasses.fields(cls) if _is_resource(hints[f.name]))


def _is_resource(hint: Any) -> bool:
    return hint is Resource or Resource in typing.get_args(hint)


def _within(value: Any, loc: tuple[str | int, ...]) -> Path:
    """The part of a pydantic place that leads into `value`; the rest names branches of a type."""
    path: Path = ()
    for part in loc:
        inside: dict[Any, Any] | Any = dict(enumerate(value)) if isinstance(value, list | tuple) else value
        if isinstance(inside, dict) and part in inside:
            path, value = (*path, part), inside[part]
    return path


def _needed(f: dataclasses.Field[Any]) -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
