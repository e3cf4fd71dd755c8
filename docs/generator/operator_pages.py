"""Every operator that ships, from its docstrings and fields."""

import dataclasses
import inspect
import re
import typing
from typing import Any

from corpusmill.operators import load
from corpusmill.operators.contract import RECORD, Columns, Decision, Operator, Reader, Resource
from docs.generator.markdown import MADE, code, joined, table

HEAD = """# Operators

The name of an operator is the path of its file: `signals.language` is operators/signals/language.py. A reader stands
under an input (`format: jsonl` is `readers.jsonl`); all others are steps of `documents`.

A signal adds columns and drops nothing; a decision drops documents and changes nothing; a rewrite changes the text and
counts what it changed. Parameters without a default are required."""

INTROS = {
    "readers": "Files to documents. Beside their own columns, all give `offset`, `length`, `skipped` and `failure`.",
    "extract": "Pages to text. A page without a result is a failed document, with its reason.",
    "rewrite": "Text to text, every change counted.",
    "signals": "Columns about a document.",
    "decide": "Reasons for a document to go.",
}
FIELD = re.compile(r"^(Source|Deviates):", re.MULTILINE)


def page() -> str:
    parts = [MADE, HEAD]
    for family, intro in INTROS.items():
        parts += [f"## {family}", intro]
        for name in load.names():
            if name.startswith(f"{family}."):
                parts += _operator(name)
    return joined(*parts)


def _operator(name: str) -> list[str]:
    cls = load.find(name)
    module = inspect.getdoc(inspect.getmodule(cls)) or ""
    head, _, rest = module.partition("\n")
    return [
        f"### {name}",
        head,
        _notes(rest),
        inspect.getdoc(cls) or "",
        _files(cls),
        table(["parameter", "type", "default"], _parameters(cls)),
        table(["", "columns"], _columns(cls)),
    ]


def _files(cls: type[Operator]) -> str:
    """How the files of a reader are recognised; empty for other operators."""
    if not issubclass(cls, Reader):
        return ""
    format_ = cls.format
    by = ", ".join(map(code, format_.suffixes))
    by += " or by their first bytes" if format_.certain and (format_.magic or format_.opening) else ""
    packed = "also compressed (gzip, Zstandard, LZ4)" if format_.compressed else "never compressed as a whole"
    return f"Files of {format_.title}: recognised by {by}; {packed}."


def _notes(text: str) -> str:
    """The rest of a module's docstring; Source and Deviates as items of a list."""
    at = FIELD.search(text)
    if not at:
        return text
    before, fields = text[: at.start()], text[at.start() :]
    items = [" ".join(part.split()) for part in re.split(r"\n(?=(?:Source|Deviates):)", fields)]
    return joined(before, "\n".join("- " + FIELD.sub(r"**\1:**", item) for item in items))


def _parameters(cls: type[Operator]) -> list[list[str]]:
    hints = typing.get_type_hints(cls)
    return [[code(f.name), code(type_in_words(hints[f.name])), _default(f)] for f in dataclasses.fields(cls)]


def type_in_words(hint: Any) -> str:
    """A type as a job file writes it.

    >>> type_in_words(tuple[str, ...]), type_in_words(int | None), type_in_words(typing.Literal["a", "b"])
    ('list of text', 'whole number or null', 'a or b')
    """
    plain = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null"}
    if hint in plain:
        return plain[hint]
    if hint is Resource:
        return "address of a file"
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " or ".join(map(str, arguments))
    if origin is tuple:
        inner = [a for a in arguments if a is not Ellipsis]
        words = [type_in_words(a) for a in inner]
        return f"list of {words[0]}" if Ellipsis in arguments else f"[{', '.join(words)}]"
    if (
        origin is not None
        and len(arguments) == 2
        and issubclass(origin if isinstance(origin, type) else object, typing.Mapping)
    ):
        return f"{type_in_words(arguments[0])}: {type_in_words(arguments[1])}"
    if arguments:
        return " or ".join(dict.fromkeys(type_in_words(a) for a in arguments))
    return getattr(hint, "__name__", str(hint))


def _default(f: dataclasses.Field[Any]) -> str:
    if f.default is not dataclasses.MISSING:
        value = f.default
    elif f.default_factory is not dataclasses.MISSING:
        value = f.default_factory()
    else:
        return "needed"
    return code(_shown(value))


def _shown(value: Any) -> str:
    if isinstance(value, Resource):
        return value.address
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    words = {None: "null", True: "true", False: "false"}
    return words.get(value, str(value)) if isinstance(value, bool | None) else str(value) or '""'


def _columns(cls: type[Operator]) -> list[list[str]]:
    """What an operator reads and adds, where that does not depend on its parameters."""
    if issubclass(cls, Reader):
        return [["makes", _listed({n: t for n, t in cls.makes.items() if n not in RECORD})]]
    rows = [["reads", _listed(cls.reads)]]
    if not issubclass(cls, Decision):
        rows.append(["adds", _listed(cls.adds)])
    return [row for row in rows if row[1]]


def _listed(columns: Columns) -> str:
    return ", ".join(f"`{name}` {dtype}" for name, dtype in columns.items())
