"""What plan says of recipes whose rules were made for other languages than the documents are in."""

import json

import pytest

from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.recipe_languages import remarks

JOB = """
name: tea
workspace: work
output: out
inputs: [{{source: tea, paths: [tea.jsonl]{declared}}}]
documents: [{steps}]
"""
ENGLISH = "Where is the nearest station, and when does the next train to the harbour leave?"
GERMAN = "Wo ist der nächste Bahnhof, und wann fährt der nächste Zug zum Hafen ab?"
CHINESE = "最近的车站在哪里?下一班去港口的火车什么时候开?"


@pytest.mark.parametrize(
    ("steps", "declared", "texts", "expected"),
    [
        ("recipe: gopher", "", [ENGLISH] * 40, []),
        ("recipe: gopher", "", [ENGLISH] * 39 + [GERMAN], []),
        (
            "recipe: gopher",
            "",
            [ENGLISH] * 10 + [CHINESE] * 30,
            ["recipe gopher has rules for en, but of 40 sampled documents of tea 30 are in other languages (zh 30)"],
        ),
        (
            "recipe: c4",
            ", language: sw",
            [ENGLISH],
            ["recipe c4 has rules for en, but the declared language of tea is sw, of which it keeps few: use"],
        ),
        ("recipe: fineweb2", ", language: sw", [ENGLISH], []),
        ("recipe: gopher", ", language: eng_Latn", [CHINESE], []),
        ("signals.language", "", [CHINESE] * 9, []),
    ],
)
def test_plan_warns_where_documents_are_in_other_languages(tmp_path, steps, declared, texts, expected):
    (tmp_path / "tea.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    path = tmp_path / "job.yaml"
    path.write_text(JOB.format(steps=f"{{{steps}}}" if ":" in steps else steps, declared=declared))
    spec = load(path)
    told = list(remarks(spec, preflight.check(spec)))
    assert len(told) == len(expected)
    assert all(part in warning for part, warning in zip(expected, told, strict=True))
