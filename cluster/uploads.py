"""Uploads to an object store that were begun in parts and never completed: no listing shows them, they are paid for.

A process that is killed in the middle of a large file leaves one behind. Only S3 has them in this form; elsewhere there
is nothing to find.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from corpusmill.cluster.filesystems import asking, protocol_of
from corpusmill.cluster.storage import Store

S3 = ("s3", "s3a")


@dataclass(frozen=True, order=True)
class Upload:
    """An upload that was not completed: `name` in its store, the store's own id for it, when it began (with a zone)."""

    name: str
    id: str
    began: datetime


def unfinished(store: Store, *, before: datetime) -> list[Upload]:
    """Uploads into this folder that began before then, by name; none in a store that has no such thing."""
    if protocol_of(store.url) not in S3:
        return []
    bucket, _, key = store.root.partition("/")
    prefix = f"{key}/" if key else ""
    with asking(store.url):
        found = list(_listed(cast(Any, store.fs), bucket, prefix))
    return sorted(
        Upload(name=each["Key"][len(prefix) :], id=each["UploadId"], began=each["Initiated"])
        for each in found
        if each["Initiated"] < before
    )


def abort(store: Store, upload: Upload) -> None:
    """Give up an upload, and free what it holds; one that is gone is given up already."""
    bucket, _, key = store.root.partition("/")
    name = f"{key}/{upload.name}" if key else upload.name
    with asking(store.url):
        try:
            cast(Any, store.fs).call_s3("abort_multipart_upload", Bucket=bucket, Key=name, UploadId=upload.id)
        except FileNotFoundError:
            return


def _listed(fs: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Every unfinished upload below a prefix, page by page."""
    at: dict[str, str] = {}
    while True:
        page = fs.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix, **at)
        yield from page.get("Uploads", ())
        if not page.get("IsTruncated"):
            return
        at = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
