"""Uploads that were cut off on S3 are found by age and name, told first, then given up; nobody else's are."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from corpusmill.cluster import lease, uploads
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files.dataset_layout import STATE
from corpusmill.pipeline.run.stages import folders
from corpusmill.pipeline.workspace import unfinished_uploads as cut_off
from tests.pipeline.conftest import say
from tests.pipeline.jobs import write_job

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture
def client(s3, monkeypatch):
    """A client of the store, with whose keys this process works too."""
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    return boto3.client("s3", endpoint_url=s3)


def begin(client, *keys: str) -> None:
    for key in keys:
        told = client.create_multipart_upload(Bucket="test", Key=key)
        client.upload_part(Bucket="test", Key=key, UploadId=told["UploadId"], PartNumber=1, Body=b"half of it")


def remaining(client, folder: str) -> set[str]:
    told = client.list_multipart_uploads(Bucket="test", Prefix=f"{folder}/")
    return {u["Key"].removeprefix(f"{folder}/") for u in told.get("Uploads", ())}


@pytest.mark.thorough
def test_only_those_of_ours_that_are_old_enough_are_found(s3, client):
    part = "data/part-00000-of-00002.parquet"
    begin(client, "found/work/tokens/ab.parquet", "found/work/notes.bin", "found/workshop/tokens/cd.parquet")
    begin(client, f"found/out/{part}", "found/out/movie.mp4", f"found/theirs/{part}")
    storage = {"endpoint_url": s3}
    work, out, theirs = (Store(f"s3://test/found/{name}", storage) for name in ("work", "out", "theirs"))
    out.publish(STATE, b"ours")
    found = cut_off.uploads(work, out, folders=folders(), now=LATER)
    assert [str(c).split(": unfinished")[0] for c in found] == [
        "s3://test/found/work/tokens/ab.parquet",
        f"s3://test/found/out/{part}",
    ]
    assert cut_off.uploads(theirs, theirs, folders=folders(), now=LATER) == []
    began = found[0].upload.began
    assert uploads.unfinished(work, before=began) == []
    assert [u.name for u in uploads.unfinished(work, before=began + timedelta(seconds=1))] != []
    for _ in range(2):  # the second finds nothing left to give up
        found[0].abort()
    assert remaining(client, "found/work") == {"notes.bin"}


@pytest.mark.thorough
def test_clean_lists_them_first_and_gives_them_up_on_request(s3, client, tmp_path):
    begin(client, "swept/work/tokens/ab.parquet", "swept/work/notes.bin")
    storage = f"storage: {{endpoint_url: '{s3}'}}"
    job = write_job(tmp_path, tmp_path, workspace="s3://test/swept/work", output="s3://test/swept/out", extra=storage)
    with lease.held(Store("s3://test/swept/work", {"endpoint_url": s3})):
        pass
    told = say("clean", job)
    assert "s3://test/swept/work/tokens/ab.parquet: unfinished upload, begun " in told
    assert "would delete 0 files, 0 B, and 1 unfinished upload; say --yes to do it" in " ".join(told.split())
    assert remaining(client, "swept/work") == {"tokens/ab.parquet", "notes.bin"}
    assert "deleted 0 files" in say("clean", "--yes", job)
    assert remaining(client, "swept/work") == {"notes.bin"}


def test_a_disk_has_none(tmp_path):
    assert uploads.unfinished(Store(str(tmp_path)), before=LATER) == []
