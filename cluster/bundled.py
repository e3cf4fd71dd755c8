"""Reads files of a store that lie in bundles (`cluster.bundles`) and puts bundles there; holds small ones in memory."""

import contextlib
import functools
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from corpusmill.cluster import bundles
from corpusmill.errors import BrokenBundle

RANGE_AT_ONCE = bundles.BLOCK_BYTES  # of a file in a bundle that is opened: a shorter one comes with one request

_held = bundles.Cache()  # of this process


class Objects(Protocol):
    """A store, as it is needed here: see `cluster.storage.Store`."""

    @property
    def url(self) -> str: ...

    @property
    def address(self) -> Any: ...  # a cached property, which the type checker does not take for a plain one

    @property
    def is_s3(self) -> bool: ...

    @property
    def fs(self) -> Any: ...

    def path(self, name: str) -> str: ...


def holding(store: Objects, name: str) -> bundles.Bundle | None:
    """The bundle of a file's unit, where it holds the file or says where that lies."""
    if not store.is_s3 or (at := bundles.bundle_of(name)) is None:
        return None
    found = read(store, at)
    return found if found is not None and found.size_of(name) is not None else None


def read(
    store: Objects, name: str, tail_bytes: int = bundles.TAIL_BYTES, *, keep: bool = True
) -> bundles.Bundle | None:
    """The bundle of that name; null where there is none. BrokenBundle where that is none of ours.

    tail_bytes: that are fetched at first; keep: for later in this process.
    """
    key = (store.address, name)
    if (held := _held.get(key)) is not None:
        return held
    try:
        found = _parsed(store, name, tail_bytes)
    except FileNotFoundError:
        return None
    if not found.is_whole and tail_bytes < bundles.TAIL_BYTES:
        found = found.without_tail()  # what is asked for its index alone
    if keep:
        _held.put(key, found, found.in_memory_bytes)
    return found


def put(store: Objects, name: str, local: Path) -> bundles.Bundle | None:
    """Put a local bundle under `name`, unless a whole one is there: gives that; null where this one is."""
    try:
        store.fs.put_file(str(local), store.path(name), mode="create")
    except FileExistsError:
        forget(store, name)
        with contextlib.suppress(BrokenBundle):
            if (there := read(store, name)) is not None:
                return there
        store.fs.put_file(str(local), store.path(name))
    return None


def hold(store: Objects, name: str, local: Path) -> None:
    """Hold a small bundle that this process put, so that it need not fetch it."""
    if os.path.getsize(local) <= bundles.TAIL_BYTES:
        written = bundles.parse(local.read_bytes(), complete=True)
        _held.put((store.address, name), written, written.in_memory_bytes)


def forget(store: Objects, *names: str) -> None:
    """Hold nothing of these any more."""
    for name in names:
        _held.drop((store.address, name))


def keep_only(*stores: Objects) -> None:
    """Hold nothing any more of other stores: a process that works in one after another would hold parts of all."""
    _held.keep_only([store.address for store in stores])


def stretch(store: Objects, bundle: bundles.Bundle, name: str, begin: int, end: int) -> bytes:
    """Bytes of the bundle that a file lies in, which this process may have already."""
    if begin == end:
        return b""
    if (at_hand := bundle.bytes_between(begin, end)) is not None:
        return at_hand
    at = str(bundles.bundle_of(name))
    found = cast(bytes, store.fs.cat_file(store.path(at), start=begin, end=end))
    if len(found) != end - begin:
        raise _broken(store, at, "it is shorter than its index says")
    return found


def opened(store: Objects, bundle: bundles.Bundle, name: str, fetch: Callable[[str, int, int], bytes]) -> BinaryIO:
    """A file of a bundle to read from. fetch: gives a stretch of an object of the store by its name."""
    if name in bundle.files:
        begin, end = bundle.files[name]
        if bundle.bytes_between(begin, end) is not None or end - begin <= RANGE_AT_ONCE:
            return io.BytesIO(stretch(store, bundle, name, begin, end))
        raw = bundles.Stretch(functools.partial(fetch, str(bundles.bundle_of(name))), begin, end)
    else:
        raw = bundles.Stretch(functools.partial(fetch, name), 0, bundle.apart[name])
    return cast(BinaryIO, io.BufferedReader(raw, bundles.BLOCK_BYTES))


def _parsed(store: Objects, name: str, tail_bytes: int) -> bundles.Bundle:
    tail = cast(bytes, store.fs.cat_file(store.path(name), start=-tail_bytes))
    try:
        if more := bundles.missing_bytes(tail):
            tail_bytes = len(tail) + more
            tail = cast(bytes, store.fs.cat_file(store.path(name), start=-tail_bytes))
        return bundles.parse(tail, complete=len(tail) < tail_bytes)
    except ValueError as e:
        raise _broken(store, name, str(e)) from e


def _broken(store: Objects, name: str, why: str) -> BrokenBundle:
    return BrokenBundle(
        f"{store.url}/{name} is no whole bundle: {why}; delete it and the files of manifests/ beside its folder, "
        "and run again: its unit is done once more, all others stay"
    )
