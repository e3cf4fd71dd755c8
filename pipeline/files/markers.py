"""Markers: a small JSON file a unit of work, or one for several, written after all its outputs. Outputs without one do
not exist.

In a store the outputs and the marker of a unit are one object, a bundle (`cluster.bundles`): one request writes it.

So whatever was cut off goes on with the units that have none, on any machine, after any crash.
"""

import json
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

from corpusmill.cluster import bundles, scratch
from corpusmill.cluster.storage import Store, Stored
from corpusmill.errors import BrokenBundle
from corpusmill.pipeline.files.ids import digest

log = logging.getLogger(__name__)
T = TypeVar("T")
G = TypeVar("G")
READS_AT_ONCE = 16  # markers are small: their number is what takes time; a guess
READS_AHEAD = 256  # results that wait for whoever adds them up: 100,000 of them were 4 GB
SUFFIX = ".json"
UNIT = re.compile(r"[0-9a-f]{32}")  # the name of a unit whose outputs may be in a bundle
COMMITTED = "units/"  # where markers of units lie whose outputs may be in a bundle
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

    reached: called before the write that makes it done. Gives `result` as it will be read: where another attempt was
    first, perhaps for another mix, what that one said of the files that are there.
    """
    if not (store.is_s3 and files and UNIT.fullmatch(name)):
        for published, path in sorted(files.items()):
            store.publish_file(published, path)
        reached()
        return write(store, folder, name, result)
    large = {n: path.stat().st_size for n, path in files.items() if path.stat().st_size > bundles.APART_BYTES}
    for published in sorted(large):
        store.publish_file(published, files[published])
    with scratch.folder() as there:
        bundle = there / "bundle"
        small = {n: path for n, path in files.items() if n not in large}
        bundles.write(bundle, small, large, {"folder": folder, "result": result})
        reached()
        before = store.publish_bundle(f"{bundles.FOLDER}/{name}{bundles.SUFFIX}", bundle)
    earlier = None if before is None else _result_of(before, folder)
    return as_read(result) if earlier is None else cast(R, earlier)


def read_unit(store: Store, folder: str, name: str) -> Mapping[str, Any] | None:
    """What a unit returned; None when it is not done."""
    if _may_be_bundled(store, folder) and UNIT.fullmatch(name):
        for _, bundle in read_bundles(store, [Stored(f"{bundles.FOLDER}/{name}{bundles.SUFFIX}", 0, "")]):
            if (result := _result_of(bundle, folder)) is not None:
                return result
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
    """Name and result of those units of a folder that are done, each once."""
    bundled = set[str]()
    if _may_be_bundled(store, folder):
        for name, result in _bundled(store, folder, units):
            bundled.add(name)
            yield name, result
    rest = units - bundled  # a unit of an earlier version has a marker, and may have been done again since
    there = {f.uri: f.uri[len(folder) + 1 : -len(SUFFIX)] for f in store.files(folder) if f.uri.endswith(SUFFIX)}
    wanted = [uri for uri, name in there.items() if name in rest or name.startswith(BUNDLE)]
    for uri, result in zip(wanted, _each(lambda uri: read(store, uri), wanted), strict=True):
        if result is None:
            continue
        found = result if there[uri].startswith(BUNDLE) else {there[uri]: result}
        yield from ((name, each) for name, each in found.items() if name in rest)
        rest = rest - found.keys()


def _each(get: Callable[[T], G], items: Sequence[T]) -> Iterator[G]:
    """What `get` gives of each, in order, some at once and few ahead: a result may be as long as a unit's tally."""
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for begin in range(0, len(items), READS_AHEAD):
            yield from pool.map(get, items[begin : begin + READS_AHEAD])


def _may_be_bundled(store: Store, folder: str) -> bool:
    """Whether units whose markers belong into this folder may be in bundles: those of phases never are."""
    return store.is_s3 and folder.startswith(COMMITTED)


def _bundled(store: Store, folder: str, units: Collection[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and result of those units that are done and whose outputs are in a bundle."""
    for name, bundle in bundles_of(store, units):
        if (result := _result_of(bundle, folder)) is not None:
            yield name, result


def bundles_of(store: Store, units: Collection[str]) -> Iterator[tuple[str, bundles.Bundle]]:
    """The bundles of those of these units that have one, by the unit's name."""
    if any(map(UNIT.fullmatch, units)):
        yield from read_bundles(store, [f for f in store.files(bundles.FOLDER) if _unit_of(f.uri) in units])


def read_bundles(store: Store, files: Sequence[Stored]) -> Iterator[tuple[str, bundles.Bundle]]:
    """These bundles, by the unit's name, as far as they are there; of a broken one a line is logged: it is not done.

    As many as a process may keep come whole; of more, and of large ones, the indexes alone.
    """
    fit = sum(f.size for f in files if f.size <= bundles.TAIL_BYTES) <= bundles.CACHE_BYTES

    def get(file: Stored) -> bundles.Bundle | None:
        tail_bytes = bundles.TAIL_BYTES if fit and file.size <= bundles.TAIL_BYTES else bundles.INDEX_BYTES
        try:
            return store.bundle(file.uri, tail_bytes, keep=fit)
        except BrokenBundle as e:
            log.warning("%s", e)
            return None

    for file, bundle in zip(files, _each(get, files), strict=True):
        if bundle is not None:
            yield _unit_of(file.uri), bundle


def _unit_of(name: str) -> str:
    return name[len(bundles.FOLDER) + 1 : -len(bundles.SUFFIX)]


def _result_of(bundle: bundles.Bundle, folder: str) -> Mapping[str, Any] | None:
    """What a unit of that folder returned; null where the bundle is of another."""
    return bundle.result.get("result") if bundle.result.get("folder") == folder else None
