"""The job file, key by key, from the models that check it."""

import inspect
import json
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from corpusmill.pipeline.config.base.messages import section_at, sections
from corpusmill.pipeline.config.base.section import Section
from corpusmill.pipeline.config.schema import job_schema
from corpusmill.pipeline.config.sections.spec import JobSpec
from docs.generator.markdown import MADE, code, joined, table

HEAD = Path(__file__).with_name("job_file_head.md")
LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}
WORDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "object": "mapping",
    "null": "null",
}


def page() -> str:
    schema = job_schema()
    return joined(
        MADE,
        HEAD.read_text(encoding="utf-8"),
        "## All keys",
        _keys(JobSpec, schema, schema),
        *_parts(JobSpec, (), schema),
    )


def _parts(model: type[Section], path: tuple[str, ...], schema: dict[str, Any]) -> list[str]:
    """A heading and a table for each section in `model`, then for the sections in those."""
    parts: list[str] = []
    for key, inner in sections(model):
        if inner.__name__ != "StepSpec":
            here = (*path, key)
            parts += [
                f"### {'.'.join(here)}",
                inspect.getdoc(inner) or "",
                _keys(inner, schema["$defs"][inner.__name__], schema),
            ]
            parts += _parts(inner, here, schema)
    return parts


def _keys(model: type[Section], part: dict[str, Any], schema: dict[str, Any]) -> str:
    rows = []
    for key, told in part["properties"].items():
        section = section_at(model, [key])
        words = "list of steps" if section and section.__name__ == "StepSpec" else in_words(told, schema)
        default = "needed" if key in _required(part) else _default(model, key, section)
        rows.append([code(key), words, default, told.get("description", "")])
    return table(["key", "value", "default", "meaning"], rows)


def _required(part: dict[str, Any]) -> set[str]:
    """The keys that a section must have, or one of which it must have."""
    first = next((each.get("required", []) for each in part.get("anyOf", [])), [])
    return {*part.get("required", []), *first}


def _default(model: type[Section], key: str, section: type[Section] | None) -> str:
    value = model.by_key()[key].get_default(call_default_factory=True)
    if value is PydanticUndefined:  # one of several keys, the description says which
        return "needed, see there"
    if section is not None and value is not None:
        return "" if value == () else "see below"
    return code(json.dumps(value, ensure_ascii=False))


def in_words(described: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a JSON Schema asks for.

    >>> in_words({"type": "number", "minimum": 0, "maximum": 1}, {})
    'number, at least 0, at most 1'
    """
    if "anyOf" in described:
        return " or ".join(dict.fromkeys(in_words(each, schema) for each in described["anyOf"]))
    if "$ref" in described:
        return "section"
    if "enum" in described or "const" in described:
        return " or ".join(code(str(choice)) for choice in described.get("enum", [described.get("const")]))
    if described.get("type") == "array":
        return f"list of {in_words(described.get('items', {}), schema)}"
    values = described.get("additionalProperties")
    if described.get("type") == "object" and isinstance(values, dict):
        return f"mapping to {in_words(values, schema)}"
    limits = [f"{words} {described[key]}" for key, words in LIMITS.items() if key in described]
    return ", ".join([WORDS.get(str(described.get("type")), "any value"), *limits])
