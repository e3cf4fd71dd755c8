"""PDQ hashes of drawn pictures by pdqhash, as JSON: the hexadecimal form and the quality, null below five pixels.

It wrote tests/golden/pdq.json, with which the hashes of this project are compared. pdqhash 0.2.8 has no wheel and is
built by a C++ compiler, so it is in no locked environment. From the root of the repository, in an environment apart:

    pip install pdqhash==0.2.8 && python benchmarks/peers/pdq_hashes.py > tests/golden/pdq.json
"""

import json
import sys

import numpy as np
import pdqhash

sys.path.insert(0, ".")
from tests.support.drawn_pictures import SIZES, drawn

found = {}
for seed, size in enumerate(SIZES):
    bits, quality = pdqhash.compute(drawn(seed, size))
    found[f"{size[0]}x{size[1]}"] = [np.packbits(bits).tobytes().hex(), quality]
print(json.dumps(found, indent=1))
