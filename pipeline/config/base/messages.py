"""What a strict model found wrong, in the words of a job file: what was expected, what was found, what was meant."""

import difflib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from corpusmill.pipeline.config.base.problems import Problem, nearest
from corpusmill.pipeline.config.base.secrets import redacted, redacted_value
from corpusmill.pipeline.config.base.section import COUNTS, Section
from corpusmill.pipeline.config.base.source import Path, Source

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "string_pattern_mismatch": "letters, digits, '.', '_' or '-', a letter or digit first",
    "string_too_short": "a text that is not empty",
    "int_parsing_size": "a whole number of fewer digits",
    "string_sub_type": "a text",
    "string_unicode": "a text",
    "list_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "finite_number": "a finite number",
    "bytes_type": "bytes, which a job file cannot hold",
    "none_required": "nothing (null)",
}
BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
LONGEST = 60  # characters of a found value that a message shows


def found(value: object) -> str:
    """A value as a message shows it, secrets out.

    >>> found("12"), found(None), found(True), found(["a"]), found({"a": 1})
    ("the text '12'", 'nothing', 'true', "the list ['a']", "the mapping {'a': 1}")
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f"the text {_short(repr(redacted(value)))}"
        case Mapping():
            return f"the mapping {_short(repr(redacted_value(value)))}"
        case list() | tuple():
            return f"the list {_short(repr(list(redacted_value(value))))}"
        case _:
            return str(value)


def problems_of(error: ValidationError, source: Source, model: type[Section], under: Path = ()) -> list[Problem]:
    """Each thing pydantic found wrong with the part of `source` at `under`, in our words."""
    problems = []
    for detail in error.errors(include_url=False):
        path = (*under, *detail["loc"])
        if detail["type"] == "too_short" and detail["input"]:
            continue  # there are items, each wrong and told by itself
        missing = detail["type"] == "missing"
        message = _unknown_key(detail, model) if detail["type"] == "extra_forbidden" else in_words(detail)
        shown = source.problem(path[:-1] if missing else path, message)
        if detail["type"] == "extra_forbidden":
            shown = Problem(at=shown.at, path=source.problem(path[:-1], "").path, message=message)
        problems.append(shown)
    return problems


def in_words(detail: ErrorDetails) -> str:
    """One pydantic error as "expected ..., found ..."."""
    kind, context = detail["type"], detail.get("ctx") or {}
    if kind == "missing":
        return f"needs {str(detail['loc'][-1])!r}"
    if kind == "literal_error":
        return _choice(context["expected"], detail["input"])
    if kind in BOUNDS:
        words, key = BOUNDS[kind]
        bound = context[key]
        shown = f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"
        return f"expected {words} {shown}, found {found(detail['input'])}"
    if kind == "too_short":
        return f"expected at least {context['min_length']}, found {found(detail['input'])}"
    if kind == "too_long":
        return f"expected at most {context['max_length']}, found {found(detail['input'])}"
    if kind == "tuple_type" and detail["loc"][-1:] == ("phases",) and isinstance(detail["input"], int | float):
        return f"expected a whole number of phases above 0, or a list of them, found {found(detail['input'])}"
    if kind == "int_type" and isinstance(detail["input"], str) and set(detail["loc"][-1:]) & {*COUNTS}:
        return f"expected a whole number, or one such as 10B, 1.5T, 500M, 80k, found {found(detail['input'])}"
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind]}, found {found(detail['input'])}"
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, found {found(detail['input'])}"


def _choice(expected: str, value: object) -> str:
    """`expected` is pydantic's list: 'a', 'b' or 'c'."""
    choices = expected.replace(" or ", ", ").split(", ")
    near = difflib.get_close_matches(repr(value), choices, n=1) if isinstance(value, str) else []
    meant = f"; did you mean {near[0]}?" if near else ""
    if value is False and "'off'" in choices:
        meant = "; did you mean 'off'?"
    return f"expected {'' if len(choices) == 1 else 'one of '}{', '.join(choices)}, found {found(value)}{meant}"


def _unknown_key(detail: ErrorDetails, model: type[Section]) -> str:
    """What to say of a key that its section does not have: the key meant, or the section it belongs to."""
    *outer, key = detail["loc"]
    here = section_at(model, outer) or model
    elsewhere = [name for name, inner in sections(model) if str(key) in inner.by_key() and inner is not here]
    if len(elsewhere) == 1 and not difflib.get_close_matches(str(key), list(here.by_key()), n=1):
        return f"no key {key!r} here; it belongs under {elsewhere[0]!r}"
    return f"no key {key!r}{nearest(str(key), here.by_key())}"


def section_at(model: type[Section], path: Sequence[str | int]) -> type[Section] | None:
    """The model that checks what lies at `path` inside `model`; null when that is no section."""
    here: type[Section] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        field = here.by_key().get(part) if here else None
        here = next(_models(field.annotation), None) if field else None
    return here


def sections(model: type[Section]) -> Iterator[tuple[str, type[Section]]]:
    """The sections directly in `model`, by the key they stand under."""
    for name, field in model.by_key().items():
        for inner in _models(field.annotation):
            yield name, inner


def _models(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    elif typing.get_origin(annotation) in (tuple, types.UnionType, typing.Union, typing.Annotated):
        for argument in typing.get_args(annotation):
            yield from _models(argument)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
