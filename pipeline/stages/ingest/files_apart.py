"""Takes files that fail out of the units they share with others, so that these are read without them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from corpusmill.errors import IdsExhausted
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles


class FilesApart(Exception):
    """Units failed for some of their files: these are left out.

    found: each of them, and the unit of its own that it is in the list of failures; ran: units that ran meanwhile and
    are committed.
    """

    def __init__(self, found: Sequence[tuple[Shard, Failed]], ran: int) -> None:
        super().__init__(f"{len(found)} files failed")
        self.found, self.ran = found, ran

    @property
    def failed(self) -> list[Failed]:
        """Those that failed for good."""
        return [failed for _, failed in self.found if failed.kind != IdsExhausted.__name__]

    @property
    def too_long(self) -> list[Shard]:
        """Those with more records than a slot counts, which need a shard number to themselves."""
        return [shard for shard, failed in self.found if failed.kind == IdsExhausted.__name__]

    def without_found(self, groups: Sequence[UnitFiles]) -> list[UnitFiles]:
        """The groups without these files."""
        slots: dict[int, set[int]] = {}
        for shard, _ in self.found:
            slots.setdefault(shard.number, set()).add(shard.slot)
        remaining = [group.without(slots[group.number]) if group.number in slots else group for group in groups]
        return [group for group in remaining if group is not None]


def require_no_culprit(result: Result[Any]) -> None:
    """Raise FilesApart where a unit failed for some of its files alone."""
    found: list[tuple[Shard, Failed]] = []
    for unit in result.failed:
        if unit.culprits:
            by_slot = {shard.slot: shard for shard in UnitFiles.from_unit(unit.unit).files}
            for each in unit.culprits:
                shard = by_slot[int(each["slot"])]
                failed = Failed(_unit_of(shard, unit), each["error"], each["details"], kind=each["kind"])
                found.append((shard, failed))
    if found:
        raise FilesApart(found, result.ran)


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
