"""Finds shards of input of which no record could be read, and decides whether a run may publish without them.

A shard without records (an empty file, a WARC of requests alone) lacks nothing, and is none of these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpusmill.errors import StageFailed
from corpusmill.pipeline.config.base.causes import by_cause
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run_stage import CAUSES_SHOWN, label
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.numbers import size
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

REMEDY = (
    "repair these files or take them out of `paths`, correct `columns` or `format` where that is the cause, or raise "
    "`max_failed_share` to publish without them; `corpusmill inspect dropped JOB` shows each record and its reason"
)


@dataclass(frozen=True)
class Unreadable:
    """A shard whose records all failed to be read: how many, with how many bytes, and the reason of most."""

    shard: Shard
    records: int
    bytes: int
    reason: str | None

    def __str__(self) -> str:
        return f"no record could be read: {self.records:,} failed, {self.reason} ({size(self.bytes)})"

    def missing(self) -> JsonObject:
        """What the manifest says of it, in the form of a unit that failed."""
        s = self.shard
        name = s.uri.partition("?")[0].rsplit("/", 1)[-1]
        return {"source": s.source, "file": name, "start": s.start, "end": s.end, "reason": self.reason}


def unreadable(counts: Mapping[str, IngestCounts], units: Mapping[str, UnitFiles]) -> list[Unreadable]:
    """The shards of which no record could be read, sorted. counts: what their units gave, by name, as of `units`."""
    found: list[Unreadable] = []
    for name, c in counts.items():
        if files := c.get("unreadable_files"):
            by_slot = {s.slot: s for s in units[name].files}
            found += [Unreadable(by_slot[f["slot"]], f["records"], f["bytes"], f["why"]) for f in files]
        elif c["unreadable"] and not c["readable"] and not units[name].is_shared:
            found.append(Unreadable(units[name].first, c["unreadable"], c["unreadable_bytes"], c["unreadable_why"]))
    return sorted(found, key=lambda each: each.shard)


def files_in(units: Mapping[str, UnitFiles], failed: Sequence[Failed]) -> int:
    """How many shards were tried: those of the units that are done, and those that failed."""
    return sum(len(each.files) for each in units.values()) + len(failed)


def check_share(spec: JobSpec, found: Sequence[Unreadable], failed: Sequence[Failed], shards: int) -> None:
    """Raise StageFailed when more than `max_failed_share` of all shards failed, or gave no record."""
    share = (len(found) + len(failed)) / max(shards, 1)
    if found and share > spec.max_failed_share:
        raise StageFailed(
            f"ingest: no record could be read from {len(found):,} of {shards:,} input shards"
            + (f", and {len(failed):,} failed" if failed else "")
            + f": {share:.1%}, more than max_failed_share = {spec.max_failed_share:.1%}\n"
            + "\n".join(f"  {line}" for line in by_cause(messages(found))[:CAUSES_SHOWN])
            + f"\n{REMEDY}"
        )


def messages(found: Sequence[Unreadable], failed: Sequence[Failed] = ()) -> Iterator[tuple[str, str]]:
    """File and message of each, for `by_cause`."""
    yield from ((each.shard.uri, f"{each.shard.uri}: {each}") for each in found)
    yield from ((label(each.unit), f"{label(each.unit)}: {each.error}") for each in failed)


@dataclass(frozen=True)
class Lost:
    """The inputs of a run that gave no record although there were some: shards, and whole sources by name."""

    unreadable: Sequence[Unreadable] = ()
    failed: Sequence[Failed] = ()
    sources: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.unreadable or self.failed)

    def lines(self) -> Iterator[str]:
        """What to say of them at the end of a run, one line a cause."""
        yield from (f"no record could be read of source {source!r}" for source in self.sources)
        lines = by_cause(messages(self.unreadable, self.failed))
        yield from lines[:CAUSES_SHOWN]
        if len(lines) > CAUSES_SHOWN:
            yield f"and {len(lines) - CAUSES_SHOWN:,} more causes"


def lost(counts: Mapping[str, IngestCounts], units: Mapping[str, UnitFiles], failed: Sequence[Failed]) -> Lost:
    """What gave no record. counts: what the units of the last part gave, by name, as of `units`."""
    found = unreadable(counts, units)
    lacking = {each.shard.source for each in found} | {str(each.unit["source"]) for each in failed}
    read = {c["source"] for c in counts.values() if c["readable"]}
    return Lost(found, failed, sorted(lacking - read))
