"""What a run is predicted to cost, from the rates of an earlier one."""

import pytest

from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.report.cost.prediction import predict
from corpusmill.pipeline.report.cost.prices import Cluster, Prices, unit_requests
from corpusmill.pipeline.report.cost.printed import compared
from corpusmill.pipeline.report.cost.rates import basis_of, rates_of

GB = 1_000_000_000


def stage(name: str, times: list[float], *, read_bytes: int = 0) -> StageCounts:
    found = StageCounts(name, total=len(times), read_bytes=read_bytes, began_at=0.0, ended_at=1.0)
    for number, seconds in enumerate(times):
        found.timed_unit(str(number), seconds, cpu_seconds=seconds, peak_bytes=GB)
    return found


def run(*stages: StageCounts, **facts: object) -> RunState:
    return RunState(run="r", seen_at=1.0, state="finished", stages=stages, facts=facts)


def test_work_grows_with_the_input_and_time_shrinks_with_the_cluster():
    basis = run(stage("ingest", [90.0, 110.0, 100.0, 100.0], read_bytes=GB), stage("pack", [10.0] * 4))
    found = predict(basis, 100 * GB, Cluster.parse("4x16"), Prices(cpu_hour=0.02), stored_bytes=2 * GB)
    ingest, pack = found.stages
    assert ingest.cpu_s == pytest.approx(40_000)
    assert ingest.low_s < 36_000 < 40_000 < 44_000 < ingest.high_s
    assert pack.cpu_s == pytest.approx(4_000)
    assert found.cpu_hours == pytest.approx(44_000 / 3600)
    assert found.wall_s == pytest.approx(15 + 2 * 2 + 40_000 / 64 + 4_000 / 64)
    assert found.memory_bytes == 16 * GB * 1.25
    assert found.stored_bytes == 200 * GB
    assert found.money()["cpus"] == pytest.approx(found.wall_s / 3600 * 64 * 0.02)
    assert found.units == 400  # as the earlier run had by byte
    assert found.puts == 3 * 400
    assert found.gets == 5 * 400 + 100 * GB // (5 << 20) + 2 * 200 * GB // (4 << 20)
    assert found.money()["requests"] == pytest.approx((found.puts * 5 + found.gets * 0.4) / 1e6)
    twice = predict(basis, 100 * GB, Cluster.parse("8x16"), Prices(cpu_hour=0.02))
    assert twice.wall_s < found.wall_s
    assert twice.cpu_hours == found.cpu_hours


def test_what_a_process_does_once_does_not_grow_with_the_input():
    ingest = StageCounts("ingest", read_bytes=8 * GB, began_at=0.0, ended_at=1.0)
    for number in range(8):
        first = number < 2  # two processes, each of which loads kernels for 30 s
        ingest.timed_unit(str(number), 1.0, cpu_seconds=10.0 + 30 * first, weight=float(GB), first=first)
    (rate,) = rates_of(run(ingest))
    assert rate.seconds_per_byte * GB == pytest.approx(10)
    assert rate.start_s == pytest.approx(30)
    assert rate.error == pytest.approx(0.1)
    assert rate.cpu_s(100 * GB, cpus=4) == pytest.approx(1000 + 4 * 30)
    assert rate.cpu_s(GB, cpus=64) == pytest.approx(10 + 30)


def test_no_stage_is_faster_than_its_slowest_unit():
    basis = run(stage("ingest", [1.0] * 9 + [60.0], read_bytes=GB))
    assert predict(basis, GB, Cluster.parse("100x10"), Prices(cpu_hour=1)).stages[0].wall_s == 62.0


def test_what_reading_takes_does_not_shrink_with_the_sample():
    def ingest(rest: float) -> StageCounts:
        found = StageCounts("ingest", read_bytes=4 * GB, began_at=0.0, ended_at=1.0)
        for number in range(4):
            found.timed_unit(str(number), 1.0, cpu_seconds=5 + rest, weight=float(GB), read_cpu_seconds=5.0)
        return found

    (whole,), (sampled,) = rates_of(run(ingest(20.0))), rates_of(run(ingest(2.0), sample_documents=0.1))
    assert whole.seconds_per_byte * GB == pytest.approx(25)
    assert sampled.seconds_per_byte == pytest.approx(whole.seconds_per_byte)


def test_a_sample_of_documents_counts_as_its_share_with_a_wider_band():
    whole = rates_of(run(stage("ingest", [10.0] * 4, read_bytes=GB)))[0]
    sampled = rates_of(run(stage("ingest", [1.0] * 4, read_bytes=GB), sample_documents=0.1))[0]
    assert sampled.seconds_per_byte == pytest.approx(whole.seconds_per_byte)
    assert sampled.error > whole.error == pytest.approx(0.1)


def test_rates_are_those_of_the_newest_run_that_read_all_of_something():
    useful = run(stage("ingest", [1.0], read_bytes=5))
    assert basis_of([useful, run(stage("pack", [1.0])), run(stage("ingest", [1.0], read_bytes=5), limit=3)]) is useful
    assert basis_of([]) is None


def test_predicted_and_actual_stand_side_by_side():
    lines = list(compared({"ingest": 100.0, "pack": 1.0}, [stage("ingest", [60.0, 60.0])]))
    assert lines == ["ingest: predicted 1 min 40 s of CPU, took 2 min 0 s (+20%)"]


@pytest.mark.parametrize("text", ["64", "0x4", "axb", "4x"])
def test_a_cluster_that_is_none_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        Cluster.parse(text)


@pytest.mark.parametrize(("workspace", "puts", "gets"), [("s3://b", 3, 3), ("gs://b", 12, 26), ("/disk", 0, 0)])
def test_only_in_s3_what_a_unit_writes_is_one_object(workspace, puts, gets):
    basis = run(stage("ingest", [90.0, 110.0, 100.0, 100.0], read_bytes=GB))
    of_unit = unit_requests(workspace)
    found = predict(basis, 100 * GB, Cluster.parse("4x16"), Prices(cpu_hour=0.02), of_unit=of_unit)
    assert found.puts == 400 * puts
    assert found.gets == 400 * (gets + 2) + 100 * GB // (5 << 20)
