"""What plan says of languages that the shipped model cannot tell apart, or scores low."""

import json

import pytest

from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.run import explain

JOB = """
name: tea
workspace: work
output: out
inputs: [{{source: tea, paths: [tea.jsonl]}}]
documents:
  - signals.language
  - decide.language: {language}
"""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("{keep: [en, fr, pl]}", []),
        ("{keep: [bs]}", ["keeps 'bs', but the model labels many of its texts 'hr' or 'sh': keep these too"]),
        ("{keep: [hr]}", ["keeps 'hr'; the model gives that label to texts in 'bs' too"]),
        ("{keep: [hr, bs, sh, sr]}", []),
        ("{keep: [sw], min_score: 0.65}", ["keeps 'sw' from 0.65 on, which the model gives few such texts: use 0.25"]),
        ("{keep: [af, ht]}", ["keeps 'af', lid.176 finds 90 % of it: measure", "keeps 'ht', lid.176 finds 33 % of it"]),
        ("{keep: {ga: 0.8}}", ["keeps 'ga' from 0.8 on, which the model gives few such texts: use 0.35"]),
        ("{keep: [ms]}", ["keeps 'ms', but the model labels many of its texts 'id'"]),
    ],
)
def test_plan_warns_of_languages_the_model_cannot_tell_or_scores_low(tmp_path, language, expected):
    (tmp_path / "tea.jsonl").write_text(json.dumps({"text": "Tea is hot."}) + "\n")
    path = tmp_path / "job.yaml"
    path.write_text(JOB.format(language=language))
    spec = load(path)
    warnings = [told for told in explain.explain(spec, preflight.check(spec)).remarks if "decide.language" in told]
    assert len(warnings) == len(expected)
    assert all(part in warning for part, warning in zip(expected, warnings, strict=True))
