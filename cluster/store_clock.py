"""Measures how long ago an object was written by the clock of its store alone: those of two machines may differ."""

import contextlib
import uuid

from corpusmill.cluster.reach import PREFIX
from corpusmill.cluster.storage import Store


def written_s_ago(store: Store, name: str) -> float | None:
    """Seconds since an object was written; null where it is not there, or the store says no times.

    Four requests: an empty object is written, both are looked at, and it is deleted.
    """
    probe = f"{PREFIX}{uuid.uuid4().hex}"
    try:
        store.publish(probe, b"")
        now, then = store.modified_at(probe), store.modified_at(name)
    except FileNotFoundError:
        return None
    finally:
        with contextlib.suppress(OSError):  # `clean` removes it
            store.delete(probe)
    return None if now is None or then is None else now - then
