"""What is published: the manifest, and the files that lie beside it and the parts."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.papers.papers import papers
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.profile.count import COUNTS, to_json
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.stages.describe.profile import PROFILE, Profiled, ProfileStage
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.ingest.unreadable import Unreadable
from corpusmill.pipeline.stages.mix.stage import MixStage, Planned
from corpusmill.pipeline.stages.pack.stage import PackStage
from corpusmill.pipeline.stages.pack.unit import loss_of
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.steps.chat import template_files
from corpusmill.pipeline.steps.tokenizer import tokenizer_json

THRESHOLDS = "_thresholds.json"

VERSION = 2


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


def papers_sha256(written: Mapping[str, bytes]) -> str:
    """sha256 over names and contents of all papers, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(written):
        whole.update(name.encode() + b"\0" + written[name] + b"\0")
    return whole.hexdigest()


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


def pretty(content: Any) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
