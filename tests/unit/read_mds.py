"""Reads MDS shards with mosaicml-streaming and writes the same rows again: python read_mds.py FOLDER.

Prints one JSON object: the rows, and the names of the files that the library writes with the same bytes.
"""

import json
import sys
import tempfile
from pathlib import Path

import streaming


def main(folder: Path) -> None:
    """Read `folder`."""
    shard = json.loads((folder / "index.json").read_text())["shards"][0]
    columns = dict(zip(shard["column_names"], shard["column_encodings"], strict=True))
    data = streaming.LocalDataset(str(folder))
    rows = [data[i] for i in range(len(data))]
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out"
        with streaming.MDSWriter(out=str(out), columns=columns, size_limit=shard["size_limit"]) as writer:
            for row in rows:
                writer.write(row)
        alike = [p.name for p in sorted(out.iterdir()) if p.read_bytes() == (folder / p.name).read_bytes()]
    print(json.dumps({"rows": [plain(row) for row in rows], "written_alike": alike}))


def plain(row: dict) -> dict:
    """Lists and numbers."""
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in row.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
