"""Prints facts as JSON, for programs."""

import json
from typing import Any

import click


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))
