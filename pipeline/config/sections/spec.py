"""What a job is: the frozen content of a job file, after defaults, recipes and overrides."""

import json
from typing import Annotated, Literal, Self

from pydantic import Field

from corpusmill.pipeline.config.base.section import PlainMap, Positive, Section, Share
from corpusmill.pipeline.config.sections.about import AboutSpec
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.config.sections.drift import DriftSpec
from corpusmill.pipeline.config.sections.evidence import EvidenceSpec
from corpusmill.pipeline.config.sections.inputs import InputSpec, SampleSpec
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.policy import PolicySpec
from corpusmill.pipeline.config.sections.steps import StepSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.config.sections.versions import VersionsSpec


class JobSpec(Section):
    """Everything a run depends on. Made by pipeline.config.load, never by hand."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    """Name of the job and of its dataset."""
    workspace: str = "./work"
    """Address of the folder for intermediate tables; any fsspec URL."""
    output: str = "./out"
    """Address of the folder for the published dataset; any fsspec URL."""
    storage: PlainMap = Field(default_factory=dict)
    """fsspec options for workspace and output (endpoint_url, ...); never a secret."""
    inputs: Annotated[tuple[InputSpec, ...], Field(min_length=1)]
    """The sources; their order means nothing."""
    sample: SampleSpec = SampleSpec()
    """How much of the input to read."""
    documents: tuple[StepSpec, ...] = ()
    """The steps each document goes through, in order."""
    dedup: DedupSpec = DedupSpec()
    """What counts as a duplicate."""
    mix: MixSpec = MixSpec()
    """How much of what goes into the dataset."""
    tokens: TokensSpec = TokensSpec()
    """How text becomes rows of token ids."""
    evidence: EvidenceSpec = EvidenceSpec()
    """What is measured for the report and `what-if` beyond what the dataset needs."""
    policy: PolicySpec = PolicySpec()
    """Approved thresholds that runs keep to."""
    about: AboutSpec = AboutSpec()
    """What a person says of the dataset, for its papers."""
    drift: DriftSpec = DriftSpec()
    """How far it may drift from the dataset it replaces."""
    output_shards: Positive | None = None
    """Number of output shards; null: as many as `shard_tokens` asks for."""
    shard_tokens: Positive | None = None
    """Tokens in an output shard; null: 100,000,000 (guess: 400 MB before compression) unless `output_shards` is set."""
    store_patience: Annotated[float, Field(ge=0)] = 600.0
    """Seconds that a run waits, once it has begun, for a store that does not answer or refuses credentials that have
    expired; what is finished is kept in any case. 600: guess."""
    on_failure: Literal["stop", "continue"] = "stop"
    """What happens before publish when units failed after all tries."""
    max_failed_share: Share = 0.01
    """Share of input shards (files, or stretches of large ones) that may give not one record because none can be read,
    and with `continue` also fail, 0 to 1; above it nothing is published. 0.01: guess."""

    versions: VersionsSpec = VersionsSpec()
    """What happens to the versions that updates publish."""

    def to_canonical(self) -> str:
        """The spec as JSON with sorted keys: equal specs give equal text, on any machine."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """The spec whose `to_canonical` is `text`."""
        return cls.model_validate_json(text)
