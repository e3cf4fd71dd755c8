"""What stays of groups, put together over many files, partitions and runs, is what sorting the rows says."""

import random
from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.at_most import AtMost
from corpusmill.operators.decide.budget import Budget
from corpusmill.operators.decide.top import Top
from corpusmill.operators.text.ranking import DOC_ID, entries_of, group_of, in_order, leading, within
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.stages.gathered import entries as gathering
from corpusmill.pipeline.stages.gathered import rank as ranking
from corpusmill.pipeline.stages.gathered.entries import GatherEntries
from corpusmill.pipeline.stages.gathered.rank import planned, rank
from corpusmill.pipeline.workspace.shards import Shards
from tests.unit.pipeline.test_gathered import SHARDS, gathered, work

AMOUNT = 25
SHARES = {"code": 0.1, "chat": 0.5, "maths": 0.2, "facts": 0.2}


def table_of(shard) -> pa.Table:
    """Thirty documents of a shard; scores are often equal, and one in ten lacks a host."""
    chance = random.Random(shard.shard)
    n = 30
    ids = doc_ids(run=shard.run, shard=shard.shard, rows=np.arange(n), uri="")
    return pa.table(
        {
            "doc_id": pa.array(ids),
            "text": pa.array([f"text {shard.shard} {i}" for i in range(n)], TEXT),
            "host": pa.array([chance.choice("abcdefghi") if chance.random() < 0.9 else None for _ in range(n)]),
            "task": pa.array([chance.choice([*SHARES, "other"]) for _ in range(n)]),
            "quality": pa.array([chance.choice([0.5, 1.0, 2.0, chance.random(), None]) for _ in range(n)]),
            "tokens": pa.array([chance.randrange(1, 9) for _ in range(n)]),
        }
    )


@pytest.fixture
def stayed(tmp_path, monkeypatch):
    """Gathers from all shards and finds what stays: rows of all shards with their `stays`, and the facts."""

    def find(awaited, unit_bytes: int = 1 << 28, held_rows: int = 2_000_000, seed: int = 0):
        monkeypatch.setattr(gathering, "HELD_ROWS", held_rows)
        monkeypatch.setattr(ranking, "HELD_ROWS", held_rows)
        folder, files, weights = tmp_path / str(random.random()), {}, defaultdict(Counter)
        for shard in SHARDS:
            place = folder / str(shard.shard)
            place.mkdir(parents=True)
            table = table_of(shard)
            batches = [Batch(table.slice(at, 7)) for at in range(0, 30, 7)]
            facts = gathered(
                place, GatherEntries(place, f"unit{shard.shard}", Shards.of([shard]).groups()[0], awaited), batches
            )
            for name in facts["files"]:
                Store(str(folder)).publish_file(name, place / name)
            files |= facts["files"]
            weights[shard.run].update(facts["weights"])
        entered = [
            EnteredShard(unit=f"unit{s.shard}", number=s.run << 26 | s.shard, source="s", priority=0, uri=s.uri)
            for s in SHARDS
        ]
        found = rank(work(folder, unit_bytes, seed), files, entered, awaited, weights)
        rows = []
        for shard in SHARDS:
            content = Store(str(folder)).read(found.answers[f"unit{shard.shard}"])
            kept = set(np.frombuffer(content, DOC_ID).tolist())
            rows += [{**row, "run": shard.run, "stays": row["doc_id"] in kept} for row in table_of(shard).to_pylist()]
        return rows, found.facts

    return find


def score(row: dict) -> float:
    """What a row is ranked by; without a value it comes last."""
    return -1.0 if row["quality"] is None else row["quality"]


