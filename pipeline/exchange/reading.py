"""Read a range of keys from exchange files: two requests a file, its last bytes and one stretch."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from corpusmill.cluster.bundles import Cache
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange.files import decoded, footer_bytes, read_footer
from corpusmill.pipeline.exchange.key_range import KeyRange
from corpusmill.pipeline.exchange.order import sorted_by_key

REQUESTS_AT_ONCE = 8  # a request to an object store waits tens of milliseconds; a guess
_whole_files = Cache(most_bytes=32 << 20)  # small ones that this process has read
TAIL_BYTES = 1 << 16  # holds the footer of 256 parts and any schema here; a longer one costs one more request


def read_range(store: Store, names: Sequence[str], key_range: KeyRange) -> pa.Table:
    """All records of these files (at least one, all of one schema) with keys in `key_range`, in order."""
    if store.is_local or len(names) == 1:
        tables = [read_part(store, name, key_range) for name in names]
    else:
        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
            tables = list(pool.map(lambda name: read_part(store, name, key_range), names))
    return sorted_by_key(pa.concat_tables(tables).combine_chunks())


def read_part(store: Store, name: str, key_range: KeyRange) -> pa.Table:
    """The records of one file with keys in `key_range`, in order."""
    tail = _tail(store, name)
    if footer_bytes(tail) > len(tail):
        tail = store.read_range(name, -footer_bytes(tail))
    footer = read_footer(tail)
    parts = footer.range.split(footer.cut_bits)
    first = next((i for i, p in enumerate(parts) if key_range.holds(p) or p.holds(key_range)), None)
    if first is None:
        return footer.schema.empty_table().replace_schema_metadata(None)
    last = max(i for i, p in enumerate(parts) if key_range.holds(p) or p.holds(key_range))
    begin, end = footer.bounds[first], footer.bounds[last + 1]
    table = decoded(footer, _stretch(store, name, tail, begin, end)).replace_schema_metadata(None)
    return table if key_range.holds(parts[first]) else _within(table, key_range)


def _tail(store: Store, name: str) -> bytes:
    """The last bytes of a file; of one in a store that came whole, as this process read it before.

    Many units read the same small files. Names of exchange files say what they are made of: none ever changes.
    """
    if store.is_local:
        return store.read_range(name, -TAIL_BYTES)
    key = (store.address, name)
    tail = _whole_files.get(key)
    if tail is None:
        tail = store.read_range(name, -TAIL_BYTES)
        if len(tail) < TAIL_BYTES:
            _whole_files.put(key, tail, len(tail))
    return tail


def _stretch(store: Store, name: str, tail: bytes, begin: int, end: int) -> bytes:
    """The bytes from begin to end: a small file came whole with its tail, nothing more is asked for."""
    if len(tail) < TAIL_BYTES:
        return tail[begin:end]
    return store.read_range(name, begin, end)


def _within(table: pa.Table, key_range: KeyRange) -> pa.Table:
    keys = table.column(0).to_numpy()
    begin = int(keys.searchsorted(keys.dtype.type(key_range.low)))
    end = int(keys.searchsorted(keys.dtype.type(key_range.high - 1), side="right"))
    return table.slice(begin, end - begin)
