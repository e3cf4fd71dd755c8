"""Recipe fineweb2 decides as datatrove's filters do with the same settings, in more than 20 languages and 8 scripts.

Both sides count our words, those of `words: by_language`. Disagreements: none. What the tokenizers of datatrove would
change is in docs/decisions/0059: they part other words, of which each disagreement there comes.
"""

from pathlib import Path

import pytest

from benchmarks import bench_fineweb2
from benchmarks.peers.run import peers_python
from tests.differential.test_quality_datatrove import SAME_REASON


@pytest.mark.slow
def test_every_document_is_decided_alike_in_every_language(corpora, tmp_path):
    if not Path(peers_python()).exists():
        pytest.skip(f"the peers' environment is not on this machine ({peers_python()})")
    table = bench_fineweb2.texts(20)
    languages = {*table.column("language").to_pylist()}
    assert len(languages) >= 20
    assert len({language.partition("_")[2] for language in languages}) >= 8
    ours = bench_fineweb2.decide(table)
    _, theirs = bench_fineweb2.peer(table, tmp_path, "given")
    assert [SAME_REASON.get(reason or "") for reason in ours] == theirs
    assert 0 < sum(reason is None for reason in ours) < len(ours)
