"""No language loses texts of the Universal Declaration of Human Rights by a rule about words or characters."""

import pytest

from benchmarks.kept_by_language import kept, pieces
from benchmarks.languages import declarations
from corpusmill.operators import load
from corpusmill.operators.text.fineweb2.settings import SETTINGS, read_settings


@pytest.mark.thorough
def test_no_language_loses_declarations_by_its_words(corpora):
    found = read_settings(load.shipped(SETTINGS.address))
    texts = {language: pieces(text) for language, text in declarations(corpora).items()}
    own = {language: each for language, each in texts.items() if language in found.labels[: found.own]}
    assert len(own) >= 100
    by_language = kept(own)
    assert {
        language: each.by_words("starter") for language, each in by_language.items() if each.by_words("starter")
    } == {}
    lost = {language: each.by_words("fineweb2") for language, each in by_language.items()}
    assert {language: share for language, share in lost.items() if share > 0.05} == {}
