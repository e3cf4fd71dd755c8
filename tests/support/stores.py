"""Folders of the S3 store of tests."""

from corpusmill.cluster.storage import Store


def in_s3(endpoint: str, folder: str) -> Store:
    """A folder of the bucket `test`, which lies empty until a test writes there."""
    return Store(f"s3://test/{folder}", {"key": "testing", "secret": "testing", "endpoint_url": endpoint})
