"""Whether one address lies inside another, however each is written."""

import os

from fsspec.implementations.local import LocalFileSystem

SAME_STORE = {"s3a": "s3", "gcs": "gs", "abfss": "abfs", "az": "abfs"}


def normal(address: str) -> str:
    """An address in the one form in which it can be compared: no slash at the end, local ones absolute, links followed.

    >>> normal("s3a://bucket/out//"), normal("file:///"), normal("/a/./b/../c/")
    ('s3://bucket/out', '/', '/a/c')
    """
    scheme, sep, rest = address.partition("://")
    if not sep or scheme in LocalFileSystem.protocol:
        return os.path.realpath(str(LocalFileSystem._strip_protocol(address)))
    return f"{SAME_STORE.get(scheme, scheme)}://{rest.rstrip('/')}"


def holds(folder: str, address: str) -> bool:
    """Whether `address` is `folder` or lies below it; both as `normal` gives them.

    >>> holds("s3://b/out", "s3://b/out/part"), holds("s3://b/out", "s3://b/output"), holds("/", "/a")
    (True, False, True)
    """
    return address == folder or address.startswith(folder.rstrip("/") + "/")
