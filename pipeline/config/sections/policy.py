"""Which approved thresholds a job has to keep to."""

from typing import Literal

from corpusmill.pipeline.config.base.section import Section


class PolicySpec(Section):
    """An approved set of thresholds, made by `corpusmill policy propose` and `approve`."""

    file: str | None = None
    """Address of the policy file, relative to the job file; null: none is asked for."""
    on_mismatch: Literal["refuse", "warn"] = "refuse"
    """What a run does when its decisions or its inputs are others than those that were approved."""
