"""Language identification: ours and the fasttext module, same model, same first kilobyte, alternately three times."""

# Every loop here has a round:
# pyright: reportPossiblyUnboundVariable=false

import gzip
import importlib.resources
import json
import statistics
import time
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa

from benchmarks.row import row_of_more
from corpusmill import operators
from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.spans import spans_of
from corpusmill.operators.tokens.held_out import is_training_text

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "data"
MODEL = importlib.resources.files(operators).joinpath("signals/models/lid.176.ftz")
PREFIX_BYTES = 1000
AT_LEAST = 5.0
RUNS = 3


def documents(corpora: Path, quick: bool) -> list[tuple[str, str | None]]:
    """Text and, where the label is certain, its language; no text that trained the tokenizer that ships."""
    found = []
    for path in sorted([*(corpora / "docs").glob("*.jsonl.gz"), *(corpora / "langid").glob("*.jsonl.gz")]):
        with gzip.open(path) as lines:
            entries = [entry for entry in map(json.loads, lines) if not is_training_text(entry["text"])]
        certain = path.name.startswith("lingua")
        found += [(entry["text"], entry["lang"] if certain else None) for entry in entries]
    return found[::4] if quick else found


def rows(quick: bool = False, corpora: Path = CORPORA) -> list[dict]:
    """Documents a CPU-second of ours and of the module, and whether every label is the same."""
    pairs = documents(corpora, quick)
    texts = [text for text, _ in pairs]
    column = pa.array(texts, TEXT)
    content = MODEL.read_bytes()
    weights, labels = weights_of(content), read_model(content).labels()
    peer = fasttext.load_model(str(MODEL))
    prefixes = [text.encode()[:PREFIX_BYTES].decode("utf-8", "ignore").replace("\n", " ") + "\n" for text in texts]
    classify(spans_of(column.slice(0, 1)), weights)
    ours, theirs = [], []
    for _ in range(RUNS):
        before = time.process_time()
        found = classify(spans_of(column).prefix(PREFIX_BYTES), weights)
        ours.append(time.process_time() - before)
        before = time.process_time()
        told = [peer.f.predict(prefix, 1, 0.0, "strict")[0][1] for prefix in prefixes]
        theirs.append(time.process_time() - before)
    named = [labels[place] for place in found.labels]
    same = named == [label.removeprefix("__label__") for label in told]
    judged = [(label, lang) for label, (_, lang) in zip(named, pairs, strict=True) if lang]
    right = float(np.mean([label == lang for label, lang in judged]))
    value, peer_value = (len(texts) / statistics.median(seconds) for seconds in (ours, theirs))
    name = "language id, first 1 kB, against the fasttext module"
    return [
        row_of_more(name, value, "documents/CPU-s", peer=peer_value, at_least=AT_LEAST, answer_ok=same),
        row_of_more("language id, accuracy on single sentences in 75 languages", right, "share", answer_ok=same),
    ]


if __name__ == "__main__":
    print(json.dumps(rows(), indent=1))