@pytest.mark.parametrize(("unit_bytes", "held_rows"), [(1 << 28, 2_000_000), (1 << 12, 2_000_000), (1 << 12, 10)])
def test_the_best_of_each_host_stay(stayed, unit_bytes, held_rows):
    rows, _ = stayed(Top(count=4, column="quality", by=("host",)), unit_bytes, held_rows)
    for host in "abcdefghi":
        mine = [r for r in rows if r["host"] == host]
        expected = sorted(mine, key=lambda r: (r["run"], -score(r)))[:4]
        assert Counter((r["run"], score(r)) for r in mine if r["stays"]) == Counter(
            (r["run"], score(r)) for r in expected
        )
    assert not any(r["stays"] for r in rows if r["host"] is None)  # in no group: the step keeps them by itself


@pytest.mark.thorough
def test_the_answer_is_the_same_in_any_order_of_units_and_any_size_of_pieces(stayed):
    for awaited in (AtMost(count=3, by=("host",)), Budget(amount=AMOUNT, score=("quality",), weight="tokens")):
        answers = [
            [r["stays"] for r in stayed(awaited, unit_bytes, held_rows, seed)[0]]
            for unit_bytes, held_rows, seed in ((1 << 28, 2_000_000, 0), (1 << 12, 20, 1), (1 << 11, 8, 2))
        ]
        assert answers[0] == answers[1] == answers[2]
        assert any(answers[0])


def test_no_host_has_more_than_it_may_and_the_step_keeps_what_is_in_no_group(stayed):
    step = AtMost(count=3, by=("host",))
    rows, _ = stayed(step)
    counts = Counter(r["host"] for r in rows if r["stays"])
    assert set(counts.values()) == {3}
    ids = np.array(sorted(r["doc_id"] for r in rows if r["stays"]), DOC_ID)
    answered = AtMost(count=3, by=("host",), found=Resource("found", ids.tobytes()))
    table = pa.concat_tables([table_of(s) for s in SHARDS])
    reasons = answered(Batch(table)).to_pylist()
    assert [r is None for r in reasons] == [row["stays"] or row["host"] is None for row in rows]
    assert set(reasons) == {None, "more than 3 of one host"}


def test_a_budget_of_rows_and_its_shares_are_held_to_the_record(stayed):
    rows, facts = stayed(Budget(amount=AMOUNT, score=("quality",), by="task", shares=SHARES))
    first = Counter(r["task"] for r in rows if r["stays"] and r["run"] == 0)
    assert sum(first.values()) == AMOUNT
    assert all(abs(first[task] - share * AMOUNT) < 1 for task, share in SHARES.items())
    assert facts["limits"]["0"] == {task: first[task] for task in sorted(SHARES)}
    for task in SHARES:
        mine = [r for r in rows if r["task"] == task and r["run"] == 0 and r["quality"] is not None]
        worst = min((r["quality"] for r in mine if r["stays"]), default=0)
        assert all(r["stays"] for r in mine if r["quality"] > worst)


@pytest.mark.parametrize("short", ["fill", "scale"])
@pytest.mark.parametrize(("by", "shares"), [("task", SHARES), ("host", "equal")])
@pytest.mark.parametrize("weight", [None, "tokens"])
def test_a_budget_is_held_over_runs_whatever_an_update_brings(short, by, shares, weight):
    """Limits never fall, and their sum never rises above the budget."""
    chance = random.Random(3)
    for amount in (1, 7, 100, 1000):
        step = Budget(amount=amount, by=by, shares=shares, short=short, weight=weight)
        values = [*SHARES] if by == "task" else [*"abcdefghi"]
        runs = {
            run: Counter({v: chance.randrange(1, 200) for v in chance.sample(values, chance.randrange(1, 4))})
            for run in range(6)
        }
        found, sums, last = planned(step, runs), Counter(), {}
        for run, limits in found.items():
            sums.update(runs[run])
            assert sum(limits.values()) <= amount
            assert all(last.get(v, 0) <= n <= sums[v] for v, n in limits.items())
            if short == "fill":
                there = sum(sums[v] for v in limits)
                assert sum(limits.values()) == min(amount, there)
            last = limits


