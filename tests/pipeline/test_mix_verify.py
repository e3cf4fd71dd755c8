"""`verify` on a finished dataset: a sound one, and ones that were damaged or changed."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import say

pytestmark = pytest.mark.ray


@pytest.fixture
def copied(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the undisturbed dataset, to damage."""
    return Path(shutil.copytree(undisturbed / "out", tmp_path / "out"))


def test_a_valid_dataset_is_verified_from_its_address_and_from_its_job(undisturbed):
    for what in (undisturbed / "out", undisturbed / "job.yaml"):
        told = say("verify", what)
        assert "WRONG" not in told
        assert told.splitlines()[-1].startswith("valid: all 11 checks of ")
        assert told.count(" ok ") == 11


def rewritten(out: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """The first part with other content, and a manifest that knows its new sum."""
    manifest = json.loads((out / "_manifest.json").read_text())
    told = manifest["parts"][0]
    table = pq.read_table(out / told["name"])
    changed = change(table).replace_schema_metadata(table.schema.metadata)
    pq.write_table(changed.cast(table.schema), out / told["name"])
    payload = (out / told["name"]).read_bytes()
    told |= {"sha256": hashlib.sha256(payload).hexdigest(), "bytes": len(payload)}
    (out / "_manifest.json").write_text(json.dumps(manifest))


def other_values(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[pa.Table], pa.Table]:
    """Changes all values of a list column."""

    def changed(table: pa.Table) -> pa.Table:
        column = table[name].combine_chunks()
        flat = pc.list_flatten(column).to_numpy()
        lists = pa.ListArray.from_arrays(column.offsets, pa.array(change(flat.copy()).astype(flat.dtype)))
        return table.set_column(table.column_names.index(name), table.schema.field(name), lists)

    return changed


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        (lambda t: t.take(np.arange(0, t.num_rows, 2)), "begin after tokens of their document that are nowhere"),
        (lambda t: pa.concat_tables([t, t.slice(3, 1)]), "repeat tokens of their document"),
        (other_values("leaf", lambda v: np.zeros_like(v)), "tokens away from its plan by the end of phase"),
        (other_values("pass", lambda v: v + 1), "come without the one before"),
        (other_values("doc_ids", lambda v: v + 1_000_000), "copies of documents come without the one before"),
        (other_values("input_ids", lambda v: v + 40_000), "the vocabulary has"),
        (other_values("input_ids", lambda v: np.where(v == v.max(), 7, np.roll(v, 1))), "do not end with the token"),
        (other_values("seq_lens", lambda v: v + 1), "rows are not as long as their pieces together"),
    ],
)
def test_a_part_with_other_content_is_found_although_its_sum_is_right(copied, change, breach):
    rewritten(copied, change)
    told = say("verify", copied, code=3)
    assert breach in told


def test_a_damaged_a_lost_and_a_foreign_part_are_found(copied):
    names = sorted(f"data/{p.name}" for p in (copied / "data").glob("part-*"))
    payload = bytearray((copied / names[0]).read_bytes())
    payload[len(payload) // 2] ^= 1
    (copied / names[0]).write_bytes(payload)
    (copied / names[1]).unlink()
    shutil.copy(copied / names[2], copied / "data" / "part-00009-of-00010.parquet")
    told = say("verify", copied, code=3)
    assert f"{names[0]}: its sha256 is not that of the manifest" in told
    assert f"{names[1]}: is missing" in told
    assert f"files: {names[1]} is missing" in told
    assert "WRONG  2 of 3 parts, plan, funnel and tokenizer" in told
    assert any(line.split()[:2] == ["documents", "WRONG"] for line in told.splitlines())
    assert told.splitlines()[-1].startswith("corpusmill: not valid: ")
    assert "data/part-00009-of-00010.parquet belongs to no dataset" in told


def test_another_plan_funnel_or_manifest_is_found(copied):
    funnel = json.loads((copied / "_funnel.json").read_text())
    funnel["steps"][2]["documents"] -= 1
    (copied / "_funnel.json").write_text(json.dumps(funnel))
    told = say("verify", copied, code=3)
    assert "_funnel.json is not the one the manifest was written with" in told
    assert "conservation: kept" in told
    plan = json.loads((copied / "_plan.json").read_text())
    for phase in plan["phases"]:
        phase["tokens"] += 300_000
    by_target = sorted(plan["leaves"], key=lambda leaf: sum(leaf["targets"]))
    for leaf, more in zip(by_target[-2:], (100_000, 200_000), strict=True):  # the largest balances, the other may not
        leaf["targets"] = [target + more for target in leaf["targets"]]
        leaf["max_tokens"] += more * len(leaf["targets"])
    (copied / "_plan.json").write_text(json.dumps(plan))
    told = say("verify", copied, code=3)
    assert "_plan.json is not the one the manifest was written with" in told
    assert "tokens away from its plan by the end of phase" in " ".join(told.split()), told
    assert "tokens too few" in told.replace("\n", " ")
    (copied / "_manifest.json").unlink()
    assert "there is no dataset" in say("verify", copied, code=3)
