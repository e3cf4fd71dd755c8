"""Values of archive heads as columns: addresses, instants, names."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

SECONDS = pa.timestamp("s", "UTC")


def text_of(value: bytes | None) -> str | None:
    """A header's value; bytes that are not UTF-8 are read as Latin-1, as HTTP has it; empty is None."""
    if not value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def uri_of(value: bytes | None) -> str | None:
    """A target address without the angle brackets that some writers (wget among them) put around it.

    >>> uri_of(b"<http://example.com/>")
    'http://example.com/'
    """
    if value and value[:1] == b"<" and value[-1:] == b">":
        value = value[1:-1]
    return text_of(value)


def arc_instants(values: Sequence[bytes | None]) -> pa.Array:
    """ARC dates, YYYYMMDDhhmmss (12 digits: no seconds), to seconds UTC; null where there is none to be read.

    >>> arc_instants([b"20080430204825", b"200804302048", b"99999999999999", None]).cast(pa.int64())[1:].to_pylist()
    [1209588480, None, None]
    """
    digits = [value[:14].decode("ascii", "replace").ljust(14, "0") if value else None for value in values]
    naive = pc.strptime(pa.array(digits, pa.string()), format="%Y%m%d%H%M%S", unit="s", error_is_null=True)
    return naive.cast(SECONDS)
