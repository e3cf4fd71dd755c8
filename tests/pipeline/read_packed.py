"""Reads packed datasets with torch, Polars and DuckDB in an environment that has them: python read_packed.py ADDRESS...

Prints a line of JSON for each: what it counts of the parts of the dataset at that address.
"""

import json
import sys


def counted_by_torch(parts: list[str], workers: int) -> dict[str, int]:
    """Sequences, tokens and trained tokens of a loader."""
    from torch.utils.data import DataLoader

    from corpusmill.pipeline.reading.torch_dataset import PackedSequences, collate_packed

    loader = DataLoader(
        PackedSequences(parts, batch_size=4), batch_size=4, num_workers=workers, collate_fn=collate_packed
    )
    found = {"sequences": 0, "tokens": 0, "supervised": 0}
    for batch in loader:
        labels = batch["input_ids"].masked_fill(batch["loss_mask"] == 0, -100)
        found["sequences"] += len(batch["n_tokens"])
        found["tokens"] += len(batch["input_ids"])
        found["supervised"] += int((labels != -100).sum())
    return found


def main() -> None:
    """Count each dataset."""
    import duckdb
    import fsspec
    import polars

    for address in sys.argv[1:]:
        with fsspec.open(f"{address}/_manifest.json") as file:
            manifest = json.load(file)
        parts = [f"{address}/{part['name']}" for part in manifest["parts"]]
        found = {f"torch {workers}": counted_by_torch(parts, workers) for workers in (0, 2)}
        if "://" not in address:
            table = polars.read_parquet(f"{address}/data")
            found["polars"] = {"sequences": len(table), "tokens": int(table["n_tokens"].sum())}
            query = f"select count(*), sum(n_tokens), sum(list_sum(loss_mask)) from '{address}/data/*.parquet'"
            sequences, tokens, supervised = duckdb.sql(query).fetchall()[0]
            found["duckdb"] = {"sequences": sequences, "tokens": int(tokens), "supervised": int(supervised)}
        print(json.dumps(found))


if __name__ == "__main__":
    main()
