"""Implements `versions`, and `rollback` where it moves the pointer."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.events.history import POINTER
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.latest import UNVERSIONED, Pointer, folder_store
from corpusmill.pipeline.versions.publishing import now_utc

TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `versions` shows or does."""

    what: str
    overrides: tuple[str, ...]
    of: str = "latest"
    tag: str | None = None
    untag: str | None = None
    path: bool = False
    as_json: bool = False


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A version for a person or a program. tokens_added: against the version before; base: the version that its parts
    were carried over from; cpu_hours: of all `runs` that made it; runs: 1, or more where some did not finish.
    """

    version: str
    slot: str | None
    made_at_utc: str | None
    documents: int
    tokens: int
    tokens_added: int
    new_files: int | None
    new_documents: int | None
    duplicates: int | None
    base: str | None
    cpu_hours: float | None
    runs: int | None
    tags: tuple[str, ...]
    latest: bool
    held: bool


def versions(given: Request) -> None:
    """Print the versions of a dataset, or the address of one, or give one a name."""
    output = output_of(given.what, given.overrides)
    if given.tag is not None or given.untag is not None:
        tag(output, given.tag, given.untag, given.of)
    if given.path:
        folder = latest.named(output, given.of) if latest.pointer_of(output) is not None else ""
        click.echo(folder_store(output, folder).url)
        return
    found = listed(output)
    if given.as_json:
        echo_json([asdict(each) for each in found])
    elif not found:
        click.echo(f"{output.url} has no versions: `corpusmill update JOB` makes them")
    else:
        print_table(screen(), table(found))


def output_of(what: str, overrides: tuple[str, ...]) -> Store:
    """The output of a job file, or the one at an address, not of one version."""
    if what.endswith((".yaml", ".yml")) or Path(what).is_file():
        spec = job_of(Path(what), overrides)
        return Store(spec.output, spec.storage)
    return Store(what)


def tag(output: Store, name: str | None, removed_tag: str | None, of: str) -> None:
    """Give a version a name, or take one away. InputError for a name that could be taken for something else."""
    tags = latest.tags_of(output)
    if removed_tag is not None:
        if removed_tag not in tags:
            raise InputError(
                [f"no tag {removed_tag!r} in {output.url}; there are: {', '.join(sorted(tags)) or 'none'}"]
            )
        del tags[removed_tag]
    if name is not None:
        if not TAG.fullmatch(name) or latest.FOLDER.fullmatch(name) or name in ("latest", "newest"):
            raise InputError([f"--tag: expected a word such as release-1, and none that names a version, got {name!r}"])
        folder = latest.named(output, of)
        if not folder:
            raise InputError([f"{UNVERSIONED} has no folder of its own and is never deleted: it needs no tag"])
        tags[name] = folder
    output.publish(latest.TAGS, (json.dumps(tags, indent=1, sort_keys=True) + "\n").encode())


def listed(output: Store) -> list[Listed]:
    """The finished versions of an output, the oldest first."""
    pointer = latest.pointer_of(output)
    if pointer is None:
        return []
    tags: dict[str, list[str]] = {}
    for name, folder in sorted(latest.tags_of(output).items()):
        tags.setdefault(folder, []).append(name)
    folders = [*([""] if output.exists(MANIFEST) else []), *latest.finished(output)]
    found: list[Listed] = []
    for folder in folders:
        manifest = json.loads(folder_store(output, folder).read(MANIFEST))
        record: Mapping[str, Any] = latest.record_of(output, folder) if folder else {}
        new = record.get("new") or {}
        found.append(
            Listed(
                version=folder or UNVERSIONED,
                slot=record.get("slot"),
                made_at_utc=record.get("made_at_utc"),
                documents=int(manifest["documents"]),
                tokens=int(manifest["tokens"]),
                tokens_added=int(manifest["tokens"]) - (found[-1].tokens if found else 0),
                new_files=new.get("files"),
                new_documents=new.get("documents"),
                duplicates=new.get("duplicates"),
                base=record.get("base"),
                cpu_hours=None if "cpu_seconds" not in record else round(record["cpu_seconds"] / 3600, 4),
                runs=record.get("runs"),
                tags=tuple(tags.get(folder, ())),
                latest=pointer.folder == folder,
                held=pointer.folder == folder and pointer.held,
            )
        )
    return found


def table(found: Iterable[Listed]) -> Table:
    """Versions for a terminal, one a line."""
    shown = Table(box=None, pad_edge=False)
    for name in ("version", "slot", "made", "documents", "tokens", "change", "new files", "duplicates", "CPU h", ""):
        words = name in ("version", "slot", "made", "")
        shown.add_column(name, justify="left" if words else "right", no_wrap=True)
    for each in found:
        marks = [*each.tags, *(["latest, held"] if each.held else ["latest"] if each.latest else [])]
        shown.add_row(
            each.version,
            each.slot or "",
            each.made_at_utc or "",
            f"{each.documents:,}",
            f"{each.tokens:,}",
            f"{each.tokens_added:+,}",
            "" if each.new_files is None else f"{each.new_files:,}",
            "" if each.duplicates is None else f"{each.duplicates:,}",
            "" if each.cpu_hours is None else f"{each.cpu_hours:,.3f}",
            ", ".join(marks),
        )
    return shown


def roll_back(run: Run, name: str, *, as_json: bool = False) -> None:
    """Point readers at a version by its name; updates leave the pointer there until `newest` is named.

    as_json: say which one is the latest now, as JSON.
    """
    output = run.output
    folder = latest.named(output, name)
    run.events.facts |= {POINTER: folder or UNVERSIONED}
    run.lease.check()
    if name == "newest":
        latest.point(output, Pointer(folder=folder))
        if as_json:
            echo_json({"latest": folder, "held": False})
            return
        click.echo(f"latest is {folder}; later updates move it on")
        return
    latest.point(output, Pointer(folder=folder, held=True, reason=f"rolled back on {now_utc()}"))
    if as_json:
        echo_json({"latest": folder or UNVERSIONED, "held": True})
        return
    click.echo(f"latest is {folder or UNVERSIONED} and held there; `corpusmill rollback JOB newest` lets it move on")
    newest = latest.finished(output)[-1:]
    taken = latest.record_of(output, newest[0]) if newest and newest[0] != folder else {}
    if taken:
        click.echo(
            f"what later versions read stays in the workspace and is in the next version again; `corpusmill rollback "
            f"JOB {taken.get('run')}` takes out what run {taken.get('run')} read, for good"
        )
