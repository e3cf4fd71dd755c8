"""A folder in any store fsspec knows: list it, read from it, publish into it whole or not at all.

On S3 an exception inside `with fs.open(path, "wb")` still completes the upload, with truncated data. So nothing here
is ever written through an open handle: a payload is complete, in memory or in a local file, before the one call that
publishes it. On a local disk that call writes under a unique name, then renames.
"""

import contextlib
import functools
import io
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from corpusmill.cluster import bundled, bundles
from corpusmill.cluster.filesystems import asking, filesystem, is_s3, renewed
from corpusmill.cluster.folder_markers import is_marker, without_markers
from corpusmill.cluster.last_buffers import wait_at_exit
from corpusmill.cluster.patience import patiently
from corpusmill.errors import StorageError

# What file systems without an ETag tell of a file: local, SFTP, HDFS, HTTP, the Hugging Face hub.
CHANGE_ADVICE = (
    *("mtime", "modificationTime", "LastModified", "last_modified", "Last-Modified"),
    *("Content-MD5", "Digest", "blob_id"),
)
WHOLE_BYTES = 1 << 20  # of an object that is opened: one that is shorter comes with one request
PUT_AT_ONCE_BYTES = 100 << 20  # from here on s3fs sends an object in parts
DELETED_AT_ONCE = 1000  # the most that S3 takes
UNFINISHED = ".unfinished"  # ends the names of local writes before their rename
P = ParamSpec("P")
T = TypeVar("T")


def _in_words(method: "Callable[Concatenate[Store, P], T]") -> "Callable[Concatenate[Store, P], T]":
    """The method, with StorageError in place of what the library of the store raises; what may pass is waited for."""

    @functools.wraps(method)
    def call(store: "Store", *args: P.args, **named: P.kwargs) -> T:
        def request() -> T:
            with asking(store.url):
                return method(store, *args, **named)

        return patiently(store.url, request, store.renew)

    return call


@dataclass(frozen=True)
class Stored:
    """A file as a listing shows it. etag changes whenever the content does."""

    uri: str
    size: int
    etag: str


