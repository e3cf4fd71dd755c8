"""How well two signals tell documents of a topic from others: AUC of `target_similarity` and of `relevance`.

`python -m benchmarks.topic FOLDER`, FOLDER with medquad.jsonl.gz and others of shared/data/docs. The topic is medicine:
half of the questions of medquad, or of the articles of plos, are the target; the other half of either is to be found
among half of the other files; the other half of those is the raw corpus. Then the same for other topics, by which the
form of signals.tfidf was chosen.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.signals.relevance import Relevance
from corpusmill.operators.signals.tfidf import Tfidf

OTHERS = ("fed-speeches", "peps", "eips", "electron-docs", "tf-docs", "tldr", "hf-course")
JUDGED = [(target, found) for target in ("medquad", "plos") for found in ("medquad", "plos")]
CHOSEN_BY = [  # (target, what is to be found); the files of neither, and medquad, are the others
    ("tf-docs", "hf-course"), ("hf-course", "tf-docs"), ("peps", "eips"), ("eips", "peps"),
    ("electron-docs", "electron-docs"), ("fed-speeches", "fed-speeches"), ("tldr", "tldr"),
]  # fmt: skip
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


def measured(folder: Path, topic: str, found: str, others: Sequence[str]) -> dict[str, float]:
    """AUC of both signals for documents of `found`, and how `target_similarity` goes with the length among others."""
    files = {name: texts(folder / f"{name}.jsonl.gz") for name in {topic, found, *others}}
    target = files[topic][::2]
    raw = [text for name in others for text in files[name][::2]]
    ranked = [(text, name == found) for name in (found, *others) for text in files[name][1::2]]
    batch = Batch(pa.table({"text": pa.array([text for text, _ in ranked], TEXT)}))
    positive = np.array([of_topic for _, of_topic in ranked])
    near, far = _resource(target), _resource(raw)
    similarity = Tfidf(target=near, raw=far)(batch).table["target_similarity"].to_numpy()
    relevance = Relevance(target=near, raw=far)(batch).table["relevance"].to_numpy()
    sizes = np.log([1 + len(text) for text, _ in ranked])
    return {
        "signals.tfidf": auc(similarity, positive),
        "signals.relevance": auc(relevance, positive),
        "with log length, what is found": float(np.corrcoef(similarity[positive], sizes[positive])[0, 1]),
        "with log length, others": float(np.corrcoef(similarity[~positive], sizes[~positive])[0, 1]),
    }


def _resource(corpus: list[str]) -> Resource:
    payload = "".join(json.dumps({"text": text}) + "\n" for text in corpus).encode()
    return Resource("corpus.jsonl", content=payload)


if __name__ == "__main__":
    for topic, found in (*JUDGED, *CHOSEN_BY):
        others = OTHERS if (topic, found) in JUDGED else [n for n in (*OTHERS, "medquad") if n not in (topic, found)]
        values = measured(Path(sys.argv[1]), topic, found, others)
        print(f"{topic:>13} -> {found:13}", *(f"{what} {value:.5f}" for what, value in values.items()), sep="  ")
