"""The JSON Schema of job files, for editors: keys, choices and descriptions, the short forms included.

`# yaml-language-server: $schema=job.schema.json` at the head of a job file makes an editor use it. It is a help while
writing; what holds is what pipeline.config.load says.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any, TypeAlias

from corpusmill.operators.readers.framing.typed import BYTES, FLOATS, TYPES
from corpusmill.pipeline.config.base.section import COUNTS, Section
from corpusmill.pipeline.config.build.recipes import recipe_names
from corpusmill.pipeline.config.sections.datasets import dataset_names
from corpusmill.pipeline.config.sections.presets import PRESETS
from corpusmill.pipeline.config.sections.spec import JobSpec

Schema: TypeAlias = dict[str, Any]  # as JSON Schema nests them
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def job_schema() -> Schema:
    """The schema as plain values; the same for the same version of this program."""
    schema = JobSpec.model_json_schema(mode="validation")
    parts = schema["$defs"]
    for section in sections():
        _describe(schema if section is JobSpec else parts.get(section.__name__, {}), section)
    schema["properties"]["documents"] |= {"items": _step()}
    parts.pop("StepSpec")
    parts.pop("OnlySpec")
    _also(parts["DedupSpec"], "near", {"enum": ["off", *PRESETS]})
    _also(parts["InputSpec"], "paths", {"type": "string"})
    type_ = {"anyOf": [{"enum": [*TYPES, BYTES, FLOATS]}, {"type": "string", "pattern": "^(list|struct)<"}]}
    parts["InputSpec"]["properties"]["dataset"]["anyOf"] = [{"enum": [*dataset_names()]}, {"type": "null"}]
    parts["InputSpec"]["required"].remove("source")
    parts["InputSpec"]["anyOf"] = [{"required": ["source"]}, {"required": ["dataset"]}]
    with_type = {"type": "object", "properties": {"field": {"type": "string"}, "type": type_}}
    with_type |= {"additionalProperties": False}
    parts["InputSpec"]["properties"]["columns"]["additionalProperties"] = {
        "anyOf": [{"type": "string"}, with_type, {"type": "null"}]
    }
    for rule in ("MixSpec", "LevelSpec"):
        _also(parts[rule], "axes", {"type": "string"})
        _also(parts[rule], "weights", {"type": "string"})
    for key in COUNTS:
        part = schema if key in schema["properties"] else parts["MixSpec"]
        _also(part, key, {"type": "string", "pattern": r"^[0-9][0-9_,. ]*[kKmMbBgGtT]?$"})
    _also(parts["MixSpec"], "phases", {"type": "integer", "minimum": 1})
    _also(parts["MixSpec"], "head_decay", {"type": "number"})
    for rule in ("BoundSpec", "BoostSpec", "ReplaySpec"):
        _also(parts[rule], "where", {"type": "object", "additionalProperties": {"type": "string"}})
    return {"$schema": DIALECT, "title": "corpusmill job file", **{k: v for k, v in schema.items() if k != "title"}}


def sections(of: type[Section] = Section) -> Iterator[type[Section]]:
    """Every section of a job file."""
    for section in of.__subclasses__():
        yield section
        yield from sections(section)


def _describe(part: Schema, section: type[Section]) -> None:
    """Give each key of a section what its field says below itself, unless it has a description.

    pydantic could do so when the section is made, in every process: that takes a tenth of a second.
    """
    texts, keys = dict[str, str](), part.get("properties", {})
    for base in reversed(section.__mro__):
        texts |= field_docs(base) if issubclass(base, Section) else {}
    for name, field in section.model_fields.items():
        key = field.alias or name
        if name in texts and key in keys and "description" not in keys[key]:
            keys[key] = dict(sorted({**keys[key], "description": texts[name]}.items()))


def field_docs(section: type[Section]) -> dict[str, str]:
    """What the source of a section says of its fields: the text below each, by its name."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(made, ast.ClassDef), f"{section} is no class"
    found: dict[str, str] = {}
    for field, text in zip(made.body, made.body[1:], strict=False):
        if not (isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)):
            continue
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


def _step() -> Schema:
    """A step in each of its forms; names and parameters of operators are in the reference, not here."""
    mapping = {"type": "object"}
    names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    only = {"type": "object", "properties": {"source": names}, "required": ["source"], "additionalProperties": False}
    only["description"] = "The sources that the step is for."
    recipe = {"anyOf": [{"enum": list(recipe_names())}, {"type": "string", "pattern": r"\.yaml$"}]}
    return {
        "anyOf": [
            {"type": "string", "description": "The name of an operator."},
            {
                "type": "object",
                "properties": {"recipe": recipe, "override": mapping, "only": only},
                "required": ["recipe"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"uses": {"type": "string"}, "with": mapping, "only": only},
                "required": ["uses"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"only": only},
                "propertyNames": {"pattern": r"\.|^only$"},
                "additionalProperties": {"type": ["object", "null"]},
                "minProperties": 1,
                "maxProperties": 2,
                "description": "An operator with its parameters.",
            },
        ]
    }


def _also(part: Schema, key: str, form: Schema) -> None:
    """Let `key` have a short form as well."""
    full = part["properties"][key]
    told = {name: full.pop(name) for name in ("description", "default", "title") if name in full}
    part["properties"][key] = {**told, "anyOf": [*full.pop("anyOf", [full]), form]}
