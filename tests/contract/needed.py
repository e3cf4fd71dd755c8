"""What operators need beyond their defaults, so that tests of all of them can build and run every one."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.decide.similar import GIVES_WAY
from corpusmill.operators.rewrite.common_lines import HASH
from corpusmill.operators.signals.clusters import Clusters
from corpusmill.operators.signals.corpora.centres import find_centres
from corpusmill.operators.text.line_hashes import line_hash
from corpusmill.operators.text.ranking import ids_in_bytes

PARAMS: dict[str, dict[str, object]] = {
    "signals.fasttext": {"model": "shipped:signals/models/lid.176.ftz", "column": "sort"},
    "signals.words_found": {"words": "shipped:signals/lists/soft_words.txt", "column": "soft_words"},
    "signals.perplexity": {"model": "shipped:signals/lists/characters.arpa.txt", "split": "characters"},
    "signals.regex": {"count": {"numbers": "[0-9]+"}, "share": {"han_ratio": r"\p{Han}"}},
    "rewrite.regex": {"replace": {r"[ \t]+": " ", r"(?m)^- (\w)": r"* \1"}},
    "signals.domain": {"table": "shipped:signals/lists/hosts.txt"},
    "signals.contamination": {"sets": "shipped:signals/lists/evaluation.jsonl"},
    "rewrite.contamination": {"sets": "shipped:signals/lists/evaluation.jsonl"},
    "signals.relevance": {
        "target": "shipped:signals/lists/evaluation.jsonl",
        "raw": "shipped:signals/lists/evaluation.jsonl",
    },
    "signals.tfidf": {
        "target": "shipped:signals/lists/evaluation.jsonl",
        "raw": "shipped:signals/lists/evaluation.jsonl",
    },
    "decide.bounds": {"bounds": {"line_count": [1, None]}},
    "decide.quantiles": {"bounds": {"line_count": [0.1, None]}},
    "signals.buckets": {"of": "line_count"},
    "signals.clusters": {"count": 2},
    "decide.values": {"values": {"licence": {"drop": ["xx"]}, "script": {"keep": ["en", "de", "ja", ""]}}},
    "decide.top": {"count": 3, "column": "reward", "by": ["script"]},
    "decide.at_most": {"count": 3, "by": ["script", "licence"]},
    "decide.budget": {
        "amount": 100,
        "score": ["quality"],
        "by": "script",
        "shares": {"en": 0.5, "de": 0.25, "ja": 0.25},
    },
    "decide.similar_vectors": {"embedding": "vector", "by": ["script"]},
    "decide.language": {"keep": ["en", "de"]},
}
THRESHOLDS = (
    b'{"group": "[\\"en\\"]", "column": "line_count", "quantile": 0.1, "bin": 12582912}\n'
    b'{"group": "null", "column": "line_count", "quantile": 0.1, "bin": 12605000}\n'
    b'{"group": "null", "column": "line_count", "quantile": 0.3333333333333333, "bin": 12583000}\n'
    b'{"group": "null", "column": "line_count", "quantile": 0.6666666666666666, "bin": 12620000}\n'
)
LINES = ("The tide went out and the boats lay on the mud until the evening.", "Der Zug fährt um 8 Uhr ab!")


def ipc(rows: list[dict[str, float]]) -> bytes:
    """An answer for decide.similar."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, GIVES_WAY) as writer:
        writer.write_table(pa.Table.from_pylist(rows, GIVES_WAY))
    return sink.getvalue().to_pybytes()


def centres() -> bytes:
    """An answer for signals.clusters."""
    words = Clusters(count=2).described(Batch(pa.table({"text": pa.array([*LINES, "one two"], TEXT)})))
    return find_centres(words, words=True, count=2, dimensions=8, seed=0).to_bytes()


STAY = ids_in_bytes(np.array([0, 2, 60, 200_000]))
# What the stages between would have found, for the operators that await it.
FOUND = {
    "rewrite.common_lines": np.array(sorted(line_hash(line, 10) for line in LINES), HASH).tobytes(),
    "decide.quantiles": THRESHOLDS,
    "signals.buckets": THRESHOLDS,
    "signals.clusters": centres(),
    "decide.top": STAY,
    "decide.at_most": STAY,
    "decide.budget": STAY,
    "decide.similar_vectors": ipc([{"doc_id": 2, "better": 5, "similarity": 0.95}]),
    "decide.similar_pictures": ipc([{"doc_id": 2, "better": 5, "similarity": 12.0}]),
    "decide.similar": ipc(
        [{"doc_id": 2, "better": 5, "similarity": 0.75}, {"doc_id": 60, "better": 2, "similarity": 1.0}]
    ),
}
