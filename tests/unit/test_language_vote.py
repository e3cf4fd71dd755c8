"""What opinions of a language agree on."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Signal


def voted(columns: dict[str, list], **params: object) -> dict[str, list]:
    op = load.build("signals.language_vote", params)
    assert isinstance(op, Signal)
    types = {name: pa.float32() if name.endswith("_score") else pa.string() for name in columns}
    table = pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})
    return op(Batch(table)).table.drop_columns(list(columns)).to_pydict()


SCRIPTS = {"script": ["Latn", "Latn", "Latn", "Hani", "Latn", "Latn"]}


def test_most_voices_win_and_labels_of_all_forms_are_one():
    found = voted(
        {
            **SCRIPTS,
            "language": ["sw", "en", "en", "zh", "und", None],
            "glotlid": ["swh_Latn", "swh_Latn", "deu_Latn", "cmn_Hani", "fra_Latn", None],
            "declared_language": ["swa", "sw", "fr", "zh-Hant", None, None],
        },
        opinions=["language", "glotlid", "declared_language"],
        scored=[],
    )
    assert found["voted_language"] == ["swh_Latn", "swh_Latn", "eng_Latn", "cmn_Hani", "fra_Latn", None]
    assert found["language_votes"] == [3, 2, 1, 3, 1, 0]
    assert found["language_opinions"] == [3, 3, 3, 3, 1, 0]


def test_an_opinion_below_its_least_score_and_one_in_a_script_that_is_never_used_abstain():
    found = voted(
        {
            "script": ["Latn", "Latn", "Latn"],
            "language": ["en", "sw", "ja"],
            "language_score": [0.5, 0.3, 0.99],
            "declared_language": ["de", "de", "de"],
        },
    )
    assert found["voted_language"] == ["deu_Latn", "swh_Latn", "deu_Latn"]
    assert found["language_opinions"] == [1, 2, 1]


def test_opinions_that_are_no_columns_are_refused():
    with pytest.raises(ValueError, match="scored must be some of opinions"):
        load.build("signals.language_vote", {"opinions": ["language"], "scored": ["glotlid"]})
    with pytest.raises(ValueError, match="opinions must be different columns"):
        load.build("signals.language_vote", {"opinions": ["language", "language"], "scored": []})
