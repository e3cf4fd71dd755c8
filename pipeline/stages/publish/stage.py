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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.errors import StorageError
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.files.manifest import read_manifest
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.papers.papers import NAMES as PAPERS
from corpusmill.pipeline.papers.papers import papers
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.profile.count import COUNTS, from_json, to_json
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages.describe.files import NAME
from corpusmill.pipeline.stages.describe.profile import PROFILE, Profiled, ProfileStage
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable
from corpusmill.pipeline.stages.mix.stage import MixStage, Planned
from corpusmill.pipeline.stages.pack.stage import PackStage
from corpusmill.pipeline.stages.pack.unit import loss_of
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.steps.chat import TEMPLATE_FILES, template_files
from corpusmill.pipeline.steps.tokenizer import tokenizer_json

THRESHOLDS = "_thresholds.json"
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
VERSION = 2


@dataclass(frozen=True)
class Published:
    """The dataset's manifest and funnel, and whether it had to be written."""

    manifest: Mapping[str, Any]
    funnel: Funnel
    wrote: bool


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What is published. packed: its parts.

    failed: the shards that the dataset lacks, because the job said to go on without them; unreadable: those of which
    no record could be read. thresholds: quantiles that were found, by step; where there are any, they lie in
    `_thresholds.json`. extra: what else the manifest says. profile: counts of what the documents are, where they are
    made.
    """

    spec: JobSpec
    planned: Planned
    packed: Result
    funnel: Funnel
    failed: Sequence[Failed] = ()
    unreadable: Sequence[Unreadable] = ()
    thresholds: Mapping[str, Any]
    extra: Mapping[str, Any]
    profile: Profiled | None = None

    def manifest(self) -> Mapping[str, Any]:
        """Give what `_manifest.json` says of these parts."""
        parts = [dict(c["part"]) for c in self.packed.counts.values()]
        spec = self.spec
        manifest = {
            "version": VERSION,
            **owner_of(spec).to_json(),
            "tokenizer_sha256": hashlib.sha256(tokenizer_json(spec.tokens)).hexdigest(),
            "sequence_tokens": spec.tokens.sequence_tokens,
            "packing": spec.tokens.packing,
            "special_tokens": spec.tokens.special_tokens,
            "documents": sum(p["documents"] for p in parts),
            "sequences": sum(p["sequences"] for p in parts),
            "tokens": sum(p["tokens"] for p in parts),
            "plan_sha256": hashlib.sha256(self.planned.to_json()).hexdigest(),
            "funnel_sha256": hashlib.sha256(pretty(self.funnel.to_json())).hexdigest(),
            "missing": [*(missing(f) for f in self.failed), *(each.missing() for each in self.unreadable)],
            "parts": parts,
            **self.extra,
        }
        if spec.tokens.template is not None:
            manifest |= {"template": spec.tokens.template, "loss": loss_of(spec.tokens)}
            manifest["supervised_tokens"] = sum(p["supervised_tokens"] for p in parts)
        if self.planned.plan.unit is not Unit.TOKENS:
            manifest["mix_unit"] = self.planned.plan.unit
        if self.planned.without:
            manifest["without_documents"] = self.planned.without
        if self.profile is not None:
            manifest["profile_sha256"] = hashlib.sha256(pretty(to_json(self.profile.counts))).hexdigest()
        if self.thresholds:
            manifest["thresholds_sha256"] = hashlib.sha256(pretty(self.thresholds)).hexdigest()
        return {**manifest, "papers_sha256": papers_sha256(papers(self.facts(manifest)))}

    def facts(self, manifest: Mapping[str, Any]) -> Facts:
        """Give what the papers are written from."""
        counts = COUNTS.empty_table() if self.profile is None else self.profile.counts
        return Facts(spec=self.spec, manifest=manifest, funnel=self.funnel, counts=counts)

    def files(self, manifest: Mapping[str, Any]) -> Mapping[str, bytes]:
        """Give what lies beside the parts and the manifest, and is the same for the same dataset, by name."""
        found = {
            "tokenizer.json": tokenizer_json(self.spec.tokens),
            "_plan.json": self.planned.to_json(),
            "_funnel.json": pretty(self.funnel.to_json()),
            **papers(self.facts(manifest)),
        }
        found |= template_files(self.spec.tokens)
        found |= {PROFILE: pretty(to_json(self.profile.counts))} if self.profile is not None else {}
        return found | ({THRESHOLDS: pretty(self.thresholds)} if self.thresholds else {})


class PublishStage(Stage[Published]):
    """Publishes the dataset: its files and, last, its manifest."""

    name = "publish"

    def look(self, state: State) -> Status[Published]:
        made = contents(state)
        manifest = made.manifest()
        there = stands(state.output, manifest, made.files(manifest))
        return Status(outcome=Published(manifest, made.funnel, wrote=False) if there else None)

    def run(self, run: Run, state: State) -> Published:
        return publish(run, contents(state))

    def ran(self, outcome: Published) -> Mapping[str, int]:
        return {self.name: int(outcome.wrote)}


def contents(state: State, extra: Mapping[str, Any] | None = None, *, profile: Profiled | None = None) -> Contents:
    """What the stages before made for a dataset. extra: what else its manifest says; null: what these stages add, the
    profile too.
    """
    profile = state.of(ProfileStage) if extra is None else profile
    if extra is None:
        extra = {key: value for each in state.done for key, value in each.stage.in_manifest(each.outcome).items()}
    ingested = state.of(IngestStage)
    return Contents(
        spec=state.spec,
        planned=state.of(MixStage).planned,
        packed=state.of(PackStage),
        funnel=state.funnel(),
        failed=ingested.result.failed,
        unreadable=ingested.unreadable,
        thresholds=ingested.thresholds(),
        extra=extra,
        profile=profile,
    )


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


def papers_sha256(written: Mapping[str, bytes]) -> str:
    """sha256 over names and contents of all papers, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(written):
        whole.update(name.encode() + b"\0" + written[name] + b"\0")
    return whole.hexdigest()


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


def missing(failed: Failed) -> JsonObject:
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


def pretty(content: Any) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
