"""Reads a dataset with torch, stops in the middle and goes on with other workers: python with_torch.py DATASET."""

import json
import sys
from itertools import islice
from pathlib import Path

from torch.utils.data import DataLoader  # pyright: ignore[reportMissingImports] (an optional extra)

from corpusmill.pipeline.reading.torch_dataset import PackedSequences, collate_packed

folder = Path(sys.argv[1])
parts = [str(folder / part["name"]) for part in json.loads((folder / "_manifest.json").read_text())["parts"]]
BATCH = 4

sequences = tokens = 0


def step(batch: dict) -> None:
    """Count a batch; a training step goes here: `input_ids`, `position_ids` and `cu_seqlens` are tensors.

    Of conversations there is `loss_mask` too: labels = input_ids.masked_fill(loss_mask == 0, -100).
    """
    global sequences, tokens
    expected = list(range(sequences, sequences + len(batch["position"])))
    assert batch["position"].tolist() == expected, "a sequence was lost or read twice"
    sequences += len(expected)
    tokens += len(batch["input_ids"])


first = PackedSequences(parts, batch_size=BATCH)
for batch in islice(DataLoader(first, batch_size=BATCH, num_workers=2, collate_fn=collate_packed), 3):
    step(batch)
state = first.state_dict(batches=3)  # goes into the checkpoint

rest = PackedSequences(parts, batch_size=BATCH)
rest.load_state_dict(state)
for batch in DataLoader(rest, batch_size=BATCH, num_workers=1, collate_fn=collate_packed):
    step(batch)
print(f"{sequences:,} sequences, {tokens:,} tokens")
