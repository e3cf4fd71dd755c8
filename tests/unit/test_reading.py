"""Packed shards read back: rows, footers that disagree, and, where torch is there, the DataLoader with resume."""

import pickle

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpusmill.errors import InvalidShard
from corpusmill.operators.tokens.packing.concat import concat
from corpusmill.operators.tokens.packing.table import sequences
from corpusmill.operators.tokens.schema import Footer, shard_schema, write_options
from corpusmill.pipeline.reading.order import Reader, Stripes, rows_from
from corpusmill.pipeline.reading.shards import read_rows, shards_at
from corpusmill.pipeline.reading.torch_dataset import PackedSequences, collate_packed, torch
from tests.property.tokens.test_packing import documents_of

needs_torch = pytest.mark.skipif(torch is None, reason="torch is not installed in this environment")


def written(folder, *, eos_id: int = 0) -> list[str]:
    """Two small shards of row groups of four sequences."""
    footer = Footer(tokenizer_sha256="ab", vocab_size=9, eos_id=eos_id, packing="concat", sequence_tokens=8)
    addresses = []
    for shard, lengths in enumerate(([50, 3, 9], [5, 60, 17])):
        table = sequences(documents_of(lengths), concat(np.array(lengths), sequence_tokens=8))
        addresses.append(str(folder / f"part-{shard}-{eos_id}.parquet"))
        with pq.ParquetWriter(addresses[-1], shard_schema(footer), **write_options()) as writer:
            writer.write_table(table.cast(shard_schema(footer)), row_group_size=4)
    return addresses


def test_rows_are_the_rows_of_the_shards_in_order(tmp_path):
    addresses = written(tmp_path)
    shards = shards_at(addresses)
    reader = Reader(rank=0, world_size=1)
    order = rows_from(shards.groups, position=0, reader=reader, epochs=1, seed=None, stripes=Stripes())
    rows = list(read_rows(shards, order))
    stored = [row for address in addresses for row in pq.read_table(address).to_pylist()]
    assert len(rows) == len(stored) == shards.sequences
    for position, (row, told) in enumerate(zip(rows, stored, strict=True)):
        assert row.pop("position") == position
        assert {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in row.items()} == told


def test_shards_of_two_datasets_are_distinguished(tmp_path):
    with pytest.raises(InvalidShard, match=r"differs from .* in eos_id: not one dataset"):
        shards_at([*written(tmp_path), *written(tmp_path, eos_id=1)])


def test_a_parquet_file_that_is_no_shard_is_named(tmp_path):
    other = tmp_path / "other.parquet"
    pq.write_table(pq.read_table(written(tmp_path)[0]).replace_schema_metadata(None), other)
    with pytest.raises(InvalidShard, match=r"other\.parquet: expected a packed shard of schema version 1, found none"):
        shards_at([str(other)])


@pytest.mark.skipif(torch is not None, reason="torch is installed here")
def test_without_torch_the_dataset_says_what_is_missing(tmp_path):
    with pytest.raises(ImportError, match="needs torch, an optional extra"):
        PackedSequences(written(tmp_path))


def positions(data: PackedSequences, *, batch_size: int, workers: int, batches: int | None = None) -> list[int]:
    """The positions a DataLoader yields, in order, of so many batches."""
    assert torch is not None
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, num_workers=workers, collate_fn=list)
    found = []
    for k, batch in enumerate(loader):
        if k == batches:
            break
        found += [row["position"] for row in batch]
    return found


@needs_torch
def test_a_loader_goes_on_on_other_ranks_and_workers(tmp_path):
    addresses = written(tmp_path)
    first = [PackedSequences(addresses, rank=r, world_size=2, batch_size=2, stripe=2) for r in range(2)]
    used = [positions(data, batch_size=2, workers=2, batches=2) for data in first]
    states = [data.state_dict(batches=2) for data in first]
    assert states[0] == states[1]
    then = [PackedSequences(addresses, rank=r, world_size=3, batch_size=1, stripe=2) for r in range(3)]
    for data in then:
        data.load_state_dict(states[0])
    rest = [positions(data, batch_size=1, workers=w) for data, w in zip(then, (0, 1, 2), strict=True)]
    everything = [p for part in (*used, *rest) for p in part]
    assert sorted(everything) == list(range(first[0].shards.sequences))
    assert sorted(p for part in used for p in part) == list(range(8))


@needs_torch
def test_tensors_keep_attention_inside_a_document(tmp_path):
    row = next(iter(PackedSequences(written(tmp_path))))
    assert row["input_ids"].dtype == torch.int64
    assert row["cu_seqlens"].tolist()[-1] == row["n_tokens"] == len(row["input_ids"])
    assert row["position_ids"].tolist()[0] == 0


@needs_torch
def test_a_batch_is_few_large_tensors_with_all_that_its_rows_have(tmp_path):
    rows = list(PackedSequences(written(tmp_path)))[:5]
    batch = collate_packed(rows)
    assert sorted(k for k, v in batch.items() if torch.is_tensor(v)) == ["cu_seqlens", "input_ids", "position_ids"]
    assert batch["input_ids"].tolist() == [i for row in rows for i in row["input_ids"].tolist()]
    assert batch["position_ids"].tolist() == [i for row in rows for i in row["position_ids"].tolist()]
    assert batch["cu_seqlens"].tolist()[-1] == sum(row["n_tokens"] for row in rows) == len(batch["input_ids"])
    assert batch["cu_seqlens"].dtype == torch.int32
    assert batch["doc_ids"].tolist() == [i for row in rows for i in row["doc_ids"].tolist()]
    assert batch["position"].tolist() == [row["position"] for row in rows]


@needs_torch
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_batches_of_workers_come_in_the_order_of_a_loader_without(tmp_path, workers):
    data = PackedSequences(written(tmp_path), batch_size=2)
    loader = torch.utils.data.DataLoader(data, batch_size=2, num_workers=workers, collate_fn=collate_packed)
    found = [p for batch in loader for p in batch["position"].tolist()]
    assert found == list(range(data.shards.sequences))


@needs_torch
@pytest.mark.parametrize("highest", [255, 65_535, 65_536, 2**31 - 1])
def test_a_batch_is_the_same_in_another_process(tmp_path, highest):
    rows = list(PackedSequences(written(tmp_path)))[:3]
    rows[0]["input_ids"][0] = highest
    sent = collate_packed(rows)
    found = pickle.loads(pickle.dumps(sent))
    assert set(found) == set(sent)
    for name, value in sent.items():
        assert found[name].dtype == value.dtype
        assert found[name].tolist() == value.tolist()


@needs_torch
def test_a_row_may_be_written_to_and_changes_no_other(tmp_path):
    first, again = (list(PackedSequences(written(tmp_path))) for _ in range(2))
    for value in first[0].values():
        if torch.is_tensor(value):
            value += 1
    assert [row["input_ids"].tolist() for row in first[1:]] == [row["input_ids"].tolist() for row in again[1:]]


@needs_torch
def test_a_state_of_another_order_is_refused(tmp_path):
    addresses = written(tmp_path)
    state = PackedSequences(addresses, seed=1).state_dict(batches=1)
    with pytest.raises(ValueError, match="of another dataset or order"):
        PackedSequences(addresses, seed=2).load_state_dict(state)
