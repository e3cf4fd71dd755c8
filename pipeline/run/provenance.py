"""How a dataset was made, to be put beside its manifest: the job as it was understood, versions, and inputs.

It is in `_run.json`, with the times: what is byte-equal between two runs of a job does not depend on it.
"""

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from corpusmill import cluster, operators, pipeline
from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store
from corpusmill.operators import load
from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution import versions
from corpusmill.pipeline.files.json_values import Json, JsonObject
from corpusmill.pipeline.inputs.as_written import AsWritten
from corpusmill.pipeline.workspace.inventory import Shard

DIGESTS = "_digests.json"  # in the workspace: what was hashed once is not read again
READERS = 4
WHOLE_BYTES = 100_000_000_000  # of local inputs: up to so many all is hashed, a minute or two; a guess
END_BYTES = 1 << 20


def provenance(
    spec: JobSpec, shards: Iterable[Shard], workspace: Store, files: Mapping[str, str], written: AsWritten
) -> JsonObject:
    """`job`, `code`, `libraries`, `files` and `inputs`; no secret, and of local paths what the job file writes.

    files: sha256 of the files beside the job, by key. Inputs in a store have its etag; local ones the sha256 of their
    content, or, of more than WHOLE_BYTES in all, of their first and last END_BYTES. It is null where the file has
    changed, or is no longer there, since it was read.
    """
    told = {
        "job": written.everywhere(json.loads(spec.to_canonical())),
        "code": {
            "corpusmill": importlib.metadata.version("corpusmill"),
            "sha256": code_sha256(),
            "steps": {step.operator: load.find(step.operator).version for step in spec.documents},
        },
        "libraries": {
            **versions.installed(versions.packages(spec)),
            "ray": importlib.metadata.version("ray"),
        },
        "files": dict(files),
        "inputs": inputs(shards, workspace, written),
    }
    secrets = environment_secrets(os.environ)
    return _redacted(told, secrets)


def _redacted(value: Any, secrets: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _redacted(each, secrets) for key, each in value.items()}
    if isinstance(value, list):
        return [_redacted(each, secrets) for each in value]
    return redacted(value, secrets) if isinstance(value, str) else value


def code_sha256() -> str:
    """sha256 of this program: names and contents of its modules, in the order of their names."""
    whole = hashlib.sha256()
    for package in (cluster, operators, pipeline):
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*.py")):
            whole.update(f"{root.name}/{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return whole.hexdigest()


def inputs(shards: Iterable[Shard], workspace: Store, written: AsWritten) -> list[JsonObject]:
    """Each input file: source, address, size, and its etag or digest; sorted."""
    files = sorted({(s.source, s.uri, s.size, s.etag) for s in shards})
    local = {(uri, size, etag) for _, uri, size, etag in files if uri.startswith("/")}
    kind, digests = _digests(workspace, local)
    found: list[JsonObject] = []
    for source, uri, size, etag in files:
        line: dict[str, Json] = {"source": source, "file": written.address(uri.partition("?")[0]), "size": size}
        if uri.startswith("/"):
            line[kind] = digests[uri]
        else:
            line["etag"] = etag
        found.append(line)
    return found


def _digests(workspace: Store, files: set[tuple[str, int, str]]) -> tuple[str, dict[str, str | None]]:
    """What kind of digest local files have, and that of each by its path; kept in the workspace."""
    kind = "sha256" if sum(size for _, size, _ in files) <= WHOLE_BYTES else "sha256_of_ends"
    try:
        known = json.loads(workspace.read(DIGESTS))
    except (FileNotFoundError, ValueError):
        known = {}
    wanted = sorted(files)
    names = [json.dumps([kind, *file]) for file in wanted]
    with ThreadPoolExecutor(READERS) as pool:
        found = list(
            pool.map(lambda item: known.get(item[0]) or _digest(item[1], kind), zip(names, wanted, strict=True))
        )
    kept = {name: value for name, value in zip(names, found, strict=True) if value is not None}
    if kept:
        workspace.publish_changed(DIGESTS, json.dumps(kept, sort_keys=True).encode())
    return kind, {uri: value for (uri, _, _), value in zip(wanted, found, strict=True)}


def _digest(file_read: tuple[str, int, str], kind: str) -> str | None:
    """sha256 (hex) of a local file, or of its ends; None where it is not the file that was read."""
    uri, size, etag = file_read
    try:
        fs = filesystem(uri, {})
        if content_tag(fs, fs.info(uri)) != etag:
            return None
        with Path(uri).open("rb") as file:
            if kind == "sha256":
                return hashlib.file_digest(file, "sha256").hexdigest()
            head = file.read(END_BYTES)
            file.seek(max(len(head), size - END_BYTES))
            return hashlib.sha256(head + file.read(END_BYTES)).hexdigest()
    except OSError:
        return None
