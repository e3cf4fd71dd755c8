"""Recognises a dataset of ours, finished or in the making, and the job that it belongs to."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec

MANIFEST = "_manifest.json"
STATE = "_packing.json"  # which packing is under way, or was the last
PART = re.compile(r"part-\d{5,}-of-\d{5,}(-[0-9a-f]{8})?\.parquet")  # as pack_unit.part_name and takedown_unit.renamed


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The job that a dataset belongs to, by name. sample: how much it reads of its inputs; None: all of them."""

    name: str
    sample: Mapping[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"name": self.name} | ({"sample": dict(self.sample)} if self.sample is not None else {})


def owner_of(spec: JobSpec) -> Owner:
    """The owner of what this job makes."""
    whole = type(spec.sample)()
    return Owner(name=spec.name, sample=None if spec.sample == whole else spec.sample.model_dump(mode="json"))


def packing_state(fingerprint: str, owner: Owner) -> bytes:
    """What `STATE` holds while these parts are packed, and after."""
    return json.dumps({"packing": fingerprint, **owner.to_json()}, sort_keys=True).encode()


def owner_there(output: Store) -> Owner | None:
    """The owner of what lies in an output, finished or not; None where nothing does, or nobody wrote whose it is."""
    for name in (MANIFEST, STATE):
        try:
            told = json.loads(output.read(name))
            return Owner(name=str(told["name"]), sample=told.get("sample"))
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def another_owner(output: Store, spec: JobSpec) -> str | None:
    """Why this job may not replace what lies in an output, with the remedy; None where it may.

    A job replaces its own dataset, and one of a sample of its inputs; a sample never replaces the whole.
    """
    there, mine = owner_there(output), owner_of(spec)
    remedy = "name another folder (`--set output=...`), or run with `--replace` to put this one in its place"
    if there is None or (there.name == mine.name and (mine.sample is None or there.sample is not None)):
        return None
    if there.name != mine.name:
        return f"{output.url} holds the dataset of another job, {there.name!r}, and this one is {mine.name!r}: {remedy}"
    return f"{output.url} holds the dataset of all inputs, and this run reads only a sample of them: {remedy}"


def is_ours(output: Store) -> bool:
    """Whether a marker of ours lies there: a manifest that names parts, or the word that a packing was begun."""
    return output.exists(STATE) or parts_named(output) is not None


def parts_named(output: Store) -> set[str] | None:
    """Names of the parts in the manifest that lies there; None when there is none, or it is not of our making."""
    try:
        told = json.loads(output.read(MANIFEST))
        return {str(part["name"]) for part in told["parts"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def foreign(output: Store) -> str | None:
    """A file that lies in an output without any marker of ours; None when there is a marker, or nothing at all.

    Hidden files (.gitkeep) are nothing: no run writes a name like theirs.
    """
    if is_ours(output):
        return None
    return output.any_file()


def left_over(names: Iterable[str], *, wanted: Collection[str], ours: bool) -> list[str]:
    """Of the files in an output those that are parts of ours, and none of the wanted ones.

    >>> names = ["part-00000-of-00002.parquet", "part-00000-of-00001.parquet", "part-r-00000.snappy.parquet"]
    >>> left_over(names, wanted=["part-00000-of-00001.parquet"], ours=True)
    ['part-00000-of-00002.parquet']
    >>> left_over(names, wanted=[], ours=False)
    []
    """
    return [name for name in names if ours and PART.fullmatch(name) and name not in wanted]
