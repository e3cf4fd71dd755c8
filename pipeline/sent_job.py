"""A job as `submit` sends it to a cluster: understood and checked already, in a file that is no job file."""

from pathlib import Path

from pipeline.config.spec import JobSpec

SENT = "job.sent.json"  # no name that a person would give a job file of their own


def is_sent(job: Path) -> bool:
    """Whether a file is a job that was sent; any other .json is a job file, JSON being YAML."""
    return job.name == SENT


def sent(job: Path) -> JobSpec:
    return JobSpec.from_canonical(job.read_text(encoding="utf-8"))
