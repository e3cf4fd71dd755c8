"""Exact identity of documents: a key of the text, a key of the address.

Source:   digest: operators/text/digest.py. Address: the syntax-based and scheme-based normalisation of RFC 3986,
          sections 6.2.2 and 6.2.3, in part. Fragments without a meaning: HTML Living Standard, "find a potential
          indicated element" (`top`); WICG, "URL Fragment Text Directives" (`:~:`).
Deviates: from RFC 3986: http and https count as one (a page is crawled under both), percent-encoding is left as it
          is, dots in paths are not resolved, and the parts of a query keep their order.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.dedup.url_scan import NO_HOSTS, canonical
from corpusmill.operators.text.buffers import TextBuffers, text_buffers
from corpusmill.operators.text.digest import digests

KEY = pa.binary(16)


def text_keys(texts: pa.Array) -> pa.Array:
    """fixed_size_binary(16) digest of each text's UTF-8 bytes; null for null. Empty text has the key of 16 zeros."""
    text = text_buffers(texts)
    return _keys(text.data, text.offsets, text)


@dataclass(frozen=True, kw_only=True, eq=False)
class UrlKeys:
    """`page`: KEY of each address without its fragment; null for null and for what is no address. `fragment`:
    uint64[n], a hash of the fragment, 0 where there is none. Two addresses are the same when both are.
    """

    page: pa.Array
    fragment: np.ndarray


def url_keys(urls: pa.Array) -> UrlKeys:
    """Identity of each address in canonical form."""
    urls_ = text_buffers(urls)
    page = np.empty(urls_.size_bytes + len(urls_), np.uint8)
    fragment = np.empty(urls_.size_bytes + 1, np.uint8)
    page_offsets, fragment_offsets = np.zeros(len(urls_) + 1, np.int64), np.zeros(len(urls_) + 1, np.int64)
    canonical(urls_.data, urls_.offsets, page, page_offsets, fragment, fragment_offsets)
    for array in (page, page_offsets, fragment, fragment_offsets):
        array.flags.writeable = False  # as Arrow's own buffers are: kernels are compiled for those
    found = TextBuffers(data=page, offsets=page_offsets, valid=urls_.valid & (np.diff(page_offsets) > 0))
    halves = np.empty((len(urls_), 2), np.dtype("<u8"))
    digests(fragment, fragment_offsets, halves)
    return UrlKeys(page=_keys(page, page_offsets, found), fragment=halves[:, 0].copy())


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def canonical_url(url: str) -> tuple[str, str]:
    """The address as it is compared, without its fragment, and the fragment; both empty for what is no address.

    Control characters and spaces around it go; the scheme http or https goes, another one stays in lower case; user and
    password go; the host loses its capitals (ASCII), its last dot and a port that is 80 or 443; an empty path is "/".
    Path, query and fragment stay, byte for byte; but an empty fragment, `top` and what `:~:` begins name no part of a
    page and go.

    An address has "//" after a scheme, or begins with it; its host is not empty (unless another scheme than http has a
    path), has no white space and is none of NO_HOSTS, which stand for an address that somebody did not have.

    >>> canonical_url("HTTPS://User@Example.COM.:443?q=A#top")
    ('//example.com/?q=A', '')
    >>> canonical_url("ftp://a.b:21/x#7701"), canonical_url("N/A"), canonical_url("http://null/")
    (('ftp://a.b:21/x', '7701'), ('', ''), ('', ''))
    """
    url, _, fragment = url.strip("".join(map(chr, range(33)))).partition("#")
    scheme, _, rest = ("http", ":", url) if url.startswith("//") else url.partition(":")
    if not (rest.startswith("//") and _SCHEME.fullmatch(scheme)):
        return "", ""
    scheme = "" if _lower(scheme) in ("http", "https") else _lower(scheme) + ":"
    ends = [at for at in (rest.find("/", 2), rest.find("?", 2)) if at >= 0]
    cut = min(ends, default=len(rest))
    host, path = _lower(rest[2:cut].rpartition("@")[2]), rest[cut:]
    for port in (":80", ":443"):
        if host.endswith(port):
            host = host[: -len(port)]
            break
    host = host[:-1] if host.endswith(".") else host
    if any(c <= " " for c in host) or host in NO_HOSTS or (not host and (not scheme or path in ("", "/"))):
        return "", ""
    fragment = fragment.partition(":~:")[0]
    fragment = "" if _lower(fragment) == "top" else fragment
    return f"{scheme}//{host}{path if path.startswith('/') else '/' + path}", fragment


def _lower(text: str) -> str:
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def _keys(data: np.ndarray, offsets: np.ndarray, rows: TextBuffers) -> pa.Array:
    out = np.empty((len(rows), 2), np.dtype("<u8"))
    digests(data, offsets, out)
    valid = pa.py_buffer(np.packbits(rows.valid, bitorder="little").tobytes()) if not rows.valid.all() else None
    return pa.Array.from_buffers(KEY, len(rows), [valid, pa.py_buffer(out.tobytes())])
