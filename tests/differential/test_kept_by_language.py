"""Languages of many scripts lose no text of the Universal Declaration of Human Rights by a rule about words."""

import pytest

from benchmarks.languages import declarations
from benchmarks.languages_kept import kept, pieces

LANGUAGES = [
    "cmn_Hani",
    "jpn_Jpan",
    "tha_Thai",
    "lao_Laoo",
    "khm_Khmr",
    "mya_Mymr",
    "bod_Tibt",
    "arb_Arab",
    "fas_Arab",
    "heb_Hebr",
    "hin_Deva",
    "amh_Ethi",
    "ell_Grek",
    "rus_Cyrl",
    "ukr_Cyrl",
    "fin_Latn",
    "tur_Latn",
    "swh_Latn",
    "deu_Latn",
    "kat_Geor",
    "pan_Guru",
    "ben_Beng",
]


@pytest.mark.thorough
def test_no_text_is_lost_by_its_words(corpora):
    texts = declarations(corpora)
    found = kept({language: pieces(texts[language]) for language in LANGUAGES})
    lost = {(language, r): each.by_words(r) for language, each in found.items() for r in ("fineweb2", "starter")}
    assert {where: share for where, share in lost.items() if share} == {}
    assert all(each.share("starter") == 1 for each in found.values())
    assert sum(each.share("fineweb2") for each in found.values()) > 0.75 * len(found)
