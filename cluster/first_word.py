"""Whether a store answers at all, asked before work and with little patience: a running job has more."""

from collections.abc import Mapping
from typing import Any

from corpusmill.cluster.filesystems import S3_FIRST_WORD, asking, filesystem, protocol_of
from corpusmill.errors import AccessDenied, FileOperationFailed, NoBucket, StorageError


class FirstWord:
    """Asks each store once, and each of its buckets, so that a thousand paths in a store that is down cost one wait."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], StorageError | None] = {}
        self._silent: dict[str, StorageError] = {}

    def require(self, url: str, options: Mapping[str, Any]) -> None:
        """StorageError when the S3 store of an address has no answer, or no such bucket; no other answer counts."""
        if protocol_of(url) not in ("s3", "s3a"):
            return
        bucket = url.partition("://")[2].partition("/")[0]
        key = repr(sorted((str(k), repr(v)) for k, v in options.items()))
        if key in self._silent:
            raise self._silent[key]
        if (key, bucket) not in self._told:
            self._told[key, bucket] = _probe(url, bucket, options)
        if (error := self._told[key, bucket]) is not None:
            if not isinstance(error, NoBucket):
                self._silent[key] = error
            raise error


def _probe(url: str, bucket: str, options: Mapping[str, Any]) -> StorageError | None:
    quick = {**dict(options.get("config_kwargs") or {}), **S3_FIRST_WORD}
    try:
        with asking(f"s3://{bucket}"):
            fs: Any = filesystem(url, {**options, "config_kwargs": quick})
            fs.retries = 1  # of s3fs, each with all tries of the layer below; this instance is asked nothing else
            fs.call_s3("head_bucket", Bucket=bucket)
    except FileNotFoundError:
        return NoBucket(
            f"there is no bucket {bucket!r} in this store; correct its name (or endpoint_url), or create it"
        )
    except (AccessDenied, FileOperationFailed):
        return None  # it answered: no permission, busy; who needs more of it reports that
    except StorageError as e:
        return NoBucket(_wrong_name(bucket)) if "Invalid bucket name" in str(e) else e
    return None


def _wrong_name(bucket: str) -> str:
    if not bucket:
        return "the address names no bucket; write s3://BUCKET/PATH"
    return f"{bucket!r} cannot be the name of a bucket; correct the address: s3://BUCKET/PATH"
