"""Exact identity of documents: a key of the text, a key of the address.

Source:   digest: operators/text/digest.py. Address: the syntax-based and scheme-based normalisation of RFC 3986,
          sections 6.2.2 and 6.2.3, in part.
Deviates: from RFC 3986: http and https count as one (a page is crawled under both), percent-encoding is left as it
          is, dots in paths are not resolved, and the parts of a query keep their order.
"""

import numpy as np
import pyarrow as pa

from corpusmill.operators.dedup.url_scan import canonical
from corpusmill.operators.text.buffers import TextBuffers, text_buffers
from corpusmill.operators.text.digest import digests

KEY = pa.binary(16)


def text_keys(texts: pa.Array) -> pa.Array:
    """fixed_size_binary(16) digest of each text's UTF-8 bytes; null for null. Empty text has the key of 16 zeros."""
    text = text_buffers(texts)
    return _keys(text.data, text.offsets, text)


def url_keys(urls: pa.Array) -> pa.Array:
    """fixed_size_binary(16) digest of each address in canonical form; null for null and for an empty address."""
    urls_ = text_buffers(urls)
    data = np.empty(urls_.size_bytes + len(urls_), np.uint8)
    offsets = np.zeros(len(urls_) + 1, np.int64)
    canonical(urls_.data, urls_.offsets, data, offsets)
    found = TextBuffers(data=data, offsets=offsets, valid=urls_.valid & (np.diff(offsets) > 0))
    return _keys(data, offsets, found)


def canonical_url(url: str) -> str:
    """The address as it is compared.

    Control characters and spaces around it go; the scheme http or https goes, another one stays in lower case; user and
    password go; the host loses its capitals (ASCII), its last dot and a port that is 80 or 443; the fragment goes; an
    empty path is "/". Path and query stay, byte for byte. What has no "//" after a scheme loses only its fragment.

    >>> canonical_url("HTTPS://User@Example.COM.:443?q=A#top")
    '//example.com/?q=A'
    >>> canonical_url("ftp://a.b:21/x"), canonical_url("mailto:A@b.c")
    ('ftp://a.b:21/x', 'mailto:A@b.c')
    """
    url = url.strip("".join(map(chr, range(33)))).partition("#")[0]
    scheme, colon, rest = url.partition(":")
    if not (colon and rest.startswith("//")):
        return url
    scheme = "" if _lower(scheme) in ("http", "https") else _lower(scheme) + ":"
    ends = [at for at in (rest.find("/", 2), rest.find("?", 2)) if at >= 0]
    cut = min(ends, default=len(rest))
    host, path = _lower(rest[2:cut].rpartition("@")[2]), rest[cut:]
    for port in (":80", ":443"):
        if host.endswith(port):
            host = host[: -len(port)]
            break
    host = host[:-1] if host.endswith(".") else host
    return f"{scheme}//{host}{path if path.startswith('/') else '/' + path}"


def _lower(text: str) -> str:
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def _keys(data: np.ndarray, offsets: np.ndarray, rows: TextBuffers) -> pa.Array:
    out = np.empty((len(rows), 2), np.dtype("<u8"))
    digests(data, offsets, out)
    valid = pa.py_buffer(np.packbits(rows.valid, bitorder="little").tobytes()) if not rows.valid.all() else None
    return pa.Array.from_buffers(KEY, len(rows), [valid, pa.py_buffer(out.tobytes())])
