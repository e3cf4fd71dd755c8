"""Names the job that a dataset belongs to, and refuses to replace the dataset of another one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files.dataset_layout import MANIFEST, STATE
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.files.latest import latest


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The job that a dataset belongs to, by name. sample: how much it reads of its inputs; None: all of them."""

    name: str
    sample: Mapping[str, Any] | None

    def to_json(self) -> JsonObject:
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
    """The owner of what lies in an output, finished or not; None where nothing does, or nobody wrote whose it is.

    Of a dataset with versions that of the latest.
    """
    try:
        output = latest(output)
    except InvalidDataset:  # none of its versions is finished
        return None
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
