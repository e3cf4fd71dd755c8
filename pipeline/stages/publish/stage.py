"""Publish: everything that makes the packed shards a dataset, the manifest last of all.

What is the same for the same input and job (parts, plan, manifest, card, tokenizer, funnel) is byte-equal between runs;
times and hosts are in `_run.json` alone. Without `_manifest.json` there is no dataset, whatever lies in the folder.
"""

import hashlib
import json
import os
import platform
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.errors import StorageError
from corpusmill.pipeline.config.base.secrets import known_secrets, redacted
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.run_units import Failed
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable
from corpusmill.pipeline.stages.mix.stage import Planned
from corpusmill.pipeline.stages.publish.card import card

THRESHOLDS = "_thresholds.json"
CARD = "README.md"
RUN = "_run.json"
BESIDE = ("tokenizer.json", "_plan.json", "_funnel.json", CARD, THRESHOLDS, RUN)  # the parts and the manifest
VERSION = 2


@dataclass(frozen=True)
class Published:
    """The dataset's manifest, and whether it had to be written."""

    manifest: Mapping[str, Any]
    wrote: bool


def publish(
    run: Run,
    planned: Planned,
    packed: Result,
    told: Funnel,
    failed: Sequence[Failed],
    *,
    unreadable: Sequence[Unreadable] = (),
    thresholds: Mapping[str, Any],
    started: float,
    extra: Mapping[str, Any],
    provenance: Callable[[], Mapping[str, Any]],
) -> Published:
    """Write what goes beside the parts, sweep parts of earlier runs, write the manifest.

    failed: the shards that the dataset lacks, because the job said to go on without them; unreadable: those of which
    no record could be read. thresholds: quantiles that were found, by step; where there are any, they lie in
    `_thresholds.json`. extra: what else the manifest says.
    provenance: gives how the dataset was made (pipeline.run.provenance), for `_run.json`, if that is written.
    """
    manifest = manifest_of(run.spec, planned, packed, told, failed, thresholds, extra, unreadable)
    files = beside(run.spec, planned, manifest, told, thresholds)
    if stands(run.output, manifest, files):
        return Published(manifest, wrote=False)
    parts = manifest["parts"]
    run.lease.check()
    there = {f.uri: f.size for f in run.output.files()}
    for part in parts:
        if there.get(part["name"]) != part["bytes"]:
            raise StorageError(f"{run.output.url}/{part['name']} is not what was packed: does another run write there?")
    sweep_parts(run, parts)
    for name, content in files.items():
        run.output.publish(name, content)
    if THRESHOLDS not in files and run.output.exists(THRESHOLDS):
        run.output.delete(THRESHOLDS)
    run.output.publish(RUN, pretty({**circumstances(started, failed, unreadable), **provenance()}))
    put_manifest(run, manifest, told)
    return Published(manifest, wrote=True)


def manifest_of(
    spec: JobSpec,
    planned: Planned,
    packed: Result,
    told: Funnel,
    failed: Sequence[Failed],
    thresholds: Mapping[str, Any],
    extra: Mapping[str, Any],
    unreadable: Sequence[Unreadable] = (),
) -> dict[str, Any]:
    """What `_manifest.json` says of these parts, see `publish`."""
    parts = [dict(c["part"]) for c in packed.counts.values()]
    manifest = {
        "version": VERSION,
        **owner_of(spec).to_json(),
        "tokenizer_sha256": resources.sha256(spec.tokens.tokenizer),
        "sequence_tokens": spec.tokens.sequence_tokens,
        "packing": spec.tokens.packing,
        "special_tokens": spec.tokens.special_tokens,
        "documents": sum(p["documents"] for p in parts),
        "sequences": sum(p["sequences"] for p in parts),
        "tokens": sum(p["tokens"] for p in parts),
        "plan_sha256": hashlib.sha256(planned.to_json()).hexdigest(),
        "funnel_sha256": hashlib.sha256(pretty(told.to_json())).hexdigest(),
        "missing": [*(missing(f) for f in failed), *(each.missing() for each in unreadable)],
        "parts": parts,
        **extra,
    }
    if planned.without:
        manifest["without_documents"] = planned.without
    if thresholds:
        manifest["thresholds_sha256"] = hashlib.sha256(pretty(thresholds)).hexdigest()
    return manifest


def beside(
    spec: JobSpec, planned: Planned, manifest: Mapping[str, Any], told: Funnel, thresholds: Mapping[str, Any]
) -> dict[str, bytes]:
    """What lies beside the parts and the manifest, and is the same for the same dataset, by name."""
    found = {
        "tokenizer.json": resources.opened(spec.tokens.tokenizer),
        "_plan.json": planned.to_json(),
        "_funnel.json": pretty(told.to_json()),
        CARD: card(spec, manifest, told).encode(),
    }
    return found | ({THRESHOLDS: pretty(thresholds)} if thresholds else {})


def stands(output: Store, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bool:
    """Whether the output is that dataset: it has this manifest and, beside the parts, files of these sizes.

    The card is read: it says things of the job that the manifest does not.
    """
    if current(output) != manifest:
        return False
    there = {f.uri: f.size for f in output.files()}
    return all(there.get(name) == len(content) for name, content in files.items()) and output.read(CARD) == files[CARD]


def put_manifest(run: Run, manifest: Mapping[str, Any], told: Funnel) -> None:
    """Write the card, then the manifest: the last thing a dataset needs, and the only one readers trust."""
    run.lease.check()
    run.output.publish(CARD, card(run.spec, manifest, told).encode())
    faultpoint.reached("publish.manifest")
    run.output.publish(MANIFEST, pretty(manifest))


def sweep_parts(run: Run, parts: Sequence[Mapping[str, Any]]) -> None:
    """Delete the parts of ours in the output that are none of these."""
    names = [file.uri for file in run.output.files()]
    for name in own_output.left_over(names, wanted={p["name"] for p in parts}, ours=own_output.is_ours(run.output)):
        run.output.delete(name)


def missing(failed: Failed) -> dict[str, Any]:
    """What the manifest says of a stretch of input that is not in the dataset.

    reason: the class of the error. Its words may hold a path, a host or a secret, and are in `_run.json`.
    """
    unit = failed.unit
    name = file_of(failed)
    return {"source": unit["source"], "file": name, "start": unit["start"], "end": unit["end"], "reason": failed.kind}


def file_of(failed: Failed) -> str:
    """The name of its file, without the folder."""
    return str(failed.unit["uri"]).partition("?")[0].rsplit("/", 1)[-1]


def current(output: Store) -> Mapping[str, Any] | None:
    """The manifest that lies in the output, or None."""
    try:
        return json.loads(output.read(MANIFEST))
    except FileNotFoundError:
        return None


def circumstances(started: float, failed: Sequence[Failed], unreadable: Sequence[Unreadable] = ()) -> dict[str, Any]:
    """When, where, how long, why stretches are missing: what must not be in a file that two runs should agree on."""
    found = {
        "finished_at_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(time.monotonic() - started, 1),
        "host": socket.gethostname(),
        "python": platform.python_version(),
    }
    secrets = known_secrets(os.environ)
    missing = [{"file": file_of(f), "start": f.unit["start"], "error": redacted(f.error, secrets)} for f in failed]
    missing += [{"file": u.missing()["file"], "start": u.shard.start, "error": str(u)} for u in unreadable]
    return found | ({"missing": missing} if missing else {})


def pretty(content: Any) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
