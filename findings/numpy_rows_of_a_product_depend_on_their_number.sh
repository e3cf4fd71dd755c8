#!/bin/bash
# The similarity of an embedding with a centre has other last bits when it is computed in a batch of another size.
# One expects: row i of `batch @ centres.T` depends on row i of the batch alone, so that cutting a file into batches of
# 1, 7 or 1,000 rows changes nothing.
# What happens: with numpy 2.4.6 and the OpenBLAS in its wheel, most float32 products differ between a batch of one row
# and a batch of all. The kernel for a single row adds in another order than the kernel for many.
# It matters because a threshold (`cosine >= 0.9`) or a nearest centre is then decided by how many workers there are, and
# where files are cut: a document that lies on the border is kept in one run and dropped in the next.
# A way round: scale vectors to a length of 4,000 and round them to whole numbers. No sum is above 2^24 then, float32
# holds each exactly, and the order of adding does not matter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np

print("numpy", np.__version__)
chance = np.random.default_rng(0)
unit = [v / np.linalg.norm(v, axis=1)[:, None] for v in (chance.normal(size=(n, 768)) for n in (2000, 100))]


def share_that_differs(rows, centres):
    """Of the products, how many are other bits when each row is multiplied alone."""
    together = rows @ centres.T
    alone = np.concatenate([rows[i : i + 1] @ centres.T for i in range(len(rows))])
    return float((together != alone).mean())


floats = share_that_differs(*(v.astype(np.float32) for v in unit))
whole = share_that_differs(*(np.rint(v * 4000).astype(np.float32) for v in unit))
print(f"float32 unit vectors: {floats:.1%} of the products differ; rounded to whole numbers: {whole:.1%}")
sys.exit(0 if floats > 0.1 and whole == 0 else 1)
PYTHON
