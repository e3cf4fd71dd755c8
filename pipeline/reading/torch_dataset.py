"""Packed shards as a torch IterableDataset that goes on exactly where it stopped, on any number of ranks and workers.

    data = PackedSequences(shards, rank=rank, world_size=world_size, batch_size=4)
    loader = DataLoader(data, batch_size=4, num_workers=2, collate_fn=list)
    ...
    state = data.state_dict(batches=n)   # after n batches from the loader, on any rank: the same on all
    data.load_state_dict(state)          # also in a run with other world_size, workers or batch size

torch is an optional extra: this module is the only one that needs it, and says so when it is not there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from corpusmill.pipeline.reading.attention import cu_seqlens, position_ids
from corpusmill.pipeline.reading.order import Reader, rows_from
from corpusmill.pipeline.reading.shards import read_rows, shards_at

try:
    import torch  # pyright: ignore[reportMissingImports] (an optional extra)
    from torch.utils.data import IterableDataset, get_worker_info  # pyright: ignore[reportMissingImports]
except ImportError:
    torch, IterableDataset, get_worker_info = None, object, None

STATE_VERSION = 1


class PackedSequences(IterableDataset):  # pyright: ignore[reportGeneralTypeIssues] (object without torch)
    """Yields one dict a sequence: `input_ids` (int64), `position_ids`, `cu_seqlens`, `seq_lens`, `doc_ids`,
    `doc_offsets`, `leaf`, `pass` as tensors, `n_tokens` and `position` as numbers.

    batch_size: the DataLoader's, for its workers take whole batches in turn. epochs: None repeats for ever. seed: draws
    the order of row groups anew each epoch; None reads shards as written, each of which is a small faithful mix.
    stripe: row groups read side by side; if world_size divides it, each row group is read by one rank only.
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
        stripe: int = 1,
    ) -> None:
        if torch is None:
            raise ImportError("PackedSequences needs torch, an optional extra: pip install torch")
        super().__init__()
        self.shards = shards_at(addresses)
        self.reader = Reader(rank=rank, world_size=world_size, batch_size=batch_size)
        self.epochs, self.seed, self.stripe = epochs, seed, stripe
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
            stripe=self.stripe,
        )
        for row in read_rows(self.shards, rows, lanes=self.stripe):
            yield self.as_tensors(row)

    @staticmethod
    def as_tensors(row: dict[str, Any]) -> dict[str, Any]:
        """The row with tensors for arrays, and with what attention needs."""
        assert torch is not None, "refused in __init__"
        told = {k: torch.tensor(v) if hasattr(v, "shape") else v for k, v in row.items()}
        told["input_ids"] = told["input_ids"].long()
        told["cu_seqlens"] = torch.tensor(cu_seqlens(row["seq_lens"]))
        told["position_ids"] = torch.tensor(position_ids(row["seq_lens"]))
        return told

    def state_dict(self, *, batches: int) -> dict[str, Any]:
        """Where reading stands after `batches` batches taken from the loader on each rank since it was last started.

        The number is the trainer's, because a DataLoader reads ahead and only the trainer knows what it has used.
        """
        taken = batches * self.reader.batch_size * self.reader.world_size
        identity = {"tokenizer_sha256": self.shards.footer["tokenizer_sha256"], "sequences": self.shards.sequences}
        order = {"seed": self.seed, "stripe": self.stripe}
        return {"version": STATE_VERSION, "position": self.position + taken, **identity, **order}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state; ValueError if it is of another dataset or another order."""
        mine = self.state_dict(batches=0)
        differ = {k: (v, mine.get(k)) for k, v in state.items() if k != "position" and mine.get(k) != v}
        if differ:
            raise ValueError(f"the state is of another dataset or order: (state, here) = {differ}")
        self.position = state["position"]
