"""Implements `datasets`: prints the published datasets by name, or all that is written of one."""

import json
from typing import Any

from rich.table import Table

from corpusmill.errors import InputError
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.sections.datasets import dataset_names, named_dataset
from corpusmill.pipeline.execution.progress import screen
from corpusmill.pipeline.execution.terminal import echo


def listed(*, as_json: bool) -> None:
    """Print a line for each dataset: its name, format, domain, licence, and what it is."""
    found = [named_dataset(name) for name in dataset_names()]
    if as_json:
        echo_json({"datasets": [{"name": d.name, "title": d.title, "about": d.about, **plain(d.input)} for d in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("name", "format", "domain", "licence", "what it is"):
        table.add_column(head, no_wrap=head == "name", overflow="fold")
    for each in found:
        domain = each.input.get("domain") or f"by {each.input.get('columns', {}).get('domain', 'part')}"
        row = (each.name, each.input.get("format", "auto"), domain, each.input.get("license") or "by source")
        table.add_row(*map(str, row), each.about)
    screen().print(table)
    echo("`corpusmill datasets NAME` shows its columns and how to cite it")


def shown(name: str, *, as_json: bool) -> None:
    """Print all that is written of one dataset. InputError for a name that none has."""
    if name not in dataset_names():
        raise InputError([f"no dataset {name!r}{nearest(name, dataset_names())}"])
    found = named_dataset(name)
    if as_json:
        echo_json(json.loads(found.model_dump_json()))
        return
    facts = found.facts
    lines = [
        found.title,
        f"  {found.about.strip()}",
        f"cite: {found.citation.strip()}",
        f"facts: {facts.source.strip()}; {facts.release.strip()}; looked up on {facts.looked_up}",
    ]
    lines += [f"unverified: {facts.unverified.strip()}"] if facts.unverified else []
    lines += [f"notes: {found.notes.strip()}"] if found.notes else []
    lines += [f"files: such as {found.file}", "an input of it:"]
    lines += [f"  {key}: {_written(value)}" for key, value in {"dataset": name, "paths": "...", **found.input}.items()]
    echo("\n".join(lines))


def plain(value: Any) -> Any:
    """A value of a description that can be changed and printed as JSON."""
    return json.loads(json.dumps(value))


def _written(value: Any) -> str:
    """A value as a job file may write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")
