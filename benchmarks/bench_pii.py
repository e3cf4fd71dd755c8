"""Masking of personal data: megabytes a CPU-second on real text, recall and precision on labelled lines."""

# Every loop here has a round:
# pyright: reportPossiblyUnboundVariable=false

import gzip
import json
import statistics
import time
from pathlib import Path

import pyarrow as pa

from benchmarks.row import row_of_more
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.pii import PLACEHOLDERS, Pii, masked
from corpusmill.operators.tokens.held_out import is_training_text
from tests.labelled_pii import CHINESE, FILE, TELEPHONES, Score, scores

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "data"
AT_LEAST = 50.0  # MB/CPU-s
LEAST_SHARES = {"recall": 0.95, "precision": 0.98}
RUNS = 3
LABELLED = {"labelled lines": FILE, "Chinese lines": CHINESE, "national telephone numbers": TELEPHONES}


def documents(corpora: Path) -> list[str]:
    """Texts to mask; none that trained the tokenizer that ships."""
    texts: list[str] = []
    for path in sorted((corpora / "docs").glob("*.jsonl.gz")):
        with gzip.open(path) as lines:
            texts += [text for line in lines if not is_training_text(text := json.loads(line)["text"])]
    return texts


def rows(quick: bool = False, corpora: Path = CORPORA) -> list[dict]:
    """Speed beside that of the same patterns run everywhere (the plain function), which must give the same text."""
    texts = documents(corpora)[:: 8 if quick else 1]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    batch = Batch(pa.table({"text": pa.array(texts, TEXT)}))
    Pii()(Batch(batch.table.slice(0, 1)))
    sample = slice(None, None, 20)  # the plain function is slow
    sample_megabytes = sum(len(text.encode()) for text in texts[sample]) / 1e6
    ours, theirs = [], []
    for _ in range(RUNS):
        before = time.process_time()
        found = Pii()(batch).table.column("text")
        ours.append(time.process_time() - before)
        before = time.process_time()
        plain = [masked(text, PLACEHOLDERS) for text in texts[sample]]
        theirs.append(time.process_time() - before)
    same = found.to_pylist()[sample] == plain
    value, peer = megabytes / statistics.median(ours), sample_megabytes / statistics.median(theirs)
    name = "masking of personal data"
    return [
        row_of_more(name, value, "MB/CPU-s", peer=AT_LEAST, at_least=1.0, answer_ok=same),
        row_of_more(f"{name}, against the same patterns run everywhere", value, "MB/CPU-s", peer=peer, answer_ok=same),
        *(
            row_of_more(f"{name}, {what} on {lines}", share, "share", peer=LEAST_SHARES[what], at_least=1.0)
            for lines, file in LABELLED.items()
            for what, share in shares(scores(file)).items()
        ),
    ]


def shares(judged: list[Score]) -> dict[str, float]:
    """Recall and precision over all kinds together."""
    right = sum(score.right for score in judged)
    return {
        "recall": right / (right + sum(len(score.missed) for score in judged)),
        "precision": right / (right + sum(len(score.wrong) for score in judged)),
    }


if __name__ == "__main__":
    print(json.dumps(rows(), indent=1))
