"""The same input and job give the same bytes: on a disk or in S3, with one worker or two, from one file or many."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import CIRCUMSTANCES, corpusmill, made, write_job

pytestmark = pytest.mark.ray


def fetched(store: Store, folder: Path) -> Path:
    """A copy of a dataset on local disk."""
    folder.mkdir()
    for file in store.files():
        (folder / file.uri).parent.mkdir(exist_ok=True)
        (folder / file.uri).write_bytes(store.read(file.uri))
    return folder


def test_a_disk_and_s3_hold_the_same(inputs, ray_session, undisturbed, s3, tmp_path):
    options = {"endpoint_url": s3}
    inbox = Store("s3://test/in", options)
    for file in Path(inputs).iterdir():
        inbox.publish_file(file.name, file)
    job = write_job(tmp_path, "s3://test/in", workspace="s3://test/work", output="s3://test/out")
    text = job.read_text() + f"storage: {{endpoint_url: '{s3}'}}\n"
    job.write_text(text.replace("  - source", f"  - storage: {{endpoint_url: '{s3}'}}\n    source"))
    run_file(job)
    assert made(fetched(Store("s3://test/out", options), tmp_path / "copy")) == made(undisturbed / "out")
    assert run_file(job).did_nothing


def test_one_worker_makes_what_two_make(inputs, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    done = corpusmill("run", "--workers", "1", "--quiet", str(job))
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "out") == made(undisturbed / "out")
    assert set(CIRCUMSTANCES) <= {p.name for p in (tmp_path / "out").iterdir()}


def test_one_file_and_the_same_records_in_many_files_keep_the_same(inputs, ray_session, undisturbed, tmp_path):
    mine = tmp_path / "inputs"
    mine.mkdir()
    for name in ("documents", "eips-versions"):
        lines = (inputs / f"{name}.jsonl").read_bytes().splitlines(keepends=True)
        for i in range(0, len(lines), 25):
            (mine / f"{name}-{i:05d}.jsonl").write_bytes(b"".join(lines[i : i + 25]))
    for name in ("pages.warc.gz", "texts.warc.wet.gz"):
        whole = (inputs / name).read_bytes()
        cut = whole.index(b"\x1f\x8b\x08", len(whole) // 2)
        while not gzip.decompress(whole[cut:]).startswith(b"WARC/"):  # pragma: no cover
            cut = whole.index(b"\x1f\x8b\x08", cut + 1)
        (mine / name.replace(".", "-0.", 1)).write_bytes(whole[:cut])
        (mine / name.replace(".", "-1.", 1)).write_bytes(whole[cut:])
    run_file(write_job(tmp_path, mine))
    assert tokens_by_source_id(tmp_path / "work") == tokens_by_source_id(undisturbed / "work")
    assert clusters(tmp_path / "work") == clusters(undisturbed / "work")


def tokens_by_source_id(work: Path) -> dict[str, list[int]]:
    """Token ids of every surviving document, by its source's own id."""
    names = source_ids(work)
    table = pa.concat_tables([pq.read_table(p) for p in sorted((work / "tokens").glob("*.parquet"))])
    ids = dict(zip(table["doc_id"].to_pylist(), table["ids"].to_pylist(), strict=True))
    return {names[doc_id]: tokens for doc_id, tokens in ids.items()}


def clusters(work: Path) -> set[tuple[str, str, str]]:
    """(removed, survivor, rule) of every removal, by the sources' own ids."""
    names = source_ids(work)
    rows = [row for p in (work / "duplicates").rglob("*.parquet") for row in pq.read_table(p).to_pylist()]
    return {(names[r["doc_id"]], names[r["survivor"]], r["reason"]) for r in rows if r["reason"] is not None}


def source_ids(work: Path) -> dict[int, str]:
    tables = [pq.read_table(p, columns=["doc_id", "source_id"]) for p in (work / "documents").glob("*.parquet")]
    return {r["doc_id"]: r["source_id"] for t in tables for r in t.to_pylist()}


@pytest.mark.slow
def test_a_plain_processor_makes_the_same(inputs, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    features = json.loads(corpusmill_features())
    env = {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": " ".join(features)}
    done = corpusmill("run", "--quiet", str(job), env=env, timeout=900)
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "out") == made(undisturbed / "out")


def corpusmill_features() -> str:
    """The processor features that numpy would use here and can be told not to, as JSON."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return json.dumps([f for f in __cpu_dispatch__ if __cpu_features__[f]])
