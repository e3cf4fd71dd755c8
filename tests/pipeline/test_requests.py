"""What a job costs a store in requests: counted by the store itself, over the whole job."""

import gzip
import json
import re
import time
from collections import Counter
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
LINE = re.compile(r'"(?:\x1b\[[0-9;]*m)*(\w+) (\S+) HTTP/1')
OF_TIME = re.compile(r"/work/(events|lease)/|=[^&]*work%2F(events|lease)%2F")  # they grow with seconds, not with files
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


def requests(log: Path) -> Counter[str]:
    time.sleep(0.3)  # the store writes a line after its answer
    made = LINE.findall(log.read_text(errors="replace"))
    return Counter(method for method, path in made if not OF_TIME.search(path))


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
    print(f"\n{made.total():,} requests for {FILES} files: {dict(made)}")
    assert made.total() <= REQUESTS_A_FILE * FILES
    before = requests(log)
    assert run_file(job).did_nothing
    assert (requests(log) - before).total() <= 2 * FILES, "a run that has nothing to do looks at each file once"


@pytest.mark.slow
def test_units_of_one_file_cost_no_more_than_so_many_each(s3, log, ray_session, tmp_path, monkeypatch):
    monkeypatch.setattr(sharing, "FEW_FILES", 1000)
    made, written = [], []
    for files in (10, 40):
        folder = tmp_path / f"{tmp_path.name}-{files}"
        folder.mkdir()
        job = job_of(folder, s3, files)
        before = requests(log)
        assert run_file(job).ran["ingest"] == files
        more = requests(log) - before
        made.append(more.total())
        written.append(more["PUT"])
    each = (made[1] - made[0]) / 30
    puts = (written[1] - written[0]) / 30
    print(f"\n{each:.1f} requests a unit of one file, {puts:.1f} of them PUT, beside {made[0] - 10 * each:.0f}")
    assert each <= REQUESTS_A_UNIT
    assert estimate.A_UNIT - 1 <= each - 2 <= estimate.A_UNIT, "what plan says of a unit: all but the two of its file"
    assert puts == estimate.PUTS_A_UNIT


def test_plan_says_how_many_requests_a_run_makes(s3, ray_session, tmp_path):
    job = job_of(tmp_path, s3, 40)
    (line,) = [line for line in say("plan", job).splitlines() if line.startswith("requests: ")]
    assert re.fullmatch(r"requests: about \d+ to S3 for 40 files in 1 unit", line)
