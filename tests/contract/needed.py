"""Parameters for operators that have no defaults, so that the contract tests can build every operator."""

PARAMS: dict[str, dict[str, object]] = {
    "signals.fasttext": {"model": "shipped:signals/models/lid.176.ftz", "column": "sort"},
    "signals.words_found": {"words": "shipped:signals/lists/soft_words.txt", "column": "soft_words"},
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
    "decide.language": {"keep": ["en", "de"]},
}
