"""A small job on real excerpts, and how tests run it and compare what it made."""

import gzip
import hashlib
import io
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from click.testing import CliRunner
from fastwarc.warc import ArchiveIterator, WarcRecordType

from corpusmill.pipeline.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo" / "data"
PAGES, TEXTS, ROWS, VERSIONS = 40, 40, 120, 60  # records of each demo file: seconds of work, every language

# What may differ between two runs of the same job: when and where they ran, and how their inputs are stored.
CIRCUMSTANCES = ("_run.json", "_packing.json", "report.html")


def excerpts(folder: Path) -> Path:
    """The first records of the demo's files, as a WARC, a WET and two JSONL files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    members(DEMO / "crawl-00000.warc.gz", folder / "pages.warc.gz", WarcRecordType.response, PAGES)
    members(DEMO / "crawl-00001.warc.wet.gz", folder / "texts.warc.wet.gz", WarcRecordType.conversion, TEXTS)
    for name, rows in (("documents", ROWS), ("eips-versions", VERSIONS)):
        with gzip.open(DEMO / f"{name}.jsonl.gz", "rb") as source:
            lines = list(source)
        step = max(1, len(lines) // rows)
        (folder / f"{name}.jsonl").write_bytes(b"".join(lines[::step] if name == "documents" else lines[:rows]))
    return folder


def members(source: Path, target: Path, kind: WarcRecordType, count: int) -> None:
    """Copy the first `count` records of a kind, each as its own gzip member."""
    with source.open("rb") as file, target.open("wb") as out:
        for record in itertools.islice(ArchiveIterator(file, record_types=kind, parse_http=False), count):
            plain = io.BytesIO()
            record.write(plain)
            out.write(gzip.compress(plain.getvalue(), mtime=0))


def job_text(inputs: str, workspace: str, output: str, extra: str = "", temperature: float = 3.33) -> str:
    """The YAML of the small job. extra: further top-level lines."""
    return f"""
name: small
workspace: {workspace}
output: {output}
inputs:
  - source: crawl
    paths: ['{inputs}/pages*.warc.gz']
    domain: web
  - source: crawl-text
    paths: ['{inputs}/texts*.warc.wet.gz']
    domain: web
  - source: documents
    paths: ['{inputs}/documents*.jsonl']
    columns: {{source_id: id, url: url, domain: domain}}
  - source: eips
    paths: ['{inputs}/eips-versions*.jsonl']
    columns: {{source_id: id}}
    domain: code
documents:
  - extract.resiliparse
  - signals.language
  - signals.counts
  - decide.bounds: {{bounds: {{word_count: [20, 100_000]}}}}
mix: {{axes: [domain, language], temperature: {temperature}}}
tokens: {{sequence_tokens: 512}}
output_shards: 3
{extra}
"""


def write_job(folder: Path, inputs: Path | str, **options: object) -> Path:
    """The small job's file in `folder`, its workspace and output beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"workspace": f"{folder}/work", "output": f"{folder}/out", **options}
    path = folder / "job.yaml"
    path.write_text(job_text(str(inputs), **settings), encoding="utf-8")  # pyright: ignore[reportArgumentType]
    return path


def demo_job(folder: Path) -> Path:
    """The demo's job file and data in `folder`, its workspace and output beside them."""
    shutil.copytree(DEMO, folder / "data")
    job = yaml.safe_load((ROOT / "examples" / "demo" / "demo.yaml").read_text(encoding="utf-8"))
    job |= {"workspace": "work", "output": "out"}
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(job), encoding="utf-8")
    return path


def made(output: Path) -> dict[str, str]:
    """sha256 of every file of a dataset that two runs must agree on, by name."""
    files = [p for p in sorted(output.rglob("*")) if p.is_file() and p.name not in CIRCUMSTANCES]
    return {p.relative_to(output).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def corpusmill(
    *arguments: str, env: dict[str, str] | None = None, timeout: int = 300
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corpusmill", *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def corpusmill_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As `corpusmill`, in this process and on its Ray session, which saves the start of both."""
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
