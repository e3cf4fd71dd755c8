"""What is asked of units in groups, on workers: the answers added up are those of all units at once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import SpecError
from corpusmill.operators.mix.cuts.cuts_file import to_npz
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.counts import count
from corpusmill.operators.mix.select.select import InMemory, cut, layout_of, rows_of, survey
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.supply import bins
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.levels import Bins
from corpusmill.pipeline.stages.mix import grouped
from corpusmill.pipeline.stages.mix.grouped import read_groups
from corpusmill.pipeline.stages.mix.near_cuts import UnitQueries
from corpusmill.pipeline.stages.mix.supply import CountLeaves, summed

SPEC = MixSpec(levels=(Level(columns=("domain",)),), budget=Budget(multiple=0.4))
UNITS = 9


@pytest.fixture
def stages(monkeypatch) -> list[tuple[str, int]]:
    """Stages as they run, here, with their units; groups are of two."""
    ran = []

    def run_stage(_run: Any, stage: str, units: list[dict[str, Any]], task: Any) -> None:
        ran.append((stage.split("-")[0], len(units)))
        for unit in reversed(units):
            task(unit)

    monkeypatch.setattr(grouped, "run_stage", run_stage)
    monkeypatch.setattr(grouped, "GROUP_UNITS", 2)
    return ran


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, pa.Table]:
    """Tokenized units, as they lie in the workspace."""
    rng = np.random.default_rng(1)
    (tmp_path / "axes").mkdir()
    out = {}
    for number in range(UNITS):
        out[f"u{number}"] = pa.table(
            {
                "doc_id": number * 1000 + np.arange(500),
                "u": rng.integers(0, 2**64, 500, dtype=np.uint64),
                "n_tokens": rng.integers(1, 900, 500).astype(np.int32),
                "domain": pa.array(
                    rng.choice(["web", "law", "code"], 500, p=[0.7, 0.2, 0.1]).tolist(), pa.large_string()
                ),
            }
        )
        pq.write_table(out[f"u{number}"], tmp_path / "axes" / f"u{number}.parquet")
    return out


def test_a_mix_by_groups_of_groups_is_that_of_all_units_at_once(tables, stages, tmp_path, monkeypatch):
    monkeypatch.setattr(bins, "MOST_BINS", 16)
    run: Any = SimpleNamespace(workspace=Store(str(tmp_path)))

    def passes(name, read):
        answers = list(read_groups(run, name, list(tables), read, documents=10**9, decides="test"))
        assert len(answers) <= 2
        return iter(answers)

    leaves = LeafTable.of(summed(passes("count", CountLeaves(SPEC))), ("domain",))
    made = plan(leaves, SPEC)
    assert made.leaves.tokens.sum() == sum(int(t["n_tokens"].to_numpy().sum()) for t in tables.values())
    whole = InMemory([rows_of(pa.concat_tables(tables.values()), made)])
    asked = UnitQueries(made, passes)
    first = Bins.of(layout_of(made))
    near = cut(made, survey(made, asked.histograms(first)), asked, shards=3, most=0)
    assert to_npz(near) == to_npz(cut(made, survey(made, whole.histograms(first)), whole, shards=3, most=0))
    assert [n for stage, n in stages if stage == "count"] == [5, 3, 2]
    assert [stage for stage, n in stages if n == 5].count("histogram") >= 2  # once in all bins, then inside cut ones
    assert {stage for stage, _ in stages} == {"count", "histogram", "refine"}


def test_counts_of_many_groups_are_those_of_one_table(tables):
    parts = [count(t, SPEC) for t in tables.values()]
    assert summed(iter(parts * 3)).equals(summed([pa.concat_tables(parts * 3)]))


def test_units_without_a_document_are_nothing_to_mix():
    empty = pa.table({"domain": pa.array([], pa.large_string()), "documents": pa.array([], pa.int64())})
    with pytest.raises(SpecError, match="no document was kept; take a larger sample"):
        summed([empty, empty])
