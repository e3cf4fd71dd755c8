"""An object store for the pages that need one."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "my-bucket"


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """Variables that lead to a store over HTTP with the bucket `my-bucket`, one file of the demo in it."""
    log = (tmp_path_factory.mktemp("s3") / "log").open("w")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        told = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "reader",
            "AWS_SECRET_ACCESS_KEY": "reader-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        client = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id="reader",
            aws_secret_access_key="reader-secret",
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=BUCKET)
        demo = ROOT / "examples" / "demo" / "data" / "documents.jsonl.gz"
        client.put_object(Bucket=BUCKET, Key="crawl/documents.jsonl.gz", Body=demo.read_bytes())
        yield told
    finally:
        server.terminate()
        server.wait(timeout=10)
        log.close()


def free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError as e:
            e.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"no answer from {url}")
