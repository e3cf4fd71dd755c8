"""Writes what makes the packed shards a dataset, the manifest last of all.

What is the same for the same input and job (parts, plan, manifest, card, tokenizer, funnel) is byte-equal between runs;
times and hosts are in `_run.json` alone. Without `_manifest.json` there is no dataset, whatever lies in the folder.
"""

import json
import os
import platform
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.errors import StorageError
from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.files.manifest import read_manifest
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.papers.papers import NAMES as PAPERS
from corpusmill.pipeline.papers.papers import papers
from corpusmill.pipeline.profile.count import COUNTS, from_json
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages.describe.files import NAME
from corpusmill.pipeline.stages.describe.profile import PROFILE
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable
from corpusmill.pipeline.stages.publish.contents import THRESHOLDS, Contents, file_of, papers_sha256, pretty
from corpusmill.pipeline.steps.chat import TEMPLATE_FILES

RUN = "_run.json"

BESIDE = (
    "tokenizer.json",
    "_plan.json",
    "_funnel.json",
    THRESHOLDS,
    PROFILE,
    RUN,
    *TEMPLATE_FILES,
    *PAPERS,
)  # the parts and the manifest


@dataclass(frozen=True)
class Published:
    """The dataset's manifest and funnel, and whether it had to be written."""

    manifest: Mapping[str, Any]
    funnel: Funnel
    wrote: bool


def publish(run: Run, made: Contents) -> Published:
    """Write what goes beside the parts, sweep parts of earlier runs, write the manifest."""
    manifest = made.manifest()
    files = made.files(manifest)
    if stands(run.output, manifest, files):
        return Published(manifest, made.funnel, wrote=False)
    parts = manifest["parts"]
    run.lease.check()
    there = {f.uri: f.size for f in run.output.files()}
    for part in parts:
        if there.get(part["name"]) != part["bytes"]:
            raise StorageError(f"{run.output.url}/{part['name']} is not what was packed: does another run write there?")
    sweep_parts(run, parts)
    sweep_document_files(run, manifest)
    for name, content in files.items():
        run.output.publish(name, content)
    if THRESHOLDS not in files and run.output.exists(THRESHOLDS):
        run.output.delete(THRESHOLDS)
    run.output.publish(RUN, pretty({**circumstances(run.started, made.failed, made.unreadable), **run.provenance()}))
    put_manifest(run, manifest)
    return Published(manifest, made.funnel, wrote=True)


def stands(output: Store, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bool:
    """Whether the output is that dataset: it has this manifest and, beside the parts, files of these sizes."""
    if current(output) != manifest:
        return False
    there = {f.uri: f.size for f in output.files()}
    return all(there.get(name) == len(content) for name, content in files.items())


def put_papers(run: Run, manifest: Mapping[str, Any], funnel: Funnel) -> Mapping[str, Any]:
    """Write the papers of a published dataset again, whose manifest has changed; the manifest with their checksum."""
    try:
        counts = from_json(json.loads(run.output.read(PROFILE)))
    except FileNotFoundError:
        counts = COUNTS.empty_table()
    written = papers(Facts(spec=run.spec, manifest=manifest, funnel=funnel, counts=counts))
    for name, content in written.items():
        run.output.publish(name, content)
    return {**manifest, "papers_sha256": papers_sha256(written)}


def put_manifest(run: Run, manifest: Mapping[str, Any]) -> None:
    """Write the manifest: the last thing a dataset needs, and the only one readers trust."""
    run.lease.check()
    faultpoint.reached("publish.manifest")
    run.output.publish(MANIFEST, pretty(manifest))


def sweep_parts(run: Run, parts: Sequence[Mapping[str, Any]]) -> None:
    """Delete the parts of ours in the output that are none of these."""
    names = [file.uri for file in run.output.files()]
    for name in own_output.obsolete_parts(
        names, current={p["name"] for p in parts}, ours=own_output.is_ours(run.output)
    ):
        run.output.delete(name)


def sweep_document_files(run: Run, manifest: Mapping[str, Any]) -> None:
    """Delete the files about documents in the output that the manifest does not name."""
    named = {str(file["name"]) for file in manifest.get("document_files", ())}
    for file in run.output.files():
        if NAME.fullmatch(file.uri) and file.uri not in named and own_output.is_ours(run.output):
            run.output.delete(file.uri)


def current(output: Store) -> Mapping[str, Any] | None:
    """The manifest that lies in the output; None where there is none. InvalidDataset for one that is not of ours."""
    return read_manifest(output) if output.exists(MANIFEST) else None


def circumstances(started: float, failed: Sequence[Failed], unreadable: Sequence[Unreadable] = ()) -> JsonObject:
    """When, where, how long, why stretches are missing: what must not be in a file that two runs should agree on."""
    found = {
        "finished_at_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(time.monotonic() - started, 1),
        "host": socket.gethostname(),
        "python": platform.python_version(),
    }
    secrets = environment_secrets(os.environ)
    missing = [{"file": file_of(f), "start": f.unit["start"], "error": redacted(f.error, secrets)} for f in failed]
    missing += [{"file": u.missing()["file"], "start": u.shard.start, "error": str(u)} for u in unreadable]
    return found | ({"missing": missing} if missing else {})
