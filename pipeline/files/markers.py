"""Markers: one small JSON file a unit of work, written after all its outputs. Outputs without one do not exist.

So whatever was cut off goes on with the units that have none, on any machine, after any crash.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from corpusmill.cluster.storage import Store

READS_AT_ONCE = 16  # markers are small: their number is what takes time; a guess
SUFFIX = ".json"


def write(store: Store, folder: str, name: str, result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The unit `name` is done from here on. Gives `result` as it will be read."""
    payload = json.dumps(result, sort_keys=True)
    store.publish(f"{folder}/{name}{SUFFIX}", payload.encode())
    return json.loads(payload)


def read(store: Store, name: str) -> Mapping[str, Any] | None:
    """What a file of results says; None when there is none, or its writing was cut off."""
    try:
        return json.loads(store.read(name))
    except (FileNotFoundError, json.JSONDecodeError, RecursionError):
        return None


def written(store: Store, folder: str, units: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and result of those units of a folder that are done."""
    there = {f.uri: f.uri[len(folder) + 1 : -len(SUFFIX)] for f in store.files(folder) if f.uri.endswith(SUFFIX)}
    wanted = [uri for uri, name in there.items() if name in units]
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        found = zip(wanted, pool.map(lambda uri: read(store, uri), wanted), strict=True)
        yield from ((there[uri], result) for uri, result in found if result is not None)
