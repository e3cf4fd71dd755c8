"""Trees laid end to end give LightGBM's own predictions (a sample written by `python -m training.extract.parity`)."""

from pathlib import Path

import numpy as np

from corpusmill.operators.extract.html.model.forest import STORED, forest
from corpusmill.operators.extract.html.model.trees import score_blocks


def test_predictions_agree():
    stored = np.load(Path(__file__).with_name("lightgbm.npz"))
    trees = forest(*(stored[f"forest_{name}"] for name in STORED))
    sample = stored["sample"]
    score = np.empty(len(sample), np.float32)
    score_blocks(sample, len(sample), trees, score)
    assert len(sample) >= 500
    assert np.ptp(score) > 0.9
    assert np.abs(score - stored["predicted"]).max() < 1e-6
