"""Small fastText models of every kind, trained on the spot."""

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import fasttext

WORDS = (
    "tea",
    "milk",
    "honey",
    "salt",
    "Käse",
    "café",
    "東京",
    "京都",
    "чай",
    "мёд",
    "ชา",
    "चाय",
    "a",
    ".",
    "--",
    "2024",
)
LABELS = ("food", "drink", "place", "other_Latn")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a model is trained. quantised: "" for a .bin, else the options of quantisation."""

    loss: str
    word_ngrams: int = 1
    chars: tuple[int, int] = (0, 0)
    quantised: tuple[str, ...] | None = None


KINDS = (
    Kind(loss="softmax"),
    Kind(loss="softmax", word_ngrams=3, chars=(1, 3)),
    Kind(loss="hs", chars=(2, 4)),
    Kind(loss="hs", word_ngrams=2),
    Kind(loss="ova", word_ngrams=2, chars=(3, 5)),
    Kind(loss="ns", chars=(2, 3)),
    Kind(loss="softmax", chars=(2, 4), quantised=()),
    Kind(loss="softmax", word_ngrams=2, chars=(2, 4), quantised=("qnorm", "qout")),
    Kind(loss="hs", chars=(2, 4), word_ngrams=2, quantised=("qnorm", "cutoff")),
    Kind(loss="softmax", chars=(2, 4), quantised=("cutoff", "qout")),
)


def train_all(folder: Path) -> dict[Kind, Path]:
    """The files of one model of each kind.

    The module trains from memory that it does not clear, and most runs end in NaN; glibc clears it when asked at start.
    """
    command = [sys.executable, "-m", "tests.fasttext_models", str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "MALLOC_PERTURB_": "255"}, cwd=Path(__file__).parents[1])
    return {kind: path_of(place, folder) for place, kind in enumerate(KINDS)}


def path_of(place: int, folder: Path) -> Path:
    return folder / f"{place}.{'bin' if KINDS[place].quantised is None else 'ftz'}"


def train(kind: Kind, folder: Path, path: Path) -> None:
    source = folder / "train.txt"
    chance = random.Random(7)
    labels = [*LABELS, *(f"l{i}" for i in range(300))] if kind.quantised and "qout" in kind.quantised else LABELS
    lines = []
    for i in range(1200):
        place = i % len(labels)
        words = [*chance.choices(WORDS, k=6), *[WORDS[place % len(WORDS)]] * 3, f"w{chance.randrange(400)}"]
        lines.append(f"__label__{labels[place]} " + " ".join(words))
    source.write_text("\n".join(lines) + "\n")
    model = fasttext.train_supervised(
        str(source), dim=9, loss=kind.loss, wordNgrams=kind.word_ngrams, minn=kind.chars[0], maxn=kind.chars[1],
        bucket=2000, thread=1, seed=1, epoch=5, verbose=0, lr=0.3,
    )  # fmt: skip
    if kind.quantised is not None:
        model.quantize(
            str(source), qnorm="qnorm" in kind.quantised, qout="qout" in kind.quantised, dsub=2, thread=1, verbose=0,
            cutoff=700 if "cutoff" in kind.quantised else 0, retrain=False,
        )  # fmt: skip
    model.save_model(str(path))


if __name__ == "__main__":
    for place, kind in enumerate(KINDS):
        train(kind, Path(sys.argv[1]), path_of(place, Path(sys.argv[1])))
