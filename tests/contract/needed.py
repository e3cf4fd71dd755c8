"""Parameters for operators that have no defaults, so that the contract tests can build every operator."""

PARAMS: dict[str, dict[str, object]] = {
    "signals.fasttext": {"model": "shipped:signals/models/lid.176.ftz", "column": "kind"},
    "decide.bounds": {"bounds": {"line_count": [1, None]}},
    "decide.language": {"keep": ["en", "de"]},
}
