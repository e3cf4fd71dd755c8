"""The domain (law, medicine, code, ...) of a document by the host of its URL.

Source:   a table of the user's: `host<TAB>domain` a line; a host speaks for the hosts below it.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.errors import InvalidHostTable
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.web.hosts import ask_each_host, hosts_of, with_parents


@functools.lru_cache(maxsize=8)
def domains_of(content: bytes) -> dict[str, str]:
    """Host to domain; blank lines and `# notes` are skipped.

    >>> domains_of(b"# courts\\nlaw.example.org\\tlaw\\n")
    {'law.example.org': 'law'}
    """
    table = {}
    for number, line in enumerate(content.decode().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        host, tab, domain = line.partition("\t")
        if not (tab and host.strip() and domain.strip()):
            raise InvalidHostTable(f"line {number} of the table of hosts is {line!r}; expected host<TAB>domain")
        table[host.strip().lower().rstrip(".")] = domain.strip()
    return table


@dataclass(frozen=True, kw_only=True)
class Domain(Signal):
    """Adds `column`: the domain of the nearest host in the table, else `otherwise` (null if that is not given)."""

    table: Resource
    column: str = "domain"
    otherwise: str | None = None

    reads: ClassVar[Columns] = {"url": pa.string()}
    adds: ClassVar[Columns] = {"domain": pa.string()}
    libraries: ClassVar[tuple[str, ...]] = ("publicsuffixlist",)

    def columns_added(self) -> Columns:
        return {self.column: pa.string()}

    def check_files(self) -> None:
        domains_of(self.table.read())

    def measure(self, batch: Batch) -> Arrays:
        table = domains_of(self.table.read())
        found = ask_each_host(
            hosts_of(batch.column("url")), lambda host: next((table[h] for h in with_parents(host) if h in table), None)
        )
        return {self.column: found if self.otherwise is None else found.fill_null(self.otherwise)}
