"""Send a job to a Ray cluster through its job server: code and files travel, the log comes back."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from corpusmill.errors import JobFailed

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

NOT_READY = "No available agent"  # Ray 2.60
ASKED_AGAIN, PAUSE_S = 6, 5.0  # the server itself waits ten seconds each time


def submit(
    *,
    address: str,
    code: Path,
    files: Mapping[str, str],
    entrypoint: str,
    say: Callable[[str], None],
    wait: bool,
    complete: Callable[[Path], None] = lambda _: None,
) -> str:
    """Start `entrypoint` on the cluster, in a folder with this project's package and `files`; its id there.

    code: the folder of the package. wait: follow the log until the job ends; JobFailed unless it succeeded.
    complete: called with the copy of the package before it is sent.
    """
    from ray.exceptions import AuthenticationError
    from ray.job_submission import JobStatus, JobSubmissionClient

    try:
        client = JobSubmissionClient(address)
    except (ConnectionError, RuntimeError, AuthenticationError) as e:
        raise JobFailed(
            f"the job server at {address} did not answer: {e}; it is part of the dashboard: pip install 'ray[default]' "
            "on the head, `ray start --head --dashboard-host 0.0.0.0`, and http://HOST:8265 as address; when the "
            "cluster uses tokens, RAY_AUTH_MODE and RAY_AUTH_TOKEN_PATH must be the same here as there"
        ) from e
    with tempfile.TemporaryDirectory(prefix="corpusmill-submit-") as folder:
        shutil.copytree(code, Path(folder) / code.name, ignore=shutil.ignore_patterns("__pycache__"))
        complete(Path(folder) / code.name)
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        job = _accepted(client, entrypoint, folder)
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


def _accepted(client: "JobSubmissionClient", entrypoint: str, folder: str) -> str:
    """The job's id. A head that has just come up answers before it can start jobs: it is asked again for a while."""
    for _ in range(ASKED_AGAIN):
        try:
            return client.submit_job(entrypoint=entrypoint, runtime_env={"working_dir": folder})
        except RuntimeError as e:
            if NOT_READY not in str(e):
                raise JobFailed(f"the job server refused the job: {e}") from e
        time.sleep(PAUSE_S)
    raise JobFailed(
        f"the job server had no agent to start the job within {ASKED_AGAIN * PAUSE_S:.0f} s; try again later"
    )