def test_documents_of_two_runs_hold_a_budget_whose_shares_moved(stayed):
    rows, facts = stayed(Budget(amount=AMOUNT, by="host", shares="equal"))
    first, both = facts["limits"]["0"], facts["limits"]["1"]
    assert sum(both.values()) == AMOUNT == sum(r["stays"] for r in rows)
    assert all(both[host] >= n for host, n in first.items())


def test_groups_that_are_short_shrink_the_budget_or_leave_it_to_the_others(stayed):
    scarce, amount = {"code": 0.8, "chat": 0.1, "maths": 0.1}, 40
    available = Counter(row["task"] for s in SHARDS if s.run == 0 for row in table_of(s).to_pylist())
    for short, total in (("fill", amount), ("scale", int(available["code"] / 0.8))):
        rows, _ = stayed(Budget(amount=amount, by="task", shares=scarce, short=short))
        counts = Counter(r["task"] for r in rows if r["stays"] and r["run"] == 0)
        assert counts["code"] == available["code"]
        assert sum(counts.values()) == total


def test_clusters_are_sampled_alike_and_weights_end_before_the_first_that_does_not_fit(stayed):
    rows, _ = stayed(Budget(amount=27, by="host", shares="equal"))
    assert Counter(r["host"] for r in rows if r["stays"]) == dict.fromkeys("abcdefghi", 3)
    rows, facts = stayed(Budget(amount=200, score=("quality",), weight="tokens"))
    weight = sum(r["tokens"] for r in rows if r["stays"])
    assert 200 - 9 < weight == facts["weight"] <= 200


def test_what_waits_when_a_shard_ends_is_written_though_a_file_was_written_before(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "HELD_ROWS", 4)
    files = Shards.of([SHARDS[0]]).groups()[0]
    gather = GatherEntries(tmp_path, "unit", files, AtMost(count=1, by=("host",)))
    for hosts in ("abcd", "eeee"):
        columns = {"doc_id": list(range(4)), "text": pa.array(list("1234"), TEXT), "host": list(hosts)}
        gather.add(Batch(pa.table(columns)))
    facts = gather.facts()
    groups = {key for name in facts["files"] for key in pa.ipc.open_file(tmp_path / name).read_all()["key"].to_pylist()}
    assert groups == {group_of([host]) for host in "abcde"}
    assert facts["entries"] == 5


@pytest.mark.parametrize("amount", [10, 2**62])
def test_a_document_that_weighs_more_than_any_budget_never_stays_and_no_sum_of_weights_wraps(amount, tmp_path):
    heavy, light = [float("inf"), 2.0**63, 1e300, float("inf"), 2.0**62 * 1.5], [-5.0, float("nan"), None, 3.0]
    columns = {"doc_id": list(range(9)), "text": pa.array(list("123456789"), TEXT), "task": ["a"] * 9}
    batch = Batch(pa.table({**columns, "tokens": pa.array(heavy + light, pa.float64())}))
    awaited = Budget(amount=amount, weight="tokens", by="task", shares="equal")
    entries = entries_of(batch, awaited.ranking(), limit=amount)
    assert entries["weight"].to_pylist() == [amount + 1] * 5 + [1, 1, 1, 3]
    best_last = entries.set_column(2, "rank", pa.array([4, 4, 4, 4, 4, 3, 2, 1, 0], pa.uint64()))
    ordered = in_order(best_last)
    stay = ordered.filter(pa.array(within(ordered, np.full(9, amount))))
    assert sorted(stay["doc_id"].to_pylist()) == [5, 6, 7, 8]
    assert leading(ordered, amount).num_rows == 5
    gather = GatherEntries(tmp_path, "unit", Shards.of([SHARDS[0]]).groups()[0], awaited)
    gather.add(batch)
    assert gather.facts()["weights"] == {"a": 5 * (amount + 1) + 6}
