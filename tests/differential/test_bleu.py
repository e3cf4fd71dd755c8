"""BLEU of sentences is that of sacrebleu, for texts of all lengths and likenesses."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.run import peers_python, run_peer
from corpusmill.operators.text.bleu import bleu, bleu_of_runs, word_runs

# What sentence_bleu of sacrebleu 2.6.0 gives, of 100.
PINNED = [
    ("the cat sat on the mat", "the cat sat on a mat", 53.7284965911771),
    ("the cat sat on the mat", "a dog lay under one tree", 0.0),
    ("the cat", "the cat sat on the mat", 13.53352832366127),
    ("the the the the", "the cat", 15.97357760615681),
    ("we met at noon by the river", "at noon by the old river we met", 44.04890495145606),
    ("one", "one", 100.00000000000004),
]


def scored(text: str, reference: str) -> float:
    """By the kernel."""
    pair = [each.split() for each in (text, reference)]
    numbers = {word: number for number, word in enumerate(sorted({w for each in pair for w in each}))}
    first = np.cumsum([0, *(len(each) for each in pair)])
    runs = word_runs(first, np.array([numbers[w] for each in pair for w in each], np.uint32))
    return bleu_of_runs(runs, 0, first[1], first[1], first[2])


@pytest.mark.parametrize(("text", "reference", "expected"), PINNED)
def test_it_is_what_sacrebleu_gave(text, reference, expected):
    assert scored(text, reference) == pytest.approx(expected / 100, abs=1e-12)
    assert bleu(text.split(), reference.split()) == pytest.approx(expected / 100, abs=1e-12)


@pytest.mark.slow
def test_it_is_what_sacrebleu_gives(tmp_path):
    if not Path(peers_python()).exists():
        pytest.skip(f"the peers' environment is not on this machine ({peers_python()})")
    chance, pairs = random.Random(5), []
    for _ in range(2000):
        text = chance.choices("abcdefghijkl", k=chance.randrange(1, 60))
        other = [chance.choice("abcdefghijkl") if chance.random() < chance.random() else word for word in text]
        pairs.append([" ".join(text), " ".join(other[: chance.randrange(1, len(other) + 1)])])
    (tmp_path / "pairs.json").write_text(json.dumps(pairs))
    theirs = run_peer("sacrebleu_sentences.py", str(tmp_path / "pairs.json"))["scores"]
    assert [scored(*pair) for pair in pairs] == pytest.approx(theirs, abs=1e-12)
    assert len({round(score, 6) for score in theirs}) > 500
