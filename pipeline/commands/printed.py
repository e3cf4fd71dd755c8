"""Prints facts as JSON, for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from corpusmill.pipeline.execution.progress import counted


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What `export` wrote. rows: of `what` (document, row, conversation, ...), null where nothing counts them.

    files: their names below `out`, where it is a folder.
    """

    out: str
    what: str = "file"
    rows: int | None = None
    files: Sequence[str] = ()

    def line(self) -> str:
        """The same for a person."""
        if self.rows is None:
            return f"wrote {' and '.join(self.files)} to {self.out}"
        inside = f" in {counted(len(self.files), 'file')}" if self.files else ""
        return f"wrote {counted(self.rows, self.what)}{inside} to {self.out}"


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))
