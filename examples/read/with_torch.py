"""Reads a dataset with torch, stops in the middle and goes on with other workers: python with_torch.py DATASET."""

import json
import sys
from itertools import islice
from pathlib import Path

from torch.utils.data import DataLoader  # pyright: ignore[reportMissingImports] (an optional extra)

from corpusmill.pipeline.reading.torch_dataset import PackedSequences

folder = Path(sys.argv[1])
parts = [str(folder / part["name"]) for part in json.loads((folder / "_manifest.json").read_text())["parts"]]
BATCH = 4

first = PackedSequences(parts, batch_size=BATCH)
seen = []
for batch in islice(DataLoader(first, batch_size=BATCH, num_workers=2, collate_fn=list), 5):
    seen += batch  # input_ids, position_ids and cu_seqlens are tensors: a training step goes here
state = first.state_dict(batches=5)

rest = PackedSequences(parts, batch_size=BATCH)
rest.load_state_dict(state)
for batch in DataLoader(rest, batch_size=BATCH, num_workers=1, collate_fn=list):
    seen += batch
positions = [row["position"] for row in seen]
assert positions == list(range(len(positions))), "a sequence was lost or read twice"
print(f"{len(seen):,} sequences, {sum(len(row['input_ids']) for row in seen):,} tokens")
