"""Fetches an object of S3 with its tag in one request, which no change of the object can come between."""

from typing import Any, cast

from fsspec import AbstractFileSystem
from fsspec.asyn import sync

from corpusmill.cluster.storage import etag_of


def object_and_tag(fs: AbstractFileSystem, address: str) -> tuple[bytes, str]:
    """The content of an object and its ETag, as a listing has it. FileNotFoundError where there is none."""
    store = cast(Any, fs)
    return cast(tuple[bytes, str], sync(store.loop, _fetched, store, address))


async def _fetched(fs: Any, address: str) -> tuple[bytes, str]:
    bucket, key, version = fs.split_path(address)
    reply = await fs._call_s3("get_object", Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))
    try:
        content = await reply["Body"].read()
    finally:
        reply["Body"].close()
    return content, etag_of({"ETag": reply["ETag"], "size": len(content)})
