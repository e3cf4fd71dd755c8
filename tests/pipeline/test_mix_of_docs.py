"""22 real sources, eight domains and over 20 languages at T = 3.33, law held at 15 to 20 %, in two phases.

All numbers are what `verify` works out from the dataset alone.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.cuts.offsets import shards_of
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.tokens.packing.table import values
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.verify import dataset
from corpusmill.pipeline.verify.findings import Findings
from tests.pipeline.conftest import run_file

pytestmark = [pytest.mark.ray, pytest.mark.slow]

BUDGET, SHARDS = 20_000_000, 16
FINE = 0.001  # a tenth of a point


def write_docs_job(folder: Path, docs: Path) -> Path:
    """The job's file in `folder`, its workspace and output beside it."""
    lines = ["name: docs", "workspace: ./work", "output: ./out", "inputs:"]
    for file in sorted(docs.glob("*.jsonl.gz")):
        columns = (
            "{source_id: id, url: url, domain: domain, language: lang_path}"  # what a source says: declared_language
        )
        lines += [f"  - source: {file.name.split('.')[0]}", f"    paths: ['{file}']", f"    columns: {columns}"]
    lines += [
        "dedup: {near: off}",
        "mix:",
        "  axes: [domain, declared_language]",
        "  temperature: 3.33",
        f"  budget_tokens: {BUDGET}",
        "  bounds: [{where: {domain: law}, min: 0.15, max: 0.20}]",
        "  phases:",
        "    - {name: main, share: 0.8}",
        "    - {name: end, share: 0.2, boosts: [{where: {domain: science}, factor: 2}]}",
        "tokens: {sequence_tokens: 4096, packing: best_fit}",
        f"output_shards: {SHARDS}",
    ]
    path = folder / "job.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(corpora: Path, ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    run_file(write_docs_job(folder, corpora / "docs"))
    return folder / "out"


@pytest.fixture(scope="module")
def found(made: Path) -> Findings:
    with Display(quiet=True).stage("verify", SHARDS) as bar:
        return dataset.verify(Store(str(made)), bar)


def test_nothing_it_says_of_itself_is_wrong(found):
    print(found.table())
    assert found.breaches == []


def test_it_is_within_one_document_of_its_budget(found):
    assert abs(found.figures["off_budget"]) <= found.figures["largest_document"]
    assert found.figures["tokens"] == pytest.approx(BUDGET, rel=0.001)


def test_shares_along_one_axis_are_within_a_tenth_of_a_point_of_the_plan(found):
    assert found.figures["worst_share"] <= FINE


def test_every_leaf_is_within_half_its_largest_document_but_those_that_balance(found):
    assert found.figures["worst_leaf"] <= 1.0


def test_each_part_is_a_small_mix_to_within_what_its_documents_are_long(found):
    assert found.figures["worst_part"] <= found.figures["worst_part_bound"]


def test_the_sources_domains_and_languages_are_there(corpora, made):
    plan = from_json((made / "_plan.json").read_bytes())
    assert len(list((corpora / "docs").glob("*.jsonl.gz"))) == 22
    domains, languages = plan.leaves.values
    assert len(domains) == 8
    assert len(languages) > 20
    assert [p.name for p in plan.phases] == ["main", "end"]


def test_law_has_its_window_in_both_phases_to_the_token(made):
    """Law is one leaf of long documents, its least share binds, and none of its boundaries lies at the edge."""
    plan = from_json((made / "_plan.json").read_bytes())
    law = np.flatnonzero(plan.leaves.matches({"domain": ("law",)}))
    shards = shards_of(plan, SHARDS)
    names = [p["name"] for p in json.loads((made / "_manifest.json").read_text())["parts"]]
    for number in range(len(plan.phases)):
        of_phase = [pq.read_table(made / n) for n in names[sum(shards[:number]) : sum(shards[: number + 1])]]
        leaf, tokens = (np.concatenate([values(t, c) for t in of_phase]) for c in ("leaf", "seq_lens"))
        share = tokens[np.isin(leaf, law)].sum() / tokens.sum()
        print(f"phase {plan.phases[number].name}: law {share:.4%}")
        assert 0.15 <= share <= 0.20


def test_documents_of_the_output_are_those_of_the_input(corpora, made):
    rows = 0
    for file in (corpora / "docs").glob("*.jsonl.gz"):
        with gzip.open(file) as lines:
            rows += sum(1 for _ in lines)
    funnel = json.loads((made / "_funnel.json").read_text())
    assert funnel["steps"][0]["documents"] == rows
