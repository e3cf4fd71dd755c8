"""Against datatrove's MinHash pipeline with FineWeb's setting: as much goes, and of sure pairs the same.

The differences: its hash functions are others, so pairs on the slope of the detection curve may meet here and not
there; and of a cluster it keeps the root of a union by size, where we keep the first. Of every pair so alike that no
chance is left, both remove one.
"""

import gzip
import json
import os
import re

import pytest

from benchmarks.peers.run import peers_python, run_peer
from operators.text.words import WordRule
from pipeline.config.dedup import DedupSpec, NearSpec
from tests.dedup import gold
from tests.dedup.workspace import Doc, Workspace

SURE = 0.93  # 14 x 8 finds 99.99 % of pairs at 0.93, so both find them


@pytest.mark.slow
@pytest.mark.parametrize("name", gold.SETS)
def test_both_remove_one_of_every_sure_pair(tmp_path, corpora, name):
    if not os.path.exists(peers_python()):
        pytest.skip(f"the peers' environment is not there: {peers_python()}")
    texts = [" ".join(re.findall("[a-z]+", t.lower())) for t in gold.load(corpora / "neardup", name).texts]
    texts = [t for t in texts if len(t.split()) >= 20]  # its normalisation leaves such texts as they are
    with gzip.open(tmp_path / "texts.jsonl.gz", "wt") as out:
        out.writelines(json.dumps({"id": f"{i}", "text": t}) + "\n" for i, t in enumerate(texts))
    theirs = run_peer("datatrove_neardup.py", str(tmp_path / "texts.jsonl.gz"), str(tmp_path / "peer"), "split")
    near = NearSpec(verify="none", word_rule="whitespace")
    ws = Workspace(tmp_path / "ours", DedupSpec(url="first", text=False, near=near, max_removed_share={}))
    ws.put([Doc(t) for t in texts])
    ours = set(ws.removed(ws.dedup()))
    peers = set(range(len(texts))) - {int(i) for i in theirs["kept"]}
    pairs = gold.all_pairs(texts, WordRule.WHITESPACE, 0.3)
    print(f"{name}: {len(ours)} here, {len(peers)} there, {len(ours & peers)} in both")
    assert abs(len(ours) - len(peers)) <= 0.05 * len(peers)
    sure = {p for p, j in pairs.items() if j >= SURE}
    assert not [p for p in sure if not (set(p) & ours and set(p) & peers)]