@dataclass(frozen=True)
class Store:
    """The folder at `url`. Names are paths below it, with '/' between parts, the same in every kind of store."""

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def fs(self) -> fsspec.AbstractFileSystem:
        return filesystem(self.url, self.options)

    def renew(self) -> None:
        """Look for the store's credentials again."""
        self.__dict__["fs"] = renewed(self.url, self.options)

    @cached_property
    def root(self) -> str:
        return str(self.fs._strip_protocol(self.url)).rstrip("/")

    @cached_property
    def address(self) -> str:
        """What tells this store from another whose bucket has the same name: its url and its options."""
        return f"{self.url} {json.dumps(dict(self.options), sort_keys=True, default=str)}"

    @property
    def is_s3(self) -> bool:
        return is_s3(self.fs)

    @property
    def is_local(self) -> bool:
        return isinstance(self.fs, LocalFileSystem)

    def path(self, name: str) -> str:
        """The address of a name, without the protocol. StorageError for a name that would lead out of the folder.

        >>> Store("/data").path("units/a.json")
        '/data/units/a.json'
        """
        if name and not stays_inside(name):
            raise StorageError(f"{name!r} is no name of a file inside {self.url}: what names it was not written by us")
        return f"{self.root}/{name}" if name else self.root

    @_in_words
    def exists(self, name: str) -> bool:
        bundle = bundled.holding(self, name)
        return (bundle is not None and name in bundle.files) or bool(self.fs.exists(self.path(name)))

    @_in_words
    def modified_at(self, name: str) -> float | None:
        """When a file was written, in Unix seconds by the store's own clock; null where the store does not say."""
        try:
            found = self.fs.modified(self.path(name))
        except NotImplementedError:
            return None
        return float(found.timestamp())

    @_in_words
    def files(self, folder: str = "") -> list[Stored]:
        """Every file below `folder`, sorted by name, `uri` being the name in this store; empty when there is none.

        Unfinished local writes are left out.
        """
        try:
            found = cast(dict[str, dict[str, Any]], self.fs.find(self.path(folder), detail=True))
        except FileNotFoundError:
            return []
        files = self._stored(found)
        return sorted((f for f in files if not is_unfinished(f.uri)), key=lambda f: f.uri)

    def _stored(self, found: Mapping[str, Mapping[str, Any]]) -> list[Stored]:
        """The files of a listing; empty objects that stand for folders are none."""
        files = without_markers(found).items()
        return [Stored(path[len(self.root) + 1 :], int(info["size"]), etag_of(info)) for path, info in files]

    @_in_words
    def any_file(self) -> str | None:
        """The name of one file that lies here or below, hidden ones and markers of folders aside; None when there is
        none.
        """
        for folder, below, infos in self.fs.walk(self.root, detail=True):
            for name in sorted(n for n in infos if n and not n.startswith(".") and not is_unfinished(n)):
                if not is_marker(name, int(infos[name]["size"] or 0), below):
                    return f"{folder}/{name}"[len(self.root) + 1 :]
        return None

    @_in_words
    def unfinished(self) -> list[Stored]:
        """Local writes that were cut off before their rename."""
        found = cast(dict[str, dict[str, Any]], self.fs.find(self.path(""), detail=True)) if self.exists("") else {}
        files = self._stored(found)
        return [f for f in files if is_unfinished(f.uri)]

    @_in_words
    def open(self, name: str) -> BinaryIO:
        """A file to read from; a small one of S3 comes whole, in one request, with others of its unit."""
        wait_at_exit()
        if (bundle := bundled.holding(self, name)) is not None:
            return bundled.opened(self, bundle, name, self._fetch)
        if self.is_s3:
            tail = cast(bytes, self.fs.cat_file(self.path(name), start=-WHOLE_BYTES))
            if len(tail) < WHOLE_BYTES:
                return io.BytesIO(tail)
        return cast(BinaryIO, self.fs.open(self.path(name), "rb"))

    @_in_words
    def read(self, name: str, *, most_bytes: int | None = None) -> bytes:
        """The whole of a file; FileNotFoundError names it when it is not there.

        most_bytes: StorageError for a file that is larger, before it is read; null: any size.
        """
        if (bundle := bundled.holding(self, name)) is not None and name in bundle.files:
            begin, end = bundle.files[name]
            if most_bytes is not None and end - begin > most_bytes:
                raise self._too_large(name, most_bytes)
            return bundled.stretch(self, bundle, name, begin, end)
        if most_bytes is None:
            if self.is_s3:  # s3fs would ask for the size first, to fetch large objects in parts
                return cast(bytes, self.fs.cat_file(self.path(name), max_concurrency=1))
            return cast(bytes, self.fs.cat_file(self.path(name)))
        found = cast(bytes, self.fs.cat_file(self.path(name), start=0, end=most_bytes + 1))
        if len(found) > most_bytes:
            raise self._too_large(name, most_bytes)
        return found

    def _too_large(self, name: str, most_bytes: int) -> StorageError:
        return StorageError(f"{self.url}/{name} is larger than {most_bytes:,} bytes: it is not a file of ours")

    @_in_words
    def read_range(self, name: str, begin: int, end: int | None = None) -> bytes:
        """The bytes from `begin` to `end`; a negative `begin` counts from the end of the file."""
        if (bundle := bundled.holding(self, name)) is not None and name in bundle.files:
            first, last = bundle.files[name]
            size = last - first
            begin = max(0, size + begin) if begin < 0 else min(begin, size)
            end = size if end is None else min(end, size)
            return bundled.stretch(self, bundle, name, first + begin, first + end)
        return cast(bytes, self.fs.cat_file(self.path(name), start=begin, end=end))

    @_in_words
    def bundle(self, name: str, tail_bytes: int = bundles.TAIL_BYTES, *, keep: bool = True) -> bundles.Bundle | None:
        """The bundle of that name; null where there is none. BrokenBundle where that is none of ours.

        tail_bytes: that are fetched at first; keep: for later in this process.
        """
        return bundled.read(self, name, tail_bytes, keep=keep)

    @_in_words
    def publish_bundle(self, name: str, local: Path) -> bundles.Bundle | None:
        """Put a local bundle under `name`, unless a whole one is there: gives that; null where this one is.

        What others have read of a bundle stays true: an attempt that is late, perhaps of another job, changes nothing.
        This process need not fetch a small one that it wrote.
        """
        there = bundled.put(self, name, local)
        if there is None:
            self._verify(name, os.path.getsize(local))
            bundled.hold(self, name, local)
        return there

    @_in_words
    def _fetch(self, name: str, begin: int, end: int) -> bytes:
        return cast(bytes, self.fs.cat_file(self.path(name), start=begin, end=end))

    @_in_words
    def publish(self, name: str, payload: bytes) -> None:
        """Put `payload` under `name`, replacing what was there, in one step that either happens or does not."""
        bundled.forget(self, name)
        if self.is_local:
            with self._rename_into_place(name) as unfinished:
                Path(unfinished).write_bytes(payload)
        else:
            self.fs.pipe_file(self.path(name), payload)
            self._verify(name, len(payload))

    def publish_changed(self, name: str, payload: bytes) -> None:
        """As `publish`, unless it lies there already."""
        try:
            if self.read(name) == payload:
                return
        except FileNotFoundError:
            pass
        self.publish(name, payload)

    @_in_words
    def publish_file(self, name: str, local: str | Path) -> None:
        """As `publish`, for a payload that lies in a finished local file."""
        bundled.forget(self, name)
        if self.is_local:
            with self._rename_into_place(name) as unfinished:
                shutil.copyfile(local, unfinished)
        else:
            self.fs.put_file(str(local), self.path(name))
            self._verify(name, os.path.getsize(local))

    @_in_words
    def create(self, name: str, payload: bytes) -> bool:
        """Put `payload` under `name` only if nothing is there; whether it is ours that lies there now.

        A store may create the object and lose the reply: the answer is decided by reading it back.
        """
        try:
            if self.is_local:
                os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
                whole = f"{self.path(name)}.{uuid.uuid4().hex}{UNFINISHED}"
                Path(whole).write_bytes(payload)
                try:
                    os.link(whole, self.path(name))
                finally:
                    os.unlink(whole)
            else:
                self.fs.pipe_file(self.path(name), payload, mode="create")
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):  # deleted since: not ours
                return self.read(name) == payload
            return False
        return True

    @_in_words
    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        bundled.forget(self, name)
        with contextlib.suppress(FileNotFoundError):
            self.fs.rm_file(self.path(name))

    def delete_all(self, names: Sequence[str]) -> None:
        """Remove files in the order given, in S3 up to a thousand with one request."""
        if not self.is_s3:
            for name in names:
                self.delete(name)
            return
        for begin in range(0, len(names), DELETED_AT_ONCE):
            self._delete_some(names[begin : begin + DELETED_AT_ONCE])

    @_in_words
    def _delete_some(self, names: Sequence[str]) -> None:
        bundled.forget(self, *names)
        bucket, _, key = self.root.partition("/")
        objects = [{"Key": f"{key}/{name}" if key else name} for name in names]
        reply = cast(Any, self.fs).call_s3("delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := reply.get("Errors"):
            first = errors[0]
            raise StorageError(f"{self.url}: {first.get('Key')} could not be deleted: {first.get('Message')}")

    @contextlib.contextmanager
    def _rename_into_place(self, name: str) -> Iterator[str]:
        final = self.path(name)
        os.makedirs(os.path.dirname(final), exist_ok=True)
        unfinished = f"{final}.{uuid.uuid4().hex}{UNFINISHED}"
        try:
            yield unfinished
            with open(unfinished, "rb") as written:
                os.fsync(written.fileno())  # or a power cut could leave the new name with nothing behind it
            os.replace(unfinished, final)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(unfinished)
            raise

    def _verify(self, name: str, size: int) -> None:
        """StorageError unless the store holds all that was sent. S3 itself refuses a single put whose length or sum is
        another.
        """
        if self.is_s3 and size < PUT_AT_ONCE_BYTES:
            return
        found = int(self.fs.info(self.path(name))["size"])
        if found != size:
            raise StorageError(
                f"{self.url}/{name}: sent {size} bytes, the store holds {found}; the run must be repeated"
            )


def stays_inside(name: str) -> bool:
    """Whether a name, joined to a folder, is a path below it in every store.

    >>> [stays_inside(name) for name in ("units/a.json", "../a", "a/../../b", "/etc/a", "a\\\\b", "a\\nb", "a..b")]
    [True, False, False, False, False, False, True]
    """
    parts = name.split("/")
    return not (name.startswith("/") or ".." in parts or "\\" in name or any(ord(c) < 32 for c in name))


def is_unfinished(name: str) -> bool:
    return name.endswith(UNFINISHED)


def etag_of(info: Mapping[str, Any]) -> str:
    """What changes with a file's content: the store's ETag, on Hugging Face git's id, else time of change and size."""
    if tag := info.get("ETag") or info.get("etag") or info.get("blob_id"):
        return str(tag).strip('"')
    told = (info.get(name) for name in CHANGE_ADVICE)
    return "-".join(str(value) for value in (*told, info["size"]) if value is not None)
