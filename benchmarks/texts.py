"""Real texts to measure on, in an order that mixes the sources. Those that trained the tokenizer that ships lie apart.

They lie in the folder of corpora beside the checkout, or where environment variable CORPUSMILL_CORPORA says; where
there is none the demo's documents stand in.
"""

import gzip
import json
import os
from pathlib import Path

import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.hashing import word_hash
from corpusmill.operators.tokens.held_out import is_training_text

ROOT = Path(__file__).resolve().parents[1]
CORPORA = Path(os.environ.get("CORPUSMILL_CORPORA", ROOT.parent / "shared" / "data"))
DOCS = CORPORA / "docs"
DEMO = ROOT / "examples" / "demo" / "data"


def real_texts(most: int | None, *, training: bool = False) -> pa.Table:
    """Columns id, text, source, lang_path; the first `most` documents (null: all) by the hash of their id.

    training: those that trained the tokenizer, instead of all others.
    """
    rows = []
    for path in sorted(DOCS.glob("*.jsonl.gz")) or [DEMO / "documents.jsonl.gz"]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found = (row for row in map(json.loads, lines) if is_training_text(row["text"]) == training)
            rows += [(word_hash(row["id"]), row) for row in found]
    chosen = [row for _, row in sorted(rows, key=lambda pair: pair[0])[:most]]
    return pa.table(
        {
            "id": pa.array([row["id"] for row in chosen], pa.string()),
            "text": pa.array([row["text"] for row in chosen], TEXT),
            "source": pa.array([row["source"] for row in chosen], pa.string()),
            "lang_path": pa.array([row.get("lang_path") for row in chosen], pa.string()),
        }
    )
