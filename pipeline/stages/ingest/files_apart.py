"""Takes files that fail out of the units they share with others, so that these are read without them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.run_units import Failed
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles


class FilesApart(Exception):
    """Units failed for some of their files: these, by shard number and slot, are to be left out.

    failed: each of them as a unit of its own that failed; ran: units that ran meanwhile and are committed.
    """

    def __init__(self, slots: Mapping[int, set[int]], failed: Sequence[Failed], ran: int) -> None:
        super().__init__(f"{len(failed)} files failed")
        self.slots, self.failed, self.ran = slots, failed, ran

    def left_of(self, groups: Sequence[UnitFiles]) -> list[UnitFiles]:
        """The groups without these files."""
        left = [group.without(self.slots[group.number]) if group.number in self.slots else group for group in groups]
        return [group for group in left if group is not None]


def require_no_culprit(result: Result) -> None:
    """Raise FilesApart where a unit failed for some of its files alone."""
    slots: dict[int, set[int]] = {}
    files: list[Failed] = []
    for unit in result.failed:
        if unit.culprits:
            group = UnitFiles.from_unit(unit.unit)
            by_slot = {shard.slot: shard for shard in group.files}
            slots[group.number] = {int(c["slot"]) for c in unit.culprits}
            files += [
                Failed(_unit_of(by_slot[c["slot"]], unit), c["error"], c["details"], kind=c["kind"])
                for c in unit.culprits
            ]
    if files:
        raise FilesApart(slots, files, result.ran)


def each_file(failed: Failed) -> Iterator[Failed]:
    """A unit that failed as one failure for each of its files."""
    if "files" not in failed.unit:
        yield failed
        return
    for shard in UnitFiles.from_unit(failed.unit).files:
        yield replace(failed, unit=_unit_of(shard, failed))


def _unit_of(shard: Shard, failed: Failed) -> dict[str, object]:
    """What a failure says of its file, under the name of the unit it was in."""
    place = {"source": shard.source, "uri": shard.uri, "start": shard.start, "end": shard.end}
    return {"name": failed.unit["name"], **place}
