"""What opinions of a language agree on."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Signal
from corpusmill.operators.text.language_codes import code_of


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


def test_labels_that_are_no_language_abstain():
    """GlotLID v3 calls garbled text zxx and random characters und, in 160 scripts; OpenLID v3 has zxx_Zxxx."""
    columns = {"script": ["Latn"] * 3, "glotlid": ["zxx_Latn", "und_Kana", "zxx"], "language": ["en", "en", "en"]}
    found = voted(columns, opinions=["glotlid", "language"], scored=[])
    assert found["voted_language"] == ["eng_Latn"] * 3
    assert found["language_opinions"] == [1, 1, 1]
    columns = {"language": ["zxx", "und", None, "en"], "script": ["Latn"] * 4, "language_score": [0.99] * 4}
    types = {"language_score": pa.float32()}
    batch = Batch(pa.table({name: pa.array(each, types.get(name, pa.string())) for name, each in columns.items()}))
    op = load.build("decide.language_score", {})
    assert isinstance(op, Decision)
    assert op(batch).to_pylist() == ["language", "language", "language", None]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ("zho_Hans cmn_Hans cmn_Hani cmn_Hant zho_Hant", "cmn_Hani"),
        ("yue_Hant yue_Hani", "yue_Hani"),
        ("ara_Arab arb_Arab", "arb_Arab"),
        ("fas_Arab pes_Arab prs_Arab", "fas_Arab"),
        ("est_Latn ekk_Latn", "ekk_Latn"),
        ("tgl_Latn fil_Latn", "fil_Latn"),
        ("lav_Latn lvs_Latn", "lvs_Latn"),
        ("grn_Latn gug_Latn", "gug_Latn"),
        ("kor_Hang kor_Kore", "kor_Hang"),
        ("jpn_Jpan jpn_Hira", "jpn_Jpan"),
        ("swa_Latn swh_Latn", "swh_Latn"),
        ("mlg_Latn plt_Latn", "plt_Latn"),
        ("sqi_Latn als_Latn", "als_Latn"),
        ("uzb_Latn uzn_Latn", "uzn_Latn"),
        ("aka_Latn twi_Latn", "twi_Latn"),
    ],
)
def test_labels_of_glotlid_and_openlid_for_one_language_are_one(labels, code):
    """GlotLID v3 and OpenLID v2 have the individual language, OpenLID v1 and v3, NLLB and lid.176 the macrolanguage."""
    assert {code_of(label) for label in labels.split()} == {code}


def test_opinions_that_are_no_columns_are_refused():
    with pytest.raises(ValueError, match="scored must be some of opinions"):
        load.build("signals.language_vote", {"opinions": ["language"], "scored": ["glotlid"]})
    with pytest.raises(ValueError, match="opinions must be different columns"):
        load.build("signals.language_vote", {"opinions": ["language", "language"], "scored": []})
