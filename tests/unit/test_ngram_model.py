"""A trained n-gram model gives probabilities that add up to one, as KenLM reads them, and knows what it has seen."""

import itertools
import json
import random

import kenlm
import pyarrow as pa
import pytest

from corpusmill.errors import InputError
from corpusmill.operators.batch import TEXT
from corpusmill.operators.signals.perplexity import perplexity
from corpusmill.operators.text.ngram_model import BEGIN, train_ngrams
from corpusmill.pipeline.train.language_model import Settings, train

WORDS = ["好", "天", "气", "茶", "书", "的", "人"]


def texts():
    draw = random.Random(3)
    lines = [" ".join(draw.choice(WORDS) for _ in range(draw.randint(1, 9))) for _ in range(80)]
    return pa.array(["\n".join(lines[:40]), None, "", " \n", "\n".join(lines[40:])], TEXT)


def model(tmp_path, arpa):
    (tmp_path / "m.arpa").write_bytes(arpa)
    return kenlm.Model(str(tmp_path / "m.arpa"))


@pytest.mark.parametrize("order", [2, 3])
def test_probabilities_behind_any_history_add_up_to_one(order, tmp_path):
    made = train_ngrams(texts(), order)
    read = model(tmp_path, made.arpa())
    assert read.order == order
    vocabulary = [word for number, word in enumerate(made.words.to_pylist()) if number != BEGIN]
    for first, second in itertools.product([None, "好", "unseen"], ["天", "unseen", "书"]):
        state = kenlm.State()
        read.BeginSentenceWrite(state) if first is None else read.NullContextWrite(state)
        for word in (first, second):
            after = kenlm.State()
            if word is not None:
                read.BaseScore(state, word, after)
                state = after
        total = sum(10 ** read.BaseScore(state, word, kenlm.State()) for word in vocabulary)
        assert total == pytest.approx(1, abs=1e-5)


def test_text_like_that_it_was_trained_on_has_lower_perplexity(tmp_path):
    made = train_ngrams(pa.array(["今 天 天 气 很 好\n今 天 很 好\n天 气 好"] * 5, TEXT), 3)
    read = model(tmp_path, made.arpa())
    others = [perplexity(read, text) for text in ("好 很 气 天 天 今", "茶 书 的")]
    assert perplexity(read, "今 天 天 气 很 好") < min(others) / 3


def test_documents_of_a_file_are_read_as_the_signal_reads_them():
    lines = "\n".join(json.dumps({"body": text}) for text in ("天气１，很好", "É", None)).encode()
    settings = Settings(order=2, split="characters", prepare="ccnet")
    found = train(lines, text_field="body", settings=settings)
    assert found.documents == 2
    assert all(f"\t{word}\t".encode() in found.arpa for word in "天0,e")
    assert found.arpa == train(lines, text_field="body", settings=settings).arpa


def test_what_cannot_be_trained_on_is_refused():
    with pytest.raises(InputError, match="no word"):
        train(b'{"text": " "}', text_field="text", settings=Settings())
    with pytest.raises(InputError, match="--text-field"):
        train(b'{"body": "a"}', text_field="text", settings=Settings())
    with pytest.raises(ValueError, match="at least order 2"):
        train_ngrams(texts(), 1)
