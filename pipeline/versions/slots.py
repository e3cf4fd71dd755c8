"""Names the slots of a schedule: the times at which an update is due, and what they are called."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cronsim import CronSim, CronSimError

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.files.workspace_layout import SLOTS

PRESETS = {"hourly": "0 * * * *", "daily": "0 2 * * *", "weekly": "0 2 * * 1", "monthly": "0 2 1 * *"}
NAMES = {"hourly": "%Y-%m-%dT%H", "daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m"}
CRON_NAME = "%Y-%m-%dT%H-%M"
FORMS = ("%Y-%m-%dT%H-%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d", "%Y-%m", "%Y")
WEEK = re.compile(r"(\d{4})-W(\d{2})")
NAMED = re.compile(r"(?i)\b(sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b")
EXTENSIONS = re.compile(r"[^\d\s*,/-]")  # L, W, #, ?: cronsim knows some, cron and Kubernetes do not
MOST_DUE = 1000  # slots that one command catches up with


@dataclass(frozen=True, order=True)
class Slot:
    """A time at which an update is due (UTC), and its name."""

    at: datetime
    name: str


@dataclass(frozen=True)
class Every:
    """A schedule: `hourly`, `daily`, `weekly`, `monthly` or a cron expression of five fields; times are UTC."""

    text: str

    def __post_init__(self) -> None:
        try:
            if EXTENSIONS.search(NAMED.sub("", self.cron)):
                raise CronSimError("only numbers, names, `*`, `,`, `-` and `/`: all schedulers know these")
            next(CronSim(self.cron, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration) as e:
            presets = ", ".join(PRESETS)
            raise InputError(
                [f"--every: expected {presets} or five fields of cron such as '30 2 1 * *', found {self.text!r} ({e})"]
            ) from e

    @property
    def cron(self) -> str:
        """The schedule as a cron expression."""
        return PRESETS.get(self.text, self.text)

    def slot(self, at: datetime) -> Slot:
        """The slot of a time."""
        return Slot(at, at.strftime(NAMES.get(self.text, CRON_NAME)))

    def after(self, start: datetime) -> Iterator[Slot]:
        """The slots after a time, without end."""
        for at in CronSim(self.cron, start):
            yield self.slot(at)

    def last(self, now: datetime) -> Slot:
        """The slot that was due last."""
        return self.slot(next(CronSim(self.cron, now + timedelta(minutes=1), reverse=True)))  # backwards excludes now

    def due(self, since: datetime | None, now: datetime) -> list[Slot]:
        """The slots after `since` up to now, the oldest first; without `since` the one that was due last.

        InputError where they are more than MOST_DUE: the schedule was changed, most likely.
        """
        if since is None:
            return [self.last(now)]
        found: list[Slot] = []
        for slot in self.after(since):
            if slot.at > now:
                return found
            found.append(slot)
            if len(found) > MOST_DUE:
                raise InputError(
                    [f"more than {MOST_DUE} slots of {self.text!r} are due since {since:%Y-%m-%d}: name one by --slot"]
                )
        return found


def parse_slot(name: str) -> Slot:
    """The slot of a name. InputError for one that is no date.

    >>> parse_slot("2026-10").at.isoformat(), parse_slot("2026-W02").at.isoformat()
    ('2026-10-01T00:00:00+00:00', '2026-01-05T00:00:00+00:00')
    """
    if week := WEEK.fullmatch(name):
        try:
            return Slot(datetime.fromisocalendar(int(week[1]), int(week[2]), 1).replace(tzinfo=UTC), name)
        except ValueError:
            pass
    for form in FORMS:
        try:
            return Slot(datetime.strptime(name, form).replace(tzinfo=UTC), name)
        except ValueError:
            continue
    raise InputError(
        [f"--slot: expected a date such as 2026-10, 2026-10-31, 2026-W44 or 2026-10-31T02, found {name!r}"]
    )


@dataclass(frozen=True, kw_only=True)
class DoneSlot:
    """A slot that an update has finished. version: the folder that it published; null: it found nothing new."""

    slot: Slot
    version: str | None


def done_slots(workspace: Store) -> list[DoneSlot]:
    """The slots that are done in a workspace, the oldest first."""
    try:
        content: Mapping[str, Any] = json.loads(workspace.read(SLOTS))
    except FileNotFoundError:
        return []
    found = [DoneSlot(slot=parse_slot(name), version=facts.get("version")) for name, facts in content.items()]
    return sorted(found, key=lambda done: done.slot)


def record_slot(workspace: Store, slot: Slot, version: str | None) -> None:
    """Note that a slot is done. Called by the holder of the workspace."""
    done = {each.slot.name: {"version": each.version} for each in done_slots(workspace)}
    done[slot.name] = {"version": version}
    workspace.publish(SLOTS, json.dumps(done, sort_keys=True).encode())


def is_done(done: Sequence[DoneSlot], slot: Slot) -> DoneSlot | None:
    """What is noted of a slot; None where it is not done."""
    return next((each for each in done if each.slot.name == slot.name), None)
