"""Markers: a small JSON file a unit of work, or one for several, written after all its outputs. Outputs without one do
not exist.

So whatever was cut off goes on with the units that have none, on any machine, after any crash.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files.ids import digest

READS_AT_ONCE = 16  # markers are small: their number is what takes time; a guess
SUFFIX = ".json"
BUNDLE = "together-"  # begins the name of a file with the results of several units
R = TypeVar("R", bound=Mapping[str, Any])


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
    there = {f.uri: f.uri[len(folder) + 1 : -len(SUFFIX)] for f in store.files(folder) if f.uri.endswith(SUFFIX)}
    wanted = [uri for uri, name in there.items() if name in units or name.startswith(BUNDLE)]
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for uri, result in zip(wanted, pool.map(lambda uri: read(store, uri), wanted), strict=True):
            if result is None:
                continue
            if there[uri].startswith(BUNDLE):
                yield from ((name, each) for name, each in result.items() if name in units)
            else:
                yield there[uri], result
