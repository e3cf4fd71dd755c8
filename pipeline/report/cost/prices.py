"""What is paid for: CPUs of a cluster, storage, requests to a store."""

from dataclasses import dataclass

from corpusmill.cluster.filesystems import protocol_of

A_UNIT = 6  # requests over all stages in S3, counted: what ingest and tokenize write, who reads it, duplicates' table

PUTS_A_UNIT = 3  # of these, counted

S3 = ("s3", "s3a")

REMOTE = (*S3, "gs", "gcs", "abfs", "abfss", "az")


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Money, in one currency: a CPU for an hour, a GB of storage for a month, a million requests that write or read."""

    cpu_hour: float
    gb_month: float = 0.023
    put_million: float = 5.0
    get_million: float = 0.4


@dataclass(frozen=True, kw_only=True)
class UnitRequests:
    """Requests to the store of a workspace that a unit makes over all stages, and how many of them write."""

    total: int
    puts: int


IN_BUNDLES = UnitRequests(total=A_UNIT, puts=PUTS_A_UNIT)

IN_FILES = UnitRequests(total=38, puts=12)  # counted in S3, before what a unit writes was one object there

NO_REQUESTS = UnitRequests(total=0, puts=0)


def unit_requests(workspace: str) -> UnitRequests:
    """What a unit costs at this address: in S3 its files are one object, in other stores they are not.

    >>> [unit_requests(url).total for url in ("s3://a/b", "gs://a/b", "/a/b")]
    [6, 38, 0]
    """
    protocol = protocol_of(workspace)
    if protocol in S3:
        return IN_BUNDLES
    return IN_FILES if protocol in REMOTE else NO_REQUESTS


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Machines that are alike: `nodes` of them, each with `cpus`."""

    nodes: int
    cpus: int

    @classmethod
    def parse(cls, text: str) -> "Cluster":
        """A cluster written as 64x16. ValueError for anything else.

        >>> Cluster.parse("64x16")
        Cluster(nodes=64, cpus=16)
        """
        nodes, _, cpus = text.lower().partition("x")
        found = cls(nodes=int(nodes), cpus=int(cpus))
        if found.nodes < 1 or found.cpus < 1:
            raise ValueError(text)
        return found

    @property
    def total(self) -> int:
        return self.nodes * self.cpus
