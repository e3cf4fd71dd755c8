"""Packed shards as a torch IterableDataset that goes on exactly where it stopped, on any number of ranks and workers.

    data = PackedSequences(shards, rank=rank, world_size=world_size, batch_size=4)
    loader = DataLoader(data, batch_size=4, num_workers=2, collate_fn=collate_packed)
    for batch in loader:  # input_ids, position_ids, cu_seqlens: tensors
        ...
    state = data.state_dict(batches=n)   # after n batches from the loader, on any rank: the same on all
    data.load_state_dict(state)          # also in a run with other world_size, workers or batch size

torch is an optional extra: this module is the only one that needs it, and says so when it is not there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from corpusmill.pipeline.reading.attention import cu_seqlens, position_ids
from corpusmill.pipeline.reading.order import Reader, Stripes, rows_from
from corpusmill.pipeline.reading.shards import read_rows, shards_at

try:
    import torch  # pyright: ignore[reportMissingImports] (an optional extra)
    from torch.utils.data import IterableDataset, get_worker_info  # pyright: ignore[reportMissingImports]
except ImportError:
    torch, IterableDataset, get_worker_info = None, object, None

STATE_VERSION = 2
LANES = 4  # row groups side by side a rank: 1, 2 or 4 workers each decode their own
PIECES = ("seq_lens", "doc_ids", "doc_offsets", "leaf", "pass")  # columns with a value for each piece of a document
NUMBERS = ("n_tokens", "position")
DERIVED = {"cu_seqlens": cu_seqlens, "position_ids": position_ids}  # from the lengths of pieces
LOSS_MASK = "loss_mask"  # of datasets of conversations: a value for each token


class PackedBatch(dict[str, Any]):
    """A batch as `collate_packed` makes it. Between processes it travels as bytes: torch would hand over each tensor
    through an open file and a connection of its own, which costs more than reading it did. A pipe takes 64 KiB at once,
    so ids travel as narrow as they are, and what follows from the lengths of pieces does not.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {k: v.numpy() if torch is not None and torch.is_tensor(v) else v for k, v in self.items()}
        ids = plain["input_ids"]
        narrow = np.uint16 if len(ids) and ids.max() < 1 << 16 else np.int32
        sent = {k: v for k, v in plain.items() if k not in DERIVED}
        return _batch_of, ({**sent, "input_ids": ids.astype(narrow)},)


def _batch_of(arrays: dict[str, np.ndarray]) -> PackedBatch:
    assert torch is not None, "a batch is made where torch is"
    batch = PackedBatch(arrays)
    batch["input_ids"] = torch.from_numpy(arrays["input_ids"].astype(np.int64))
    for name, of in DERIVED.items():
        batch[name] = torch.from_numpy(of(arrays["seq_lens"]))
    if LOSS_MASK in arrays:
        batch[LOSS_MASK] = torch.from_numpy(arrays[LOSS_MASK])
    return batch


def collate_packed(rows: Sequence[Mapping[str, Any]]) -> PackedBatch:
    """One batch of sequences end to end, a dict, for `DataLoader(collate_fn=collate_packed)`.

    Tensors: `input_ids` (int64, all tokens of the batch), `position_ids` and `cu_seqlens` (int32, over the batch; no
    piece crosses from one sequence to the next), and of conversations `loss_mask` (int8, 1 for each token to train on).
    Numpy arrays: `seq_lens`, `doc_ids`, `doc_offsets`, `leaf`, `pass`, a value a piece; `n_tokens`, `position`, a value
    a sequence. Where all sequences are equally long, `input_ids.view(len(batch["n_tokens"]), -1)` has one in each row.
    """
    flat = (*PIECES, "input_ids", *([LOSS_MASK] if rows and LOSS_MASK in rows[0] else []))
    arrays = {name: np.concatenate([np.asarray(row[name]) for row in rows]) for name in flat}
    arrays |= {name: np.array([row[name] for row in rows], np.int64) for name in NUMBERS}
    return _batch_of(arrays)


