"""Send a job to a Ray cluster through its job server: the code and the job file travel, the log comes back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ray.job_submission import JobStatus, JobSubmissionClient

EXCLUDED = [
    ".git",
    ".venv*",
    "__pycache__",
    "tests",
    "docs",
    "benchmarks",
    "examples/demo/data",
    "demo-output",
    "*.egg-info",
]


class JobFailed(RuntimeError):
    """A submitted job ended, and not well."""


def submit(*, address: str, code: Path, entrypoint: str, say: Callable[[str], None], wait: bool) -> str:
    """Start `entrypoint` in a copy of the folder `code` on the cluster; gives the job's id there.

    wait: follow its log until it ends, and raise JobFailed unless it succeeded.
    """
    client = JobSubmissionClient(address)
    job = client.submit_job(entrypoint=entrypoint, runtime_env={"working_dir": str(code), "excludes": EXCLUDED})
    say(f"submitted as {job}; `ray job logs {job} --address {address}` shows its log")
    if not wait:
        return job

    async def follow() -> None:
        async for lines in client.tail_job_logs(job):
            say(lines.rstrip("\n"))

    asyncio.run(follow())
    status = client.get_job_status(job)
    if status != JobStatus.SUCCEEDED:
        raise JobFailed(f"{job} ended as {status.value}: {client.get_job_info(job).message}")
    return job
