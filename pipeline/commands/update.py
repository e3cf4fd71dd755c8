"""Implements `update`: every slot that is due, each a version of its own, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import click

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.run import RunArguments, job_of_arguments, run_and_tell
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.inputs.slot_paths import with_slots
from corpusmill.pipeline.versions.slots import DoneSlot, Every, Slot, done_slots, is_done, parse_slot

SINCE_ALONE = "--since names the first slot of a schedule: say --every too"
EITHER = "--slot names one slot, and --every all that are due: say one of them"


@dataclass(frozen=True, kw_only=True)
class Due:
    """The slots that an update is for. slots: the oldest first, none where the schedule is up to date."""

    slots: Sequence[Slot]
    done: Sequence[DoneSlot]


def update(given: RunArguments, *, slot: str | None, every: str | None, since: str | None) -> None:
    """Run an update; with a schedule, one for each slot that was missed and for the one that is due."""
    given = replace(given, update=True, versioned=True)
    spec, written = job_of_arguments(given)
    workspace = Store(spec.workspace, spec.storage)
    if slot is None and every is None:
        if since is not None:
            raise InputError([SINCE_ALONE])
        done = done_slots(workspace)
        run_and_tell(given, with_slots(spec, [(d.slot.at, d.slot.name) for d in done], None), written)
        return
    if slot is not None and every is not None:
        raise InputError([EITHER])
    due = slots_due(workspace, slot=slot, every=every, since=since, now=datetime.now(UTC))
    if not due.slots:
        note(given, spec.name, f"{spec.name}: nothing to do: {already(due.done, slot)}")
    summaries: list[JsonObject] = []
    try:
        for number, each in enumerate(due.slots, 1):
            if len(due.slots) > 1 and not given.as_json:
                note(given, spec.name, f"slot {each.name}: {number} of {len(due.slots)} that are due")
            done = [(d.slot.at, d.slot.name) for d in done_slots(workspace)]
            of_slot = replace(given, slot=each.name)
            run_and_tell(of_slot, with_slots(spec, done, (each.at, each.name)), written, summaries=summaries)
    finally:  # also where a later slot fails
        if summaries:
            names = [slot.name for slot in due.slots]
            told = [{"slot": name, **summary} for name, summary in zip(names, summaries, strict=False)]
            echo_json({**summaries[-1], "slots": told})


def note(given: RunArguments, job: str, text: str) -> None:
    """Print a line about the slots, in the form of all that the command prints."""
    if given.as_json:
        echo_json({"job": job, "did_nothing": True, "message": text})
    elif given.log_format == "json":
        Display(quiet=given.quiet, as_json=True).line(text)
    elif not given.quiet:
        click.echo(text)


def slots_due(workspace: Store, *, slot: str | None, every: str | None, since: str | None, now: datetime) -> Due:
    """The slots to run. since: the first slot of a schedule that has none yet; slots after the last done one else."""
    done = done_slots(workspace)
    if slot is not None:
        one = parse_slot(slot)
        return Due(slots=[] if is_done(done, one) else [one], done=done)
    assert every is not None, "update() says so"
    if done:
        start = max(d.slot.at for d in done)  # begins its period, in which the schedule fires later
    else:
        start = None if since is None else parse_slot(since).at - timedelta(minutes=1)
    slots = [each for each in Every(every).due(start, now) if not is_done(done, each)]
    return Due(slots=slots, done=done)


def already(done: Sequence[DoneSlot], slot: str | None) -> str:
    """Why no slot is due."""
    if slot is None:
        last = max(done, key=lambda each: each.slot)
        return f"no slot is due since {last.slot.name}"
    found = is_done(done, parse_slot(slot))
    assert found is not None, "it is due otherwise"
    what = f"it is {found.version}" if found.version else "it found nothing new"
    return f"slot {slot} is done already, {what}"