class PackedSequences(IterableDataset):  # pyright: ignore[reportGeneralTypeIssues] (object without torch)
    """Yields one dict a sequence: `input_ids` (int64), `position_ids`, `cu_seqlens`, `seq_lens`, `doc_ids`,
    `doc_offsets`, `leaf`, `pass` as tensors, `n_tokens` and `position` as numbers; of a dataset of conversations
    `loss_mask` too, int8, 1 for each token to train on.

    batch_size: the DataLoader's, for its workers take whole batches in turn. epochs: None repeats for ever. seed: draws
    the order of row groups anew each epoch; None reads shards as written, each of which is a small faithful mix.
    stripe: row groups read side by side, by all ranks together; None: LANES for each rank. If it is a multiple of
    world_size times workers, each row group is decoded by one worker only. Hand batches over with `collate_packed`.
    Ranks differ by at most one sequence at the very end, which collective training must expect.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        rank: int = 0,
        world_size: int = 1,
        batch_size: int = 1,
        epochs: int | None = 1,
        seed: int | None = None,
        stripe: int | None = None,
    ) -> None:
        if torch is None:
            raise ImportError("PackedSequences needs torch, an optional extra: pip install torch")
        super().__init__()
        self.shards = shards_at(addresses)
        self.reader = Reader(rank=rank, world_size=world_size, batch_size=batch_size)
        self.epochs, self.seed, self.stripe = epochs, seed, stripe
        self.stripes = Stripes(groups=stripe or LANES * world_size, ranks=world_size, block=batch_size)
        self.position = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        assert get_worker_info is not None, "refused in __init__"
        info = get_worker_info()
        reader = Reader(
            rank=self.reader.rank,
            world_size=self.reader.world_size,
            batch_size=self.reader.batch_size,
            worker=info.id if info else 0,
            workers=info.num_workers if info else 1,
        )
        rows = rows_from(
            self.shards.groups,
            position=self.position,
            reader=reader,
            epochs=self.epochs,
            seed=self.seed,
            stripes=self.stripes,
        )
        for row in read_rows(self.shards, rows):
            yield self.as_tensors(row)

    @staticmethod
    def as_tensors(row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with tensors for arrays, and with what attention needs."""
        assert torch is not None, "refused in __init__"
        told = {k: torch.from_numpy(v.copy()) if k in (*PIECES, LOSS_MASK) else v for k, v in row.items()}
        told["input_ids"] = torch.from_numpy(row["input_ids"].astype(np.int64))
        told["cu_seqlens"] = torch.from_numpy(cu_seqlens(row["seq_lens"]))
        told["position_ids"] = torch.from_numpy(position_ids(row["seq_lens"]))
        return told

    def state_dict(self, *, batches: int) -> Mapping[str, Any]:
        """Where reading stands after `batches` batches taken from the loader on each rank since it was last started.

        The number is the trainer's, because a DataLoader reads ahead and only the trainer knows what it has used.
        """
        taken = batches * self.reader.batch_size * self.reader.world_size
        identity = {"tokenizer_sha256": self.shards.footer["tokenizer_sha256"], "sequences": self.shards.sequences}
        order = {"seed": self.seed, "stripe": self.stripe, "stripes": asdict(self.stripes)}
        return {"version": STATE_VERSION, "position": self.position + taken, **identity, **order}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state; ValueError if it is of another dataset or another order.

        The order stays the one that the state was made in, so with other ranks or batches row groups may be decoded by
        more than one worker until the next start from the beginning.
        """
        mine, free = self.state_dict(batches=0), ("position", "stripes")
        differ = {k: (v, mine.get(k)) for k, v in state.items() if k not in free and mine.get(k) != v}
        if differ:
            raise ValueError(f"the state is of another dataset or order: (state, here) = {differ}")
        self.position, self.stripes = state["position"], Stripes(**state["stripes"])
