"""Markers: a small JSON file a unit of work, or one for several, written after all its outputs. Outputs without one do
not exist.

In a store the outputs and the marker of a unit are one object, a bundle (`cluster.bundles`): one request writes it.

So whatever was cut off goes on with the units that have none, on any machine, after any crash.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from corpusmill.cluster import bundles
from corpusmill.cluster.storage import Store, Stored
from corpusmill.pipeline.files.ids import digest

T = TypeVar("T")
R = TypeVar("R")
G = TypeVar("G")
READS_AT_ONCE = 16  # markers are small: their number is what takes time; a guess
READS_AHEAD = 256  # results that wait for whoever adds them up: 100,000 of them were 4 GB
SUFFIX = ".json"
UNIT = re.compile(r"[0-9a-f]{32}")  # the name of a unit whose outputs may be in a bundle
BUNDLE = "together-"  # begins the name of a file with the results of several units
R = TypeVar("R", bound=Mapping[str, Any])


def write_unit(
    store: Store,
    folder: str,
    name: str,
    result: R,
    files: Mapping[str, Path],
    *,
    reached: Callable[[], object] = lambda: None,
) -> R:
    """Publish what a unit wrote, local files by the names they get, and then say that it is done.

    reached: called before the write that makes it done. Gives `result` as it will be read.
    """
    if not (store.is_s3 and files and UNIT.fullmatch(name)):
        for published, path in sorted(files.items()):
            store.publish_file(published, path)
        reached()
        return write(store, folder, name, result)
    large = {n: path.stat().st_size for n, path in files.items() if path.stat().st_size > bundles.APART_BYTES}
    for published in sorted(large):
        store.publish_file(published, files[published])
    with tempfile.TemporaryDirectory(prefix="corpusmill-") as there:
        bundle = Path(there) / "bundle"
        small = {n: path for n, path in files.items() if n not in large}
        bundles.write(bundle, small, large, {"folder": folder, "result": result})
        reached()
        store.publish_bundle(f"{bundles.FOLDER}/{name}{bundles.SUFFIX}", bundle)
    return as_read(result)


def read_unit(store: Store, folder: str, name: str) -> Mapping[str, Any] | None:
    """What a unit returned; None when it is not done."""
    if store.is_s3 and UNIT.fullmatch(name):
        bundle = store.bundle(f"{bundles.FOLDER}/{name}{bundles.SUFFIX}")
        if bundle is not None and bundle.result["folder"] == folder:
            return bundle.result["result"]
    return read(store, f"{folder}/{name}{SUFFIX}")


def write(store: Store, folder: str, name: str, result: R) -> R:
    """The unit `name` is done from here on. Gives `result` as it will be read."""
    payload = json.dumps(result, sort_keys=True)
    store.publish(f"{folder}/{name}{SUFFIX}", payload.encode())
    return json.loads(payload)


def write_together(store: Store, folder: str, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Units are done from here on, whose results lie in one file: each costs a store no request of its own."""
    if len(results) == 1:
        ((name, result),) = results.items()
        write(store, folder, name, result)
        return
    payload = json.dumps(results, sort_keys=True).encode()
    store.publish(f"{folder}/{BUNDLE}{digest(sorted(results))}{SUFFIX}", payload)


def as_read(result: R) -> R:
    """A result as it will be read."""
    return json.loads(json.dumps(result, sort_keys=True))


def read(store: Store, name: str) -> Mapping[str, Any] | None:
    """What a file of results says; None when there is none, or its writing was cut off."""
    try:
        return json.loads(store.read(name))
    except (FileNotFoundError, json.JSONDecodeError, RecursionError):
        return None


def written(store: Store, folder: str, units: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and result of those units of a folder that are done."""
    if store.is_s3:
        yield from _bundled(store, folder, units)
    there = {f.uri: f.uri[len(folder) + 1 : -len(SUFFIX)] for f in store.files(folder) if f.uri.endswith(SUFFIX)}
    wanted = [uri for uri, name in there.items() if name in units or name.startswith(BUNDLE)]
    for uri, result in zip(wanted, _each(lambda uri: read(store, uri), wanted), strict=True):
        if result is None:
            continue
        if there[uri].startswith(BUNDLE):
            yield from ((name, each) for name, each in result.items() if name in units)
        else:
            yield there[uri], result


def _each(get: Callable[[T], G], items: Sequence[T]) -> Iterator[G]:
    """What `get` gives of each, in order, some at once and few ahead: a result may be as long as a unit's tally."""
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for begin in range(0, len(items), READS_AHEAD):
            yield from pool.map(get, items[begin : begin + READS_AHEAD])


def _bundled(store: Store, folder: str, units: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and result of those units that are done and whose outputs are in a bundle."""
    if not any(map(UNIT.fullmatch, units)):
        return
    begin, end = len(bundles.FOLDER) + 1, -len(bundles.SUFFIX)
    there = [f for f in store.files(bundles.FOLDER) if f.uri[begin:end] in units]
    for file, bundle in zip(there, _each(lambda file: _index(store, file), there), strict=True):
        if bundle is not None and bundle.result["folder"] == folder:
            yield file.uri[begin:end], bundle.result["result"]


def _index(store: Store, file: Stored) -> bundles.Bundle | None:
    """A bundle; of a large one its index alone."""
    return store.bundle(file.uri, bundles.TAIL_BYTES if file.size <= bundles.TAIL_BYTES else bundles.INDEX_BYTES)
