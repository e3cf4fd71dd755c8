"""What an ingest unit returns: it travels as JSON, and its marker holds it."""

from typing import Any, NotRequired, TypedDict

from corpusmill.pipeline.execution.run_stage import Tallied


class UnreadableFile(TypedDict):
    """A small file of which no record could be read: its slot, how many failed, with how many bytes, and why most."""

    slot: int
    records: int
    bytes: int
    why: str


class SinkFacts(TypedDict, total=False):
    """What a unit returns of the documents that reached its end: of an awaiting step, what it gathered."""

    gathered: dict[str, Any]


class IngestCounts(SinkFacts, Tallied):
    """What a unit returns.

    documents: that reached its end; taken: read and not left out by a sample, or unreadable; readable, unreadable: its
    records, the latter with their bytes and the reason of most; evidence_fault: why its histograms are not complete;
    files_bytes: of what it wrote, by name less the unit's own.
    """

    documents: int
    taken: int
    readable: int
    unreadable: int
    unreadable_bytes: int
    unreadable_why: str | None
    read_bytes: int
    source: str
    evidence_fault: NotRequired[str]
    unreadable_files: NotRequired[list[UnreadableFile]]
    files_bytes: NotRequired[dict[str, int]]
