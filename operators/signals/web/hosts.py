"""The host of each URL, and what is asked of each distinct host once a batch.

Source:   RFC 3986, section 3.2.2 (host); the Public Suffix List, https://publicsuffix.org, by publicsuffixlist.
"""

import functools
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from publicsuffixlist import PublicSuffixList

URL_HOST = r"^\s*[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>\[[^\]/?#]*\]|[^/:?#]*)"


def hosts_of(urls: pa.Array) -> pa.Array:
    """The host of each URL in lower case, without user, port and last dot; null where there is none.

    >>> hosts_of(pa.array(["https://me@WWW.Example.org.:80/a?b", "http://[::1]/", "mailto:x", None])).to_pylist()
    ['www.example.org', '[::1]', None, None]
    """
    found = pc.struct_field(pc.extract_regex(urls, pattern=URL_HOST), "host")
    hosts = pc.utf8_rtrim(pc.utf8_lower(found), characters=".")
    return pc.if_else(pc.equal(hosts, pa.scalar("")), pa.scalar(None, pa.string()), hosts)


def ask_each_host(hosts: pa.Array, ask: Callable[[str], str | None]) -> pa.Array:
    """`ask(host)` for each row, called once per distinct host; null for a null."""
    coded = hosts.dictionary_encode()
    answers = pa.array([ask(str(host)) for host in coded.dictionary.to_pylist()], pa.string())
    return answers.take(coded.indices)


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def registered_domain(host: str) -> str | None:
    """The part of a host that somebody registered, or the host itself where it is an address or has no public suffix.

    >>> [registered_domain(h) for h in ("news.bbc.co.uk", "me.github.io", "93.184.216.34", "[::1]", "localhost", "com")]
    ['bbc.co.uk', 'me.github.io', '93.184.216.34', '[::1]', 'localhost', 'com']
    """
    if host.startswith("[") or host.replace(".", "").isdigit():
        return host
    return _suffixes().privatesuffix(host) or host


def with_parents(host: str) -> Iterator[str]:
    """The host, then each domain it lies in.

    >>> list(with_parents("a.b.org"))
    ['a.b.org', 'b.org', 'org']
    """
    while host:
        yield host
        host = host.partition(".")[2]
