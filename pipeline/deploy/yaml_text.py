"""Writes plain values as YAML that people can read."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString


def documents(values: Iterable[Mapping[str, Any]]) -> str:
    """One YAML document each; texts of several lines as blocks."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    parts = []
    for value in values:
        out = io.StringIO()
        yaml.dump(_blocks(value), out)
        parts.append(out.getvalue())
    return "---\n".join(parts)


def _blocks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _blocks(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_blocks(each) for each in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
