"""Gopher, C4 and FineWeb decide as datatrove's filters do, document by document, and C4 leaves the same text.

Disagreements, each with its reason: none on the real corpora. By construction there can be some: see `Deviates:` in
signals.gopher_repetition (words run together) and in operators/text/c4/line_rules.py (capitals that are not ASCII).
"""

import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import bench_quality
from benchmarks.peers.run import peers_python, run_peer
from benchmarks.texts import real_texts
from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.sentences import CLOSERS

SAME_REASON = {  # the peer's reason, by ours
    "gopher_dup_paragraph": "dup_para_frac",
    "gopher_dup_paragraph_char": "dup_para_char_frac",
    "gopher_dup_line": "dup_line_frac",
    "gopher_dup_line_char": "dup_line_char_frac",
    **{f"gopher_top_{n}gram": f"top_{n}_gram" for n in (2, 3, 4)},
    **{f"gopher_dup_{n}gram": f"duplicated_{n}_n_grams" for n in range(5, 11)},
    "gopher_words_few": "gopher_short_doc",
    "gopher_words_many": "gopher_long_doc",
    "gopher_words_short": "gopher_below_avg_threshold",
    "gopher_words_long": "gopher_above_avg_threshold",
    "gopher_hashes": "gopher_too_many_hashes",
    "gopher_ellipses": "gopher_too_many_ellipsis",
    "gopher_bullets": "gopher_too_many_bullets",
    "gopher_ellipsis_lines": "gopher_too_many_end_ellipsis",
    "gopher_letters_few": "gopher_below_alpha_threshold",
    "gopher_stop_words_few": "gopher_enough_stop_words",
    "fineweb_lines_unended": "line_punct_ratio",
    "fineweb_lines_short": "short_line_ratio",
    "fineweb_lines_repeated": "char_dup_ratio",
    "fineweb_list": "list_ratio",
}


@pytest.mark.slow
def test_every_document_is_decided_alike(corpora, tmp_path, monkeypatch):
    if not Path(peers_python()).exists():
        pytest.skip(f"the peers' environment is not on this machine ({peers_python()})")
    most = int(os.environ.get("CORPUSMILL_PEER_DOCUMENTS", "20000"))
    monkeypatch.setattr("benchmarks.texts.DOCS", corpora / "docs")
    table = real_texts(most)
    pq.write_table(table, tmp_path / "texts.parquet")
    marks = "".join(sorted(SENTENCE_ENDS))
    answers = tmp_path / "answers.jsonl"
    run_peer(
        "datatrove_quality.py", str(tmp_path / "texts.parquet"), str(answers), marks, CLOSERS, *bench_quality.FILTERS
    )
    peer = [json.loads(line) for line in answers.read_text().splitlines()]
    ours = bench_quality.answers_of(bench_quality.decide(table.column("text").combine_chunks()))
    ids = table.column("id").to_pylist()
    assert len(peer) == len(ids) > 0
    assert [ids[i] for i in range(len(peer)) if bench_quality.differs(ours, peer, i)] == []
    for name in ("gopher_repetition", "gopher_quality", "fineweb"):
        reasons = [SAME_REASON.get(reason or "") for reason in ours[name]]
        assert reasons == [row[name] for row in peer]
