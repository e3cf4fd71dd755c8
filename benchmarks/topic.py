"""How well two signals tell documents of a topic from others: AUC of `target_similarity` and of `relevance`.

`python -m benchmarks.topic FOLDER`, FOLDER with medquad.jsonl.gz and others of shared/data/docs. The topic is medicine:
half of the questions of medquad are the target, the other half, or half of the articles of plos, are to be found among
half of the other files; the other half of those is the raw corpus.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.signals.relevance import Relevance
from corpusmill.operators.signals.tfidf import Tfidf

TOPIC, FOUND = "medquad", ("medquad", "plos")
OTHERS = ("fed-speeches", "peps", "eips", "electron-docs", "tf-docs", "tldr", "hf-course")
MOST = 400  # documents of a file


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a document of the topic is above another one, 0 to 1; ties count half."""
    _, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[at]
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def texts(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(MOST), strict=False)]


def measured(folder: Path, found: str) -> dict[str, float]:
    """AUC of both signals for documents of `found`, and how `target_similarity` goes with the length."""
    files = {name: texts(folder / f"{name}.jsonl.gz") for name in {TOPIC, found, *OTHERS}}
    target = files[TOPIC][::2]
    raw = [text for name in OTHERS for text in files[name][::2]]
    ranked = [(text, name == found) for name in (found, *OTHERS) for text in files[name][1::2]]
    batch = Batch(pa.table({"text": pa.array([text for text, _ in ranked], TEXT)}))
    positive = np.array([of_topic for _, of_topic in ranked])
    near, far = _resource(target), _resource(raw)
    similarity = Tfidf(target=near, raw=far)(batch).table["target_similarity"].to_numpy()
    relevance = Relevance(target=near, raw=far)(batch).table["relevance"].to_numpy()
    sizes = np.log([1 + len(text) for text, _ in ranked])
    return {
        "signals.tfidf": auc(similarity, positive),
        "signals.relevance": auc(relevance, positive),
        "correlation of signals.tfidf with log length": float(np.corrcoef(similarity, sizes)[0, 1]),
    }


def _resource(corpus: list[str]) -> Resource:
    payload = "".join(json.dumps({"text": text}) + "\n" for text in corpus).encode()
    return Resource("corpus.jsonl", content=payload)


if __name__ == "__main__":
    for found in FOUND:
        for what, value in measured(Path(sys.argv[1]), found).items():
            print(f"{found:10} {what:50} {value:.3f}")
