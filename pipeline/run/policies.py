"""Binds thresholds to a corpus: what was proposed on which evidence, who approved it, and whether a run keeps to it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.build.documents import numbered
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.changes import decisions
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.workspace.inventory import Shard

FORMAT = "corpusmill policy 1"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The content of a policy file.

    corpus: `corpus_of` the inputs; decisions: parameters by step; evidence: what these kept when they were proposed.
    approved_by, approved_at_utc: null until somebody approves.
    """

    job: str
    corpus: str
    decisions: Mapping[str, Any]
    evidence: Mapping[str, Any]
    note: str = ""
    proposed_at_utc: str = ""
    approved_by: str | None = None
    approved_at_utc: str | None = None

    def to_json(self) -> bytes:
        """The file."""
        told = {"format": FORMAT, **asdict(self)}
        return (json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes, name: str) -> Self:
        """Read a policy file. InputError for anything else."""
        try:
            told = json.loads(content)
            if told.pop("format") != FORMAT:
                raise ValueError(told)
            return cls(**told)
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise InputError([f"{name} is no policy file: `corpusmill policy propose JOB` writes one"]) from e


def corpus_of(shards: Iterable[Shard]) -> str:
    """Changes with the files that are read: their sources, sizes and content tags; not with where they are stored."""
    return digest("corpus", sorted({(s.source, s.uri.rsplit("/", 1)[-1], s.size, s.etag) for s in shards}))


def decisions_of(spec: JobSpec) -> JsonObject:
    """The parameters of each decision of a job, by the name overrides use."""
    names = numbered([step.operator for step in spec.documents])
    return {names[n]: json.loads(json.dumps(dict(spec.documents[n].params))) for n in decisions(spec)}


def mismatches(policy: Policy, spec: JobSpec, shards: Iterable[Shard]) -> Iterator[str]:
    """Why a job and its inputs are not what was approved, one sentence each."""
    if policy.approved_by is None:
        yield "the policy is proposed, not approved: `corpusmill policy approve JOB --by NAME`"
    now = decisions_of(spec)
    for name in sorted({*now} | {*policy.decisions}):
        if now.get(name) != policy.decisions.get(name):
            before, after = (json.dumps(found.get(name), ensure_ascii=False) for found in (policy.decisions, now))
            yield f"{name} differs: approved {before}, now {after}"
    if corpus_of(shards) != policy.corpus:
        yield "the inputs are others than those the thresholds were approved for"


def check_run(spec: JobSpec, shards: Iterable[Shard]) -> list[str]:
    """Warnings about a run that does not keep to the policy of its job; InputError where the job refuses such a run."""
    if spec.policy.file is None:
        return []
    wrong = list(mismatches(read(spec.policy.file, spec.storage), spec, shards))
    if wrong and spec.policy.on_mismatch == "refuse":
        what = "; ".join(wrong)
        told = f"{spec.policy.file}: {what}; propose and approve again, or set policy.on_mismatch: warn"
        raise InputError([told])
    return [f"{spec.policy.file}: {each}" for each in wrong]


def read(address: str, storage: Mapping[str, Any]) -> Policy:
    """The policy at an address. InputError where there is none."""
    folder, _, name = address.rpartition("/")
    try:
        return Policy.from_json(Store(folder or ".", storage).read(name), address)
    except FileNotFoundError as e:
        raise InputError([f"there is no policy file {address}: `corpusmill policy propose JOB` writes one"]) from e
