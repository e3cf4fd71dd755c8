"""What s3fs raises for a store that is away, busy or refuses an expired token is recognised, and waited out."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from corpusmill.cluster.patience import allowed
from corpusmill.cluster.storage import Store
from corpusmill.errors import StorageError, StoreUnavailable

pytestmark = pytest.mark.thorough

BUSY = 503, b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>injected</Message></Error>'
EXPIRED = 400, b'<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>expired</Message></Error>'
RESET = 0, b""
CONTENT = b'{"done": true}'


@contextmanager
def store_that_fails(answer: tuple[int, bytes], times: int) -> Iterator[tuple[Store, list[str]]]:
    """A store of one object that gives `answer` to so many requests first; the keys that its requests were signed with.

    RESET as an answer: the connection is cut.
    """
    left, keys = [times], list[str]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            keys.append(self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0])
            left[0] -= 1
            status, body = answer if left[0] >= 0 else (200, CONTENT)
            if status == 0:
                self.connection.close()
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    once = {"retries": {"mode": "standard", "total_max_attempts": 1}}
    options = {"endpoint_url": f"http://127.0.0.1:{server.server_port}", "config_kwargs": once}
    try:
        yield Store("s3://bucket/work", options), keys
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "first")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("answer", [BUSY, RESET])
def test_it_is_requested_until_it_answers(answer):
    with store_that_fails(answer, 7) as (store, keys), allowed(60, lambda _: None):
        assert store.read("a") == CONTENT
    assert len(keys) == 8


@pytest.mark.parametrize("request_", ["read", "exists"])
def test_renewed_credentials_are_used(request_):
    with store_that_fails(EXPIRED, 2) as (store, keys), allowed(60, lambda _: None):
        store.fs.connect()  # pyright: ignore[reportAttributeAccessIssue]
        os.environ["AWS_ACCESS_KEY_ID"] = "second"  # what fixture and monkeypatch put back
        assert getattr(store, request_)("a") in (CONTENT, True)
    assert (keys[0], keys[-1]) == ("first", "second")


def test_what_lasts_is_one_sentence_and_nothing_waits_without_leave():
    with store_that_fails(BUSY, 1000) as (store, _):
        with pytest.raises(StorageError, match="injected") as caught:
            store.read("a")
        assert not isinstance(caught.value, StoreUnavailable)
        with (
            allowed(1.5, lambda _: None),
            pytest.raises(StoreUnavailable, match="does not answer: tried for") as lasted,
        ):
            store.read("a")
    assert "'[Errno 16] injected'; all finished work is kept" in str(lasted.value)
