"""Models of every kind that fastText trains: kernel, plain function and the fasttext module say the same."""

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.errors import InvalidFastText
from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.fasttext import model as models
from corpusmill.operators.text.fasttext.kernel import classify, score_label
from corpusmill.operators.text.fasttext.plain import predict
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.spans import spans_of
from tests.fasttext_models import KINDS, WORDS, train_all

TOKENS = st.sampled_from([*WORDS, "</s>", "__label__food", "__label__new", "<", "unknown", "\0", "\n", "é" * 70])
TEXTS = st.lists(st.one_of(st.text(), st.lists(TOKENS, max_size=12).map(" ".join)), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return train_all(tmp_path_factory.mktemp("fasttext"))


@pytest.fixture(scope="module", params=KINDS, ids=str)
def trained(request, files):
    path = files[request.param]
    return path.read_bytes(), fasttext.load_model(str(path))


@pytest.mark.thorough
@given(texts=TEXTS)
@settings(max_examples=30)
def test_kernel_plain_function_and_module_agree(trained, texts):
    content, peer = trained
    model, weights = models.read_model(content), weights_of(content)
    column = pa.array(["ignored", *texts, *texts], TEXT).slice(1)
    found = classify(spans_of(column), weights)
    for i, text in enumerate([*texts, *texts]):
        plain = predict(text.encode(), model)
        assert found.labels[i] == plain.label
        assert found.scores[i] == pytest.approx(plain.score, rel=1e-6, abs=1e-7)
        told = peer.f.predict(text.replace("\n", " ") + "\n", -1, -1.0, "strict")
        shares = {label.removeprefix("__label__"): min(share, 1) for share, label in told}
        label = model.labels()[plain.label] if plain.label >= 0 else None
        assert shares.get(label, 0) == pytest.approx(max(shares.values(), default=0), rel=1e-6, abs=1e-7)
        assert shares.get(label, 0) == pytest.approx(plain.score, rel=1e-5, abs=1e-6)


@pytest.mark.thorough
def test_the_probability_of_any_label_is_that_of_the_module(trained):
    content, peer = trained
    texts = ["tea with honey", "東京 чай", "", "pepper pepper"]
    weights, labels = weights_of(content), models.read_model(content).labels()
    scores = np.array([score_label(spans_of(pa.array(texts, TEXT)), weights, i) for i in range(len(labels))])
    for i, text in enumerate(texts):
        told = {label.removeprefix("__label__"): s for s, label in peer.f.predict(text + "\n", -1, -1.0, "strict")}
        assert scores[:, i] == pytest.approx([min(told[label], 1) for label in labels], rel=1e-5, abs=1e-6)


def test_a_damaged_file_is_refused_with_a_reason(trained):
    content, _ = trained
    for end in (0, 3, 8, 60, len(content) // 2, len(content) - 1):
        with pytest.raises(InvalidFastText):
            models.read_model(content[:end])
    with pytest.raises(InvalidFastText, match="it begins b'PK"):
        models.read_model(b"PK\3\4" + content[4:])
