"""Trains a fastText classifier from labelled JSONL: `train` gives the model file, its scores and its card.

The fasttext module trains from memory that it does not clear, and many of its runs end in NaN (17 of 30 measured with
one build, 7 of 30 with another). So it trains in a process of its own whose memory glibc clears (MALLOC_PERTURB_): 20
of 20 runs were sound. What still ends in NaN is tried again with another seed, and is an error in the end.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill import pipeline
from corpusmill.cluster import scratch
from corpusmill.errors import TrainingFailed
from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.fasttext.judged import Verdict, card, judge
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.labelled import Example, examples_of, split, training_line
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.spans import spans_of

CLEARED = {"MALLOC_PERTURB_": "255"}  # glibc fills what it gives out with the complement: zeros
NOT_A_NUMBER = 3  # exit status
LEAST_BUCKETS, MOST_BUCKETS = 1 << 14, 2_000_000  # a guess; fastText's own default


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Options of the training, by the names and with the defaults of fastText unless it says otherwise.

    dim: length of a vector. word_ngrams: 2 tells orders of words apart (default there 1). min_chars, max_chars: lengths
    of character n-grams, 0 for none. buckets: rows for n-grams; null: as many as the documents need.
    seeds: how many are tried, from `seed` on. One thread: the same bytes every time.
    """

    dim: int = 100
    epochs: int = 5
    learning_rate: float = 0.1
    word_ngrams: int = 2
    min_chars: int = 0
    max_chars: int = 0
    min_count: int = 1
    buckets: int | None = None
    loss: str = "softmax"
    seed: int = 0
    seeds: int = 5
    held_out_share: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Trained:
    """model: the bytes of a .bin file; card: Markdown."""

    model: bytes
    verdict: Verdict
    card: str


def train(
    jsonl: bytes,
    *,
    name: str,
    text_field: str = "text",
    label_field: str = "label",
    settings: Settings = Settings(),
    quantised: bool = False,
) -> Trained:
    """A classifier of the labelled documents in `jsonl`, judged on those it has not seen. quantised: as a .ftz file.

    Raises InvalidExamples for documents that cannot be learnt from, TrainingFailed when no seed gives a sound model.
    """
    parts = split(examples_of(jsonl, text_field, label_field), settings.held_out_share, settings.seed)
    if settings.buckets is None:
        settings = replace(settings, buckets=buckets_for(parts.learnt))
    for seed in range(settings.seed, settings.seed + settings.seeds):
        model = _trained(parts.learnt, settings, seed, quantised=quantised)
        if model is not None:
            break
    else:
        raise TrainingFailed(f"{settings.seeds} seeds from {settings.seed} on all ended in NaN; lower learning_rate")
    verdict = judge([e.label for e in parts.held_out], _labels(model, parts.held_out))
    learnt = Counter(example.label for example in parts.learnt)
    digest = hashlib.sha256(model).hexdigest()
    return Trained(
        model=model,
        verdict=verdict,
        card=card(name, verdict, learnt, {**asdict(settings), "seed": seed}, digest, ".ftz" if quantised else ".bin"),
    )


def buckets_for(learnt: list[Example]) -> int:
    """Rows for n-grams: a power of two from LEAST_BUCKETS to MOST_BUCKETS, at least as many as there are words.

    >>> buckets_for([Example(label="a", text="one two")])
    16384
    """
    words = sum(example.text.count(" ") + 1 for example in learnt)
    return min(max(1 << (words - 1).bit_length(), LEAST_BUCKETS), MOST_BUCKETS)


def _labels(model: bytes, examples: list[Example]) -> list[str]:
    texts = pa.array([example.text for example in examples], TEXT)
    labels = read_model(model).labels()
    return [labels[place] for place in classify(spans_of(texts), weights_of(model)).labels]


def _trained(learnt: list[Example], settings: Settings, seed: int, *, quantised: bool) -> bytes | None:
    """The model file, or None when training ended in NaN."""
    with scratch.folder("training-") as folder:
        source, target = Path(folder, "train.txt"), Path(folder, "model.ftz" if quantised else "model.bin")
        source.write_text("\n".join(map(training_line, learnt)) + "\n", "utf-8")
        options = {
            "input": str(source), "dim": settings.dim, "epoch": settings.epochs, "lr": settings.learning_rate,
            "wordNgrams": settings.word_ngrams, "minn": settings.min_chars, "maxn": settings.max_chars,
            "minCount": settings.min_count, "bucket": settings.buckets, "loss": settings.loss, "seed": seed,
            "thread": 1, "verbose": 0,
        }  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-m", "corpusmill.pipeline.train.classifier", json.dumps(options), str(target)],
            env={**os.environ, **CLEARED},
            cwd=Path(pipeline.__file__).parents[2],
            capture_output=True,
            text=True,
        )
        if ran.returncode == NOT_A_NUMBER:
            return None
        if ran.returncode:
            raise TrainingFailed(f"the fasttext module failed: {ran.stderr.strip().splitlines()[-1:]}")
        content = target.read_bytes()
    model = read_model(content)
    sound = np.isfinite(model.inputs).all() and np.isfinite(model.outputs.rows).all()
    return content if sound else None


def _in_a_process_of_its_own(options: dict[str, object], target: str) -> int:
    """Train and save; the exit status."""
    import fasttext

    try:
        model = fasttext.train_supervised(**options)
    except RuntimeError as e:
        if "NaN" in str(e):
            return NOT_A_NUMBER
        raise
    if target.endswith(".ftz"):
        model.quantize(qnorm=True)
    model.save_model(target)
    return 0


if __name__ == "__main__":
    sys.exit(_in_a_process_of_its_own(json.loads(sys.argv[1]), sys.argv[2]))
