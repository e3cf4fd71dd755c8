"""Axes, multipliers and draws of documents lie beside their tokens: another mix reads no text and encodes nothing."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import NotNumeric
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.operators.mix.select.position import held_positions, positions
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import committed, everything, manifest_of
from corpusmill.pipeline.stages.mix.stage import Mixed, MixStage
from corpusmill.pipeline.stages.tokenize import unit as tokenize_unit
from corpusmill.pipeline.stages.tokenize.axes_unit import Axes
from corpusmill.pipeline.stages.tokenize.stage import (
    STATE,
    TokenizeStage,
    axes_at_hand,
    axes_units,
    finished_axes,
    tokenized_units,
    units_of,
)
from corpusmill.pipeline.stages.tokenize.unit import Tokenize
from corpusmill.pipeline.workspace import sweep
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

DOCUMENTS = 40
TEXTS = [f"document {i} " + "salt and tea " * (i % 7) for i in range(DOCUMENTS)]
GONE = (3, 17)


def job(mix: str = "{}") -> JobSpec:
    return parse(f"{{name: a, inputs: [{{source: s, paths: [x], columns: {{licence: lic, score: sc}}}}], mix: {mix}}}")


def put(workspace: Store, name: str, table: pa.Table) -> None:
    out = io.BytesIO()
    pq.write_table(table, out)
    workspace.publish(name, out.getvalue())


@pytest.fixture
def tokenized(tmp_path: Path) -> Store:
    """A workspace with one tokenized unit."""
    workspace = Store(str(tmp_path))
    texts = pa.array(TEXTS, pa.large_string())
    ids = np.arange(DOCUMENTS) * 5
    columns = {
        "doc_id": ids,
        "text_key": text_keys(texts),
        "language": ["de" if i % 2 else None for i in range(DOCUMENTS)],
        "domain": ["web"] * DOCUMENTS,
        "licence": [f"l{i % 3}" for i in range(DOCUMENTS)],
        "score": [float(i) for i in range(DOCUMENTS)],
        "text": texts,
    }
    put(workspace, "documents/in.parquet", pa.table(columns))
    reasons = pa.array(["text" if i in GONE else None for i in range(DOCUMENTS)], pa.string())
    duplicates = {"doc_id": ids, "reason": reasons, "copies": pa.array(np.arange(DOCUMENTS) + 1)}
    put(workspace, "dup.parquet", pa.table(duplicates))
    unit = {"name": "toks", "ingested": "in", "duplicates": "dup.parquet", "source": "s"}
    Tokenize(job=job().to_canonical(), workspace=workspace, files={})(unit)
    workspace.publish(STATE, json.dumps({"units": [], "tokens": ["toks"]}).encode())
    return workspace


def axes(workspace: Store, mix: str) -> pa.Table:
    """What `mix plan` reads of the unit for this mix."""
    (name,) = tokenized_units(job(mix), workspace)
    return pq.read_table(io.BytesIO(workspace.read(f"axes/{name}.parquet")))


def tokens(workspace: Store) -> pa.Table:
    return pq.read_table(io.BytesIO(workspace.read("tokens/toks.parquet")))


MIXES = ["{}", "{axes: [licence]}", "{seed: 7}", "{held_out: 0.1, held_out_seed: 3}", "{multiplier: {column: score}}"]


@pytest.mark.thorough
@pytest.mark.parametrize("mix", MIXES)
def test_rows_are_those_of_the_tokens_in_their_order(tokenized, mix):
    here, there = axes(tokenized, mix), tokens(tokenized)
    for name in ("doc_id", "n_tokens", "bytes", "source", "language", "domain"):
        assert here[name].to_pylist() == there[name].to_pylist()
    spec = job(mix).mix
    keys = text_keys(pa.array([TEXTS[i // 5] for i in here["doc_id"].to_pylist()], pa.large_string()))
    assert here["u"].to_numpy().tolist() == positions(keys, seed=spec.seed).tolist()
    assert here["held_u"].to_numpy().tolist() == held_positions(keys, seed=spec.held_out_seed).tolist()


def test_axes_and_multipliers_are_those_of_the_documents(tokenized):
    numbers = [i // 5 for i in axes(tokenized, "{}")["doc_id"].to_pylist()]
    assert sorted(numbers) == [i for i in range(DOCUMENTS) if i not in GONE]
    table = axes(tokenized, "{axes: [licence, domain], multiplier: {column: score}}")
    assert table["licence"].to_pylist() == [f"l{i % 3}" for i in numbers]
    assert table["score"].to_pylist() == [float(i) for i in numbers]
    assert axes(tokenized, "{multiplier: {column: copies}}")["copies"].to_pylist() == [i + 1.0 for i in numbers]


@pytest.mark.thorough
@pytest.mark.parametrize("mix", MIXES[1:])
def test_another_mix_encodes_nothing_again(tokenized, mix, monkeypatch):
    shards = {"in": UnitFiles.of(Shard(0, 0, "s", "readers.jsonl", "x", 0, 1, 1, ""))}
    names = [[u["name"] for u in units_of(job(m), shards, {"in": "dup.parquet"})] for m in ("{}", mix)]
    assert names[0] == names[1]
    made = committed(tokenized, "tokenize", {"toks"}).counts
    assert axes_units(job(), made)[0]["name"] != axes_units(job(mix), made)[0]["name"]
    before = tokenized.read("tokens/toks.parquet")
    monkeypatch.setattr(tokenize_unit, "tokenizer_of", lambda *_: pytest.fail("encoded again"))
    axes(tokenized, mix)
    assert tokenized.read("tokens/toks.parquet") == before


def test_what_changes_nothing_of_the_axes_is_not_read_again(tokenized):
    made = committed(tokenized, "tokenize", {"toks"}).counts
    assert axes_units(job(), made) == axes_units(job("{temperature: 3, budget_tokens: 1000, held_out: 0.2}"), made)


def test_a_multiplier_of_words_is_refused_with_the_source(tokenized):
    unit = axes_units(job("{multiplier: {column: licence}}"), committed(tokenized, "tokenize", {"toks"}).counts)[0]
    with pytest.raises(NotNumeric, match="the documents of 's' have string"):
        Axes(job=job("{multiplier: {column: licence}}").to_canonical(), workspace=tokenized)(unit)


def test_what_the_job_mixes_by_is_written_with_its_tokens(tokenized):
    counts = committed(tokenized, "tokenize", {"toks"}).counts
    (unit,) = axes_units(job(), counts)
    at_hand = axes_at_hand(tokenized, [unit], counts)
    assert at_hand == {unit["name"]: {"documents": len(tokens(tokenized)), "tokens": "toks"}}
    assert tokenized.exists(f"axes/{unit['name']}.parquet")
    other = axes_units(job("{seed: 7}"), counts)
    assert axes_at_hand(tokenized, other, counts) == {}
    assert counts["toks"]["bytes"] > 0


def test_a_multiplier_that_is_no_number_leaves_the_tokens_and_writes_nothing_beside_them(tokenized, tmp_path):
    unit = {"name": "others", "ingested": "in", "duplicates": "dup.parquet", "source": "s"}
    Tokenize(job=job("{multiplier: {column: licence}}").to_canonical(), workspace=tokenized, files={})(unit)
    counts = committed(tokenized, "tokenize", {"others"}).counts["others"]
    assert "axes" not in counts
    assert tokenized.exists("tokens/others.parquet")


def test_documents_that_are_gone_may_be_named_in_place_of_their_table(tokenized):
    unit = {"name": "named", "ingested": "in", "duplicates": "none.parquet", "source": "s"}
    unit |= {"few_removed": [5 * i for i in GONE]}
    Tokenize(job=job().to_canonical(), workspace=tokenized, files={})(unit)
    named = pq.read_table(io.BytesIO(tokenized.read("tokens/named.parquet")))
    assert named.equals(tokens(tokenized))


def test_an_earlier_mix_can_be_used_again_after_clean(tokenized):
    (first,) = tokenized_units(job("{}"), tokenized)
    tokenized_units(job("{seed: 7}"), tokenized)
    counts = committed(tokenized, "tokenize", {"toks"}).counts
    result = everything(tokenized, "tokenize", ["toks"])
    assert result is not None
    live = set(TokenizeStage().remembers(result)["names"])
    gone = sweep.unreferenced(tokenized, live, {"axes", "tokens", "units"})
    sweep.sweep(tokenized, gone)
    assert [name.partition("/")[0] for name in gone.names] == ["axes", "units"], "the other mix, which alone is deleted"
    assert finished_axes(job("{}"), tokenized, counts) is not None
    tokenized.delete(f"axes/{first}.parquet")  # as earlier versions did
    assert finished_axes(job("{}"), tokenized, counts) is None
    assert tokenized_units(job("{}"), tokenized) == [first]
    assert tokenized.exists(f"axes/{first}.parquet")
    assert finished_axes(job("{}"), tokenized, counts) is not None


def test_the_manifest_of_another_mix_is_kept_as_long_as_a_run_rests_on_it(tokenized):
    counts = committed(tokenized, "tokenize", {"toks"}).counts
    planned = SimpleNamespace(fingerprint="f", supply="s")
    for mix, manifests in (("{}", 0), ("{seed: 7}", 1)):
        (name,) = tokenized_units(job(mix), tokenized)
        found = finished_axes(job(mix), tokenized, counts)
        assert found is not None
        names = list(MixStage().remembers(Mixed(found, planned))["names"])  # pyright: ignore[reportArgumentType]
        assert names[:3] == ["f", "s", name]
        assert len(names) - 3 == manifests
        if manifests:
            assert manifest_of("axes", [name]) == f"manifests/axes-{names[3]}.json"
