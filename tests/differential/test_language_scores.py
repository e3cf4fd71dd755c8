"""The least scores that ship, on real text: languages the model is unsure of are kept, others do not slip in."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Signal
from training.languages.scores import passages

UNSURE = ("hr", "sr", "sw", "mg", "nn", "no", "mt", "ga", "af", "sl", "la")


@pytest.mark.thorough
def test_most_text_in_a_language_the_model_is_unsure_of_is_kept_by_default(corpora):
    texts = [(language, text) for language, each in passages(corpora).items() for text in each]
    meant = np.array([language for language, _ in texts])
    signal = load.equip(load.build("signals.language", {}), load.shipped)
    assert isinstance(signal, Signal)
    measured = signal(Batch(pa.table({"text": pa.array([text for _, text in texts], TEXT)})))
    for language in UNSURE:
        keep = load.build("decide.language", {"keep": [language]})
        assert isinstance(keep, Decision)
        kept = keep(measured).is_null().to_numpy(zero_copy_only=False)
        related = {"hr": ("bs", "sr"), "ga": ("yo",)}.get(language, ())
        assert kept[meant == language].mean() >= 0.8, language
        assert kept[(meant != language) & ~np.isin(meant, related)].mean() < 0.003, language
