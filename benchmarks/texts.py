"""Real texts to measure on, in an order that mixes the sources.

They lie in the folder of corpora beside the checkout, or where environment variable CORPUSMILL_CORPORA says.
"""

import gzip
import json
import os
from pathlib import Path

import pyarrow as pa

from operators.batch import TEXT
from operators.text.hashing import word_hash

CORPORA = Path(os.environ.get("CORPUSMILL_CORPORA", Path(__file__).resolve().parents[2] / "shared" / "data"))
DOCS = CORPORA / "docs"


def real_texts(most: int | None) -> pa.Table:
    """Columns id, text, lang_path; the first `most` documents (null: all) in the order of the hash of their id."""
    rows = []
    for path in sorted(DOCS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += [(word_hash(row["id"]), row) for row in map(json.loads, lines)]
    if not rows:
        raise FileNotFoundError(f"the real corpora are not on this machine ({DOCS})")
    chosen = [row for _, row in sorted(rows, key=lambda pair: pair[0])[:most]]
    return pa.table(
        {
            "id": pa.array([row["id"] for row in chosen], pa.string()),
            "text": pa.array([row["text"] for row in chosen], TEXT),
            "lang_path": pa.array([row.get("lang_path") for row in chosen], pa.string()),
        }
    )
