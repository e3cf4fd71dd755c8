"""What a job costs a store in requests: counted by the store itself, over the whole job."""

import gzip
import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import s3fs

from corpusmill.pipeline.report.cost import prices as estimate
from corpusmill.pipeline.workspace import sharing
from tests.pipeline.conftest import run_file, say

pytestmark = pytest.mark.ray

FILES, DOCUMENTS = 250, 20
REQUESTS_A_FILE = 4  # at most, over the whole job; a look at its head before work and a read of it are two of them
REQUESTS_A_UNIT = 8  # of one file that shares its unit with no other
OF_TIME_A_RUN = 50  # that take and give back the lease, look at it before commits, begin and end the events
OF_TIME_A_SECOND = {"lease": 3 / 20, "events": 1 / 5, "request to stop": 1 / 15}  # the latter two fewer after minutes
LINE = re.compile(r'"(?:\x1b\[[0-9;]*m)*(\w+) (\S+) HTTP/1')
OF_TIME = re.compile(r"/work/(events|lease)/|=[^&]*work%2F(events|lease)%2F")  # of which each second brings some
JOB = """
name: counted
workspace: s3://test/counted/{name}/work
output: s3://test/counted/{name}/out
storage: {{endpoint_url: '{store}'}}
inputs:
  - {{source: a, paths: ['s3://test/counted/{name}/in'], storage: {{endpoint_url: '{store}'}}}}
documents: [signals.counts]
output_shards: 2
"""


@pytest.fixture
def log(s3: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the store writes of every request."""
    (found,) = tmp_path_factory.getbasetemp().glob("s30/log")
    return found


@dataclass(frozen=True)
class Requests:
    """What the store was asked so far, by method: for units and the job, and as time passes; at: when, in seconds."""

    of_units: Counter[str]
    of_time: Counter[str]
    at: float

    def __sub__(self, other: "Requests") -> "Requests":
        return Requests(self.of_units - other.of_units, self.of_time - other.of_time, self.at - other.at)

    @property
    def total(self) -> int:
        return self.of_units.total() + self.of_time.total()


def requests(log: Path) -> Requests:
    time.sleep(0.3)  # the store writes a line after its answer
    found = Counter[str](), Counter[str]()
    for method, path in LINE.findall(log.read_text(errors="replace")):
        found[bool(OF_TIME.search(path))][method] += 1
    return Requests(*found, time.monotonic())


def job_of(folder: Path, store: str, files: int) -> Path:
    """A job on so many small files in the store."""
    fs = s3fs.S3FileSystem(key="testing", secret="testing", endpoint_url=store)
    for n in range(files):
        rows = [{"text": f"document {k} of file {n} " + f"word{n}x{k} " * 30} for k in range(DOCUMENTS)]
        payload = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
        fs.pipe_file(f"test/counted/{folder.name}/in/{n:05}.jsonl.gz", payload)
    (folder / "job.yaml").write_text(JOB.format(name=folder.name, store=store))
    return folder / "job.yaml"


def test_many_small_files_cost_few_requests_each(s3, log, ray_session, tmp_path):
    job = job_of(tmp_path, s3, FILES)
    before = requests(log)
    assert run_file(job).ran["ingest"] == 1
    made = requests(log) - before
    print(f"\n{made.total:,} requests for {FILES} files: {dict(made.of_units)}, as time passes {dict(made.of_time)}")
    assert made.total <= REQUESTS_A_FILE * FILES
    before = requests(log)
    assert run_file(job).did_nothing
    assert (requests(log) - before).total <= 2 * FILES, "a run that has nothing to do looks at each file once"


@pytest.mark.slow
def test_units_of_one_file_cost_no_more_than_so_many_each(s3, log, ray_session, tmp_path, monkeypatch):
    monkeypatch.setattr(sharing, "FEW_FILES", 1000)
    made = list[Requests]()
    for files in (10, 40):
        folder = tmp_path / f"{tmp_path.name}-{files}"
        folder.mkdir()
        job = job_of(folder, s3, files)
        before = requests(log)
        assert run_file(job).ran["ingest"] == files
        made.append(requests(log) - before)
        print(f"\n{files} files in {made[-1].at:.0f} s: {dict(made[-1].of_units)}, {dict(made[-1].of_time)}")
    few, many = made
    each = (many.of_units.total() - few.of_units.total()) / 30
    puts = (many.of_units["PUT"] - few.of_units["PUT"]) / 30
    a_second = sum(OF_TIME_A_SECOND.values())
    print(
        f"{each:.2f} requests a unit of one file, {puts:.1f} of them PUT, beside {few.of_units.total() - 10 * each:.0f}"
    )
    print(f"{each + many.at / 40 * a_second:.2f} with those of events and lease, at {many.at / 40:.1f} s a unit")
    assert each <= REQUESTS_A_UNIT
    for found in made:
        assert found.of_time.total() <= OF_TIME_A_RUN + a_second * found.at
    assert estimate.A_UNIT - 1 <= each - 2 <= estimate.A_UNIT, "what plan says of a unit: all but the two of its file"
    assert puts == estimate.PUTS_A_UNIT


def test_plan_says_how_many_requests_a_run_makes(s3, ray_session, tmp_path):
    job = job_of(tmp_path, s3, 40)
    (line,) = [line for line in say("plan", job).splitlines() if line.startswith("requests: ")]
    assert re.fullmatch(r"requests: about \d+ to S3 for 40 files in 1 unit", line)
