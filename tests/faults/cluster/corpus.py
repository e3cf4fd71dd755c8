"""The job of these tests: real pages and texts in a few dozen files of a store, a unit each."""

import gzip
import io
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from fastwarc.warc import ArchiveIterator, WarcRecordType

from tests.faults.cluster.store import BUCKET
from tests.pipeline.jobs import DEMO, job_text

FILES = 3  # of each source, so that no two share a unit
RECORDS = 15  # of each file


def upload(client: Any) -> int:
    """Put the inputs into the store; gives how many records they have."""
    files: dict[str, bytes] = {}
    for name, source, kind in (
        ("pages-{}.warc.gz", "crawl-00000.warc.gz", WarcRecordType.response),
        ("texts-{}.warc.wet.gz", "crawl-00001.warc.wet.gz", WarcRecordType.conversion),
    ):
        with (DEMO / source).open("rb") as file:
            records = itertools.islice(ArchiveIterator(file, record_types=kind, parse_http=False), FILES * RECORDS)
            for number, record in enumerate(records):
                plain = io.BytesIO()
                record.write(plain)
                target = name.format(number % FILES)
                files[target] = files.get(target, b"") + gzip.compress(plain.getvalue(), mtime=0)
    for name in ("documents", "eips-versions"):
        with gzip.open(DEMO / f"{name}.jsonl.gz", "rb") as source:
            lines = list(source)
        step = len(lines) // (FILES * RECORDS)
        for number, line in enumerate(lines[::step][: FILES * RECORDS]):
            target = f"{name}-{number % FILES}.jsonl"
            files[target] = files.get(target, b"") + line
    for name, content in files.items():
        client.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=content)
    return 4 * FILES * RECORDS


def write_job(folder: Path, name: str, address: str, settings: Mapping[str, Any]) -> Path:
    """The job file of a run with a workspace and an output of its own. settings: further top-level keys."""
    place = f"s3://{BUCKET}/{name}"
    job = yaml.safe_load(job_text(f"s3://{BUCKET}/in", f"{place}/work", f"{place}/out"))
    storage = {"storage": {"endpoint_url": address}}
    job |= {**storage, **settings}
    for each in job["inputs"]:
        each |= storage
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(job), encoding="utf-8")
    return path
