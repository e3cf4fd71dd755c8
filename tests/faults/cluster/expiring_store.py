"""Serves S3 over HTTP on this machine, and refuses requests signed with keys that have expired, as AWS does.

    python -m tests.faults.cluster.expiring_store PORT FOLDER

A file FOLDER/KEY makes the key id KEY expired from then on. FOLDER/refused holds a line for each refused request.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

SIGNED_BY = re.compile(r"Credential=([A-Za-z0-9]{1,128})/")
EXPIRED = b'<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>'
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def refusing(store: Wsgi, folder: Path) -> Wsgi:
    """The store, behind a check of the key that signed a request."""

    def answer(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        signed = SIGNED_BY.search(request.get("HTTP_AUTHORIZATION", ""))
        if signed is None or not (folder / signed[1]).exists():
            return store(request, start)
        with (folder / "refused").open("a") as log:
            log.write(f"{request['REQUEST_METHOD']} {request['PATH_INFO']}\n")
        head = request["REQUEST_METHOD"] == "HEAD"
        length = "0" if head else str(len(EXPIRED))
        start("400 Bad Request", [("Content-Type", "application/xml"), ("Content-Length", length)])
        return [] if head else [EXPIRED]

    return answer


if __name__ == "__main__":
    app = refusing(DomainDispatcherApplication(create_backend_app), Path(sys.argv[2]))
    run_simple("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=MotoRequestHandler)
