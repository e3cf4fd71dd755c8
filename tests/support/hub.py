"""A small server that speaks the API of the Hugging Face hub, as far as listing and reading dataset repositories go.

After the requests that huggingface_hub 2.4 makes and the answers that it reads: repository, tree (pages with a Link
header), paths-info, resolve with ranges, and errors by `X-Error-Code`. The public hub itself is not involved.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_test"
PAGE = 2  # entries of a page of a tree: the real hub has 1,000


@dataclass
class Repository:
    """A dataset repository. files: content by path. private: only for who sends TOKEN; gated: who has not agreed."""

    files: dict[str, bytes]
    private: bool = False
    gated: bool = False


@dataclass
class Hub:
    """Repositories by their id "owner/name", and what was requested."""

    repositories: dict[str, Repository]
    endpoint: str = ""
    requests: list[str] = field(default_factory=list)


def blob_id(content: bytes) -> str:
    """The id that git gives to a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def entries(files: Mapping[str, bytes], folder: str, *, recursive: bool) -> list[dict[str, object]]:
    """Files and folders below a folder, as `tree` has them."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, dict[str, object]] = {}
    for path, content in files.items():
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts) if recursive else min(2, len(parts))):
            name = prefix + "/".join(parts[:depth])
            found[name] = {"type": "directory", "oid": blob_id(name.encode()), "size": 0, "path": name}
        if recursive or len(parts) == 1:
            found[path] = {"type": "file", "oid": blob_id(content), "size": len(content), "path": path}
    return [found[name] for name in sorted(found)]


class Handler(BaseHTTPRequestHandler):
    """Answers for one request."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        parts = [unquote(part) for part in url.path.strip("/").split("/")]
        api = parts[0] == "api"
        self.hub.requests.append(f"{self.command} {url.path}")
        kind, owner, name, *rest = [*parts[int(api) :], "", "", ""][: max(3, len(parts) - api)]
        repository = self.hub.repositories.get(f"{owner}/{name}") if kind == "datasets" else None
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if repository is None or (repository.private and not known):
            self._error(401, "RepoNotFound", "Repository not found")  # the hub does not tell private from missing
        elif rest[:1] in (["revision"], ["tree"], ["paths-info"], ["resolve"]) and rest[1] not in ("main", "v1"):
            self._error(404, "RevisionNotFound", "Invalid rev id")
        elif repository.gated and rest[:1] == ["resolve"]:
            self._error(403, "GatedRepo", f"Access to dataset {owner}/{name} is restricted")
        elif api and rest[:1] in ([], ["revision"]):
            self._json({"id": f"{owner}/{name}", "sha": "0" * 40, "private": repository.private, "siblings": []})
        elif api and rest[0] == "tree":
            self._tree(repository, "/".join(rest[2:]), url.path, parse_qs(url.query))
        elif api and rest[0] == "paths-info":
            form = parse_qs(body.decode()) if body[:1] != b"{" else json.loads(body)
            every = {str(e["path"]): e for e in entries(repository.files, "", recursive=True)}
            self._json([every[path] for path in form.get("paths", []) if path in every])
        elif not api and rest[0] == "resolve" and (path := "/".join(rest[2:])) in repository.files:
            self._file(repository.files[path])
        else:
            self._error(404, "EntryNotFound", "Entry not found")

    def _tree(self, repository: Repository, folder: str, path: str, query: Mapping[str, list[str]]) -> None:
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        found = entries(repository.files, folder, recursive=recursive)
        if folder and not found:
            self._error(404, "EntryNotFound", f"{folder} does not exist")
            return
        start = int(query.get("cursor", ["0"])[0])
        more = start + PAGE < len(found)
        flags = f"recursive={'true' if recursive else 'false'}"
        following = f'<{self.hub.endpoint}{path}?{flags}&cursor={start + PAGE}>; rel="next"'
        self._json(found[start : start + PAGE], {"Link": following} if more else {})

    def _file(self, content: bytes) -> None:
        headers = {"ETag": f'"{blob_id(content)}"', "X-Repo-Commit": "0" * 40, "Accept-Ranges": "bytes"}
        status, size = 200, len(content)
        if wanted := self.headers.get("Range"):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last), size - 1) if last else size - 1
            status, content = 206, content[begin : end + 1]
            headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
        self._send(status, content, {**headers, "Content-Type": "application/octet-stream"})

    def _json(self, value: object, headers: Mapping[str, str] | None = None) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _error(self, status: int, code: str, message: str) -> None:
        self._send(status, json.dumps({"error": message}).encode(), {"X-Error-Code": code, "X-Error-Message": message})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def served(repositories: dict[str, Repository]) -> Iterator[Hub]:
    """A hub with these repositories, at `endpoint` until the `with` ends."""
    hub = Hub(repositories)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
