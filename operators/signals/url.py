"""The host of a document's URL and the domain that somebody registered.

Source:   RFC 3986; the Public Suffix List, https://publicsuffix.org.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.signals.web.hosts import ask_each_host, hosts_of, registered_domain


@dataclass(frozen=True, kw_only=True)
class Url(Signal):
    """Adds `url_host` (lower case, no port) and `url_domain` (as registered); null without a host."""

    reads: ClassVar[Columns] = {"url": pa.string()}
    adds: ClassVar[Columns] = {"url_host": pa.string(), "url_domain": pa.string()}
    libraries: ClassVar[tuple[str, ...]] = ("publicsuffixlist",)

    def measure(self, batch: Batch) -> Arrays:
        hosts = hosts_of(batch.column("url"))
        return {"url_host": hosts, "url_domain": ask_each_host(hosts, registered_domain)}
