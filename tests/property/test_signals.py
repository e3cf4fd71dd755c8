"""Every signal's kernel gives the columns of its plain function, rounded once to float32."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators import load
from corpusmill.operators.signals.c4 import C4
from corpusmill.operators.signals.counts import counts
from corpusmill.operators.signals.dolma import dolma
from corpusmill.operators.signals.fineweb import fineweb
from corpusmill.operators.signals.gopher_quality import gopher_quality
from corpusmill.operators.signals.gopher_repetition import gopher_repetition
from corpusmill.operators.signals.line_shape import bullet_ratio, ellipsis_ratio
from corpusmill.operators.signals.redpajama_v2 import redpajama_v2
from corpusmill.operators.text.c4.line_rules import Fate, LineRules, filtered_text
from corpusmill.operators.text.words import WordRule
from tests.property.documents import TEXTS, sliced

STOP = ("the", "of", "word", "東京")
SPECIFIED = {
    "signals.counts": ({}, counts),
    "signals.fineweb": ({"short_line_chars": 3}, lambda t: fineweb(t, 3, WordRule.SCRIPT)),
    "signals.gopher_quality": ({"stop_words": list(STOP)}, lambda t: gopher_quality(t, STOP, WordRule.SCRIPT)),
    "signals.gopher_repetition": ({}, lambda t: gopher_repetition(t, WordRule.SCRIPT)),
    "signals.line_shape": (
        {},
        lambda t: {"bullet_ratio": bullet_ratio(t, ("•", "-", "*")), "ellipsis_ratio": ellipsis_ratio(t)},
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", SPECIFIED)
@given(texts=TEXTS)
def test_signal(name, texts):
    params, plain = SPECIFIED[name]
    op = load.equip(load.build(name, params), load.shipped)
    table = op(sliced(texts)).table
    for row, text in zip(table.drop(["text"]).to_pylist(), texts, strict=True):
        expected = {k: float(np.float32(v)) if isinstance(v, float) else v for k, v in plain(text or "").items()}
        assert row == expected


BY_WORDS = {
    "signals.dolma": ({"required": list(STOP)}, dolma),
    "signals.redpajama_v2": ({"stop_words": list(STOP)}, redpajama_v2),
}
# a NUL at the beginning of a word does not change its hash (hashing.word_hash): words are told apart by hash
NO_NUL = TEXTS.map(lambda texts: [text and text.replace("\x00", "") for text in texts])
REPETITIVE = st.lists(st.sampled_from(["a", "bb", "lorem", "Ipsum", "{", "\n", "– x"]), max_size=60).map(" ".join)


@pytest.mark.thorough
@pytest.mark.parametrize("name", BY_WORDS)
@given(texts=st.one_of(NO_NUL, st.lists(REPETITIVE, max_size=3)))
def test_signal_of_words_distinguished_by_hash(name, texts):
    params, plain = BY_WORDS[name]
    op = load.equip(load.build(name, params), load.shipped)
    for row, text in zip(op(sliced(texts)).table.drop(["text"]).to_pylist(), texts, strict=True):
        wanted = plain(text or "", STOP)
        assert row == {k: float(np.float32(v)) if isinstance(v, float) else v for k, v in wanted.items()}


@given(texts=TEXTS)
def test_quality_by_unicode_words(texts):
    op = load.build("signals.gopher_quality", {"words": "unicode", "stop_words": list(STOP)})
    for row, text in zip(op(sliced(texts)).table.drop(["text"]).to_pylist(), texts, strict=True):
        plain = gopher_quality(text or "", STOP, WordRule.UNICODE)
        assert row == {k: float(np.float32(v)) if isinstance(v, float) else v for k, v in plain.items()}


@given(texts=TEXTS)
def test_repetition_by_unicode_words(texts):
    op = load.build("signals.gopher_repetition", {"words": "unicode"})
    for row, text in zip(op(sliced(texts)).table.drop(["text"]).to_pylist(), texts, strict=True):
        plain = gopher_repetition(text or "", WordRule.UNICODE)
        assert row == {k: float(np.float32(v)) for k, v in plain.items()}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "rules",
    [LineRules(), LineRules(min_words=0, end_marks=False), LineRules(max_word_chars=4, citations=False, policy=False)],
)
@given(texts=TEXTS)
def test_c4(rules, texts):
    params = {k: getattr(rules, k) for k in LineRules.__dataclass_fields__}
    out = load.build("rewrite.c4_lines", params)(sliced(texts)).table
    assert C4(**params)(sliced(texts)).table.drop(["text"]).equals(out.drop(["text"]))
    for row, text in zip(out.to_pylist(), texts, strict=True):
        kept, fates, sentences = filtered_text(text or "", rules)
        assert row["text"] == (None if text is None else kept)
        assert row["c4_sentences"] == sentences
        assert row["c4_lines"] == len(fates)
        names = {"c4_kept_lines": Fate.KEPT, "c4_long_word_lines": Fate.LONG_WORD, "c4_unended_lines": Fate.UNENDED}
        names |= {"c4_few_word_lines": Fate.FEW_WORDS, "c4_javascript_lines": Fate.JAVASCRIPT}
        names |= {
            "c4_policy_lines": Fate.POLICY,
            "c4_lorem_ipsum_lines": Fate.LOREM_IPSUM,
            "c4_curly_lines": Fate.CURLY,
        }
        assert {name: row[name] for name in names} == {name: fates.count(fate) for name, fate in names.items()}


@given(words=st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=80))
def test_repetition_where_runs_overlap(words):
    text = " ".join(words)
    row = load.build("signals.gopher_repetition", {})(sliced([text])).table.drop(["text"]).to_pylist()[0]
    assert row == {k: float(np.float32(v)) for k, v in gopher_repetition(text, WordRule.SCRIPT).items()}
