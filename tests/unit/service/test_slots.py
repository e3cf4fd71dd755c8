"""Slots of a schedule: which are due, in which order, and what they are called."""

from datetime import UTC, datetime

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.update import slots_due
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.inputs.slot_paths import with_slots
from corpusmill.pipeline.versions.slots import Every, done_slots, parse_slot, record_slot


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def names(every: str, since: str | None, now: str) -> list[str]:
    return [slot.name for slot in Every(every).due(None if since is None else at(since), at(now))]


def test_missed_slots_are_due_in_order():
    assert names("monthly", "2026-08-01T02:00", "2026-11-15") == ["2026-09", "2026-10", "2026-11"]
    assert names("weekly", "2026-12-21T02:00", "2027-01-05") == ["2026-W53", "2027-W01"]
    assert names("30 2 * * *", "2026-10-24T02:30", "2026-10-26T02:30") == ["2026-10-25T02-30", "2026-10-26T02-30"]


def test_without_a_slot_that_is_done_only_the_last_one_is_due():
    assert names("monthly", None, "2026-11-15") == ["2026-11"]
    assert names("monthly", None, "2026-11-01T02:00") == ["2026-11"]
    assert names("monthly", None, "2026-11-01T01:59") == ["2026-10"]


def test_nothing_is_due_before_its_time():
    assert names("monthly", "2026-11-01T02:00", "2026-12-01T01:59") == []


@pytest.mark.parametrize("name", ["2026-10", "2026-W44", "2026-10-31", "2026-10-31T02", "2026-10-31T02-30"])
def test_a_name_says_its_time(name):
    assert parse_slot(name).at.year == 2026


@pytest.mark.parametrize("name", ["october", "2026-13", "2026-W60", "../2026-10"])
def test_another_name_is_refused(name):
    with pytest.raises(InputError, match="--slot: expected a date such as"):
        parse_slot(name)


@pytest.mark.parametrize("every", ["fortnightly", "1 2 3", "61 * * * *", "0 2 L * *"])
def test_a_wrong_schedule_is_refused(every):
    with pytest.raises(InputError, match="--every: expected hourly, daily, weekly, monthly"):
        Every(every)


def test_a_slot_is_done_once_and_later_ones_are_caught_up_with(tmp_path):
    store = Store(str(tmp_path))
    first = slots_due(store, slot=None, every="monthly", since="2026-08", now=at("2026-10-15"))
    assert [slot.name for slot in first.slots] == ["2026-08", "2026-09", "2026-10"]
    record_slot(store, first.slots[0], "v0001")
    record_slot(store, first.slots[1], None)
    assert slots_due(store, slot="2026-08", every=None, since=None, now=at("2026-10-15")).slots == []
    again = slots_due(store, slot=None, every="monthly", since="2026-08", now=at("2026-11-15"))
    assert [slot.name for slot in again.slots] == ["2026-10", "2026-11"]
    assert [(done.slot.name, done.version) for done in done_slots(store)] == [("2026-08", "v0001"), ("2026-09", None)]


JOB = """
name: j
inputs: [{source: a, paths: ['in/{slot:%Y-%m}/*.jsonl', 'in/fixed.jsonl'], language: en, domain: web}]
"""


def test_paths_take_the_slot_and_the_earlier_ones_whose_files_are_there(tmp_path):
    for month in ("2026-08", "2026-10"):
        (tmp_path / "in" / month).mkdir(parents=True)
        (tmp_path / "in" / month / "a.jsonl").write_text("{}\n")
    slots = [(at(f"2026-{month}-01"), f"2026-{month}") for month in ("08", "09", "10")]
    spec = with_slots(parse(JOB, folder=tmp_path), slots[:2], slots[2])
    assert spec.inputs[0].paths == tuple(
        f"{tmp_path}/in/{name}" for name in ("2026-08/*.jsonl", "2026-10/*.jsonl", "fixed.jsonl")
    )


def test_paths_with_slots_and_no_slot_are_refused(tmp_path):
    with pytest.raises(InputError, match="depends on the slot: say --slot"):
        with_slots(parse(JOB, folder=tmp_path), [], None)
