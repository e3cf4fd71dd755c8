"""Writes plain values as YAML that people can read, and that readers of YAML 1.1 and 1.2 read alike."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString

# Texts in YAML 1.2, which is what is written; booleans and numbers in 1.1, which is what Kubernetes reads.
AMBIGUOUS = re.compile(r"(?i)y|n|yes|no|on|off|[-+]?\d+(:[0-5]?\d)+(\.\d*)?")


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
        return {_blocks(key): _blocks(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_blocks(each) for each in value]
    if not isinstance(value, str):
        return value
    if "\n" in value:
        return LiteralScalarString(value)
    return SingleQuotedScalarString(value) if AMBIGUOUS.fullmatch(value) else value
