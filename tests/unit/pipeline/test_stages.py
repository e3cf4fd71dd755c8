"""The list of stages is all there is to a new stage: it is run, resumed, planned, counted, remembered and swept."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.report.funnel import Step
from corpusmill.pipeline.report.funnel_of_stages import Counted
from corpusmill.pipeline.run.stages import STAGES, folders, names, remembered, run_stages, statuses
from corpusmill.pipeline.stages.ingest.outcome import Ingested
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.workspace import sweep
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles
from tests.pipeline.jobs import job_text


@dataclass(frozen=True)
class Hosts:
    """How many kept documents each host has."""

    name: str
    counts: Mapping[str, int]
    ran: int = 0


class HostsStage(Stage[Hosts]):
    """Lists the hosts of the kept documents."""

    name = "hosts"
    folders = ("hosts",)

    def look(self, state: State) -> Status[Hosts]:
        name = self._name(state)
        if not state.workspace.exists(f"hosts/{name}.json"):
            return Status(outcome=None, lines=["hosts: to be listed"])
        return Status(outcome=Hosts(name, json.loads(state.workspace.read(f"hosts/{name}.json"))))

    def run(self, run: Run, state: State) -> Hosts:
        if (there := self.look(state).outcome) is not None:
            return there
        counts: Counter[str] = Counter()
        for unit in state.of(IngestStage).shards:
            with run.workspace.open(f"documents/{unit}.parquet") as file:
                urls = pq.read_table(file, columns=["url"])["url"].to_pylist()
            counts.update(urlsplit(url).hostname or "" for url in urls)
        name = self._name(state)
        run.lease.check()
        run.workspace.publish(f"hosts/{name}.json", json.dumps(counts, sort_keys=True).encode())
        return Hosts(name, counts, ran=1)

    def counted(self, outcome: Hosts, state: State) -> Counted:
        return Counted(steps=[Step("hosts", len(outcome.counts))])

    def remembers(self, outcome: Hosts) -> Mapping[str, Iterable[str | int]]:
        return {"names": [outcome.name]}

    def _name(self, state: State) -> str:
        return digest("hosts", 1, list(state.of(IngestStage).shards))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run whose workspace holds three documents of one unit."""
    store = Store(str(tmp_path / "work"))
    (tmp_path / "work" / "documents").mkdir(parents=True)
    urls = ["http://a.org/1", "http://a.org/2", "http://b.org/"]
    pq.write_table(pa.table({"url": urls}), tmp_path / "work" / "documents" / "unit.parquet")
    return Run(
        spec=parse(job_text(str(tmp_path), str(tmp_path / "work"), str(tmp_path / "out"))),
        workspace=store,
        output=Store(str(tmp_path / "out")),
        lease=lease.take(store),
        display=Display(quiet=True),
        ray=lambda: 1,
    )


@pytest.fixture
def state(run: Run) -> State:
    """What ingest passes on in that run."""
    shard = UnitFiles.of(Shard(0, 0, "crawl", "readers.warc", "file:///a.warc.gz", 0, 1, 1, ""))
    ingested = Ingested(Result("ingest", {"unit": {}}, Tally(), ran=1), {"unit": shard})
    return State(run.spec, run.workspace, run.output, [shard]).extended(IngestStage(), ingested)


NEW = (HostsStage(),)


def test_a_new_stage_is_planned_run_and_then_there(run, state):
    ((stage, before),) = statuses(state, NEW)
    assert (stage.name, before.outcome, before.lines) == ("hosts", None, ["hosts: to be listed"])
    done, ran = run_stages(run, state, NEW)
    assert done.of(HostsStage).counts == {"a.org": 2, "b.org": 1}
    assert ran == {"hosts": 1}
    ((_, after),) = statuses(state, NEW)
    assert after.outcome == Hosts(done.of(HostsStage).name, {"a.org": 2, "b.org": 1})
    assert run_stages(run, state, NEW)[1] == {"hosts": 0}


def test_it_is_in_the_funnel_and_clean_keeps_what_it_wrote(run, state):
    done, _ = run_stages(run, state, NEW)
    assert [(step.name, step.documents) for step in done.funnel().steps][-1] == ("hosts", 2)
    ours = folders((*STAGES, *NEW))
    live = {str(name) for name in remembered(done)["names"]} | {"unit"}
    assert sweep.unreferenced(run.workspace, live, ours).names == ()
    assert [name.partition("/")[0] for name in sweep.unreferenced(run.workspace, {"unit"}, ours).names] == ["hosts"]
    assert sweep.unreferenced(run.workspace, {"unit"}, folders()).names == ()  # without the stage, it is not ours


def test_a_stage_that_needs_one_which_is_not_done_names_both(run):
    empty = State(run.spec, run.workspace, run.output, [])
    with pytest.raises(KeyError, match="stage 'ingest' is not done"):
        list(statuses(empty, NEW))


def test_each_stage_has_a_name_and_folders_of_its_own():
    written = [folder for stage in STAGES for folder in stage.folders]
    assert len(written) == len({*written})
    assert len({stage.name for stage in STAGES}) == len(STAGES)


def test_validation_takes_part_where_the_mix_holds_something_out(run):
    after_mix = ["profile", "select", "pack", "documents", "publish"]
    assert names(run.spec) == ["ingest", "evidence", "dedup", "tokenize", "mix", *after_mix]
    held = run.spec.model_copy(update={"mix": run.spec.mix.model_copy(update={"held_out": 0.1})})
    assert names(held)[-2:] == ["validation", "publish"]
