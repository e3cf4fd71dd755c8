"""Writes the sample by which tests hold our walk of the trees against LightGBM's own predictions.

python -m training.extract.parity --gold FOLDER --out FILE
"""

import argparse
from pathlib import Path

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.model.forest import STORED
from corpusmill.operators.extract.html.model.model import blank
from training.extract.boosting import FIRST, fit, flatten
from training.extract.fitting import certain
from training.extract.labels import label
from training.extract.pages import gold_pages
from training.extract.stages import Example, read

PAGES_APART, ROWS_KEPT = 60, 500


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.extract.parity", description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pages = gold_pages(args.gold)[::PAGES_APART]
    ws = allocate(max(len(page.utf8) for page in pages))
    features, share = [], []
    for page in pages:
        labels = label(page, ws)
        if labels is not None:
            read(Example(page=page, labels=labels), ws, blank())
            features.append(ws.features[: ws.state[C.BLOCKS], : C.FIRST_STAGE].copy())
            share.append(certain(labels.share))
    rows, target = np.concatenate(features), np.concatenate(share)
    booster = fit(rows, target, np.ones(len(target), np.float32), FIRST)
    sample = rows[:: max(1, len(rows) // ROWS_KEPT)]
    predicted = np.asarray(booster.predict(sample))
    trees = flatten(booster)
    forest = {f"forest_{name}": getattr(trees, name) for name in STORED}
    np.savez_compressed(args.out, sample=sample, predicted=predicted, **forest)


if __name__ == "__main__":
    main()
