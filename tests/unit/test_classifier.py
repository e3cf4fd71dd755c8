"""Training a classifier from labelled documents."""

import json
import random

import pyarrow as pa
import pytest

from corpusmill.errors import InvalidExamples, TrainingFailed
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Signal
from corpusmill.operators.text.fasttext.judged import judge, warnings
from corpusmill.operators.text.fasttext.labelled import Example, split, training_line
from corpusmill.pipeline.train import classifier
from corpusmill.pipeline.train.classifier import Settings, buckets_for, train

SMALL = Settings(dim=8, buckets=1000, epochs=20, learning_rate=0.5)


def labelled(count: int = 300) -> bytes:
    chance = random.Random(3)
    words = {"tea": ["cup", "leaf", "kettle", "steep"], "sea": ["wave", "salt", "harbour", "tide"]}
    lines = []
    for i in range(count):
        label = ("tea", "sea")[i % 2]
        lines.append(json.dumps({"text": " ".join(chance.choices([*words[label], "the", "and"], k=8)), "label": label}))
    return "\n".join(lines).encode()


@pytest.mark.thorough
def test_a_classifier_is_trained_judged_and_described():
    made = train(labelled(), name="tea", settings=SMALL)
    assert made.verdict.accuracy > 0.95
    assert "| sea |" in made.card
    assert "macro F1" in made.card
    op = load.build("signals.fasttext", {"model": "tea.bin", "label": "tea", "column": "tea_score"})
    op = load.equip(op, lambda address: made.model)
    assert isinstance(op, Signal)
    texts = ["steep the leaf", "wave and tide"]
    scores = op(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table.column("tea_score").to_numpy()
    assert scores[0] > 0.9
    assert scores[1] < 0.1


@pytest.mark.thorough
def test_the_same_documents_give_the_same_bytes():
    assert train(labelled(), name="a", settings=SMALL).model == train(labelled(), name="b", settings=SMALL).model


def test_nan_is_retried_with_another_seed_and_is_an_error_in_the_end(monkeypatch):
    tried = []
    monkeypatch.setattr(classifier, "_trained", lambda learnt, settings, seed, quantised: tried.append(seed))
    with pytest.raises(TrainingFailed, match="5 seeds from 7 on all ended in NaN; lower learning_rate"):
        train(labelled(), name="a", settings=Settings(seed=7))
    assert tried == [7, 8, 9, 10, 11]


@pytest.mark.thorough
def test_a_failure_of_the_module_is_reported():
    with pytest.raises(TrainingFailed, match=r"the fasttext module failed.*loss name"):
        train(labelled(), name="a", settings=Settings(loss="none"))


@pytest.mark.parametrize(
    "line", [b"{}", b"[1]", b'{"text": "a", "label": "two words"}', b'{"text": 3, "label": "x"}', b"{"]
)
def test_a_bad_line_is_named(line):
    with pytest.raises(InvalidExamples, match="line 2"):
        train(b'{"text": "a", "label": "x"}\n' + line, name="a")


def test_one_label_is_not_enough():
    with pytest.raises(InvalidExamples, match="at least two"):
        split([Example(text=str(i), label="x") for i in range(50)], 0.3, 0)


def test_copies_of_a_document_are_on_one_side():
    parts = split([Example(text=str(i // 2), label="xy"[i // 2 % 2]) for i in range(400)], 0.3, 0)
    assert not {e.text for e in parts.learnt} & {e.text for e in parts.held_out}


def test_a_label_inside_the_text_does_not_teach():
    assert training_line(Example(text="a __label__b c", label="x")) == "__label__x a c"


def test_a_label_that_is_hardly_found_is_named():
    verdict = judge(["a"] * 10 + ["rare"] * 12, ["a"] * 21 + ["rare"])
    (told,) = warnings(verdict)
    assert told.startswith("label 'rare': the model finds 8% of its 12 held-out documents")
    assert warnings(judge(["a", "b"], ["a", "b"])) == []


@pytest.mark.parametrize(("words", "rows"), [(3, 1 << 14), (100_000, 1 << 17), (10_000_000, 2_000_000)])
def test_a_model_is_as_large_as_its_documents_need(words, rows):
    assert buckets_for([Example(label="a", text="w " * (words - 1) + "w")]) == rows


@pytest.mark.thorough
def test_a_quantised_model_is_smaller_and_is_read_by_the_step():
    settings = Settings(dim=16, buckets=4000, epochs=20, learning_rate=0.5)
    plain, quantised = (train(labelled(2000), name="t", settings=settings, quantised=q) for q in (False, True))
    assert len(quantised.model) < len(plain.model) / 2
    assert quantised.verdict.accuracy > 0.9
    assert "t.ftz" in quantised.card
