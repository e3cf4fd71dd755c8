"""The shipped language model, ours against the fasttext module, on real documents in about 85 languages."""

import gzip
import importlib.resources
import json

import fasttext
import numpy as np
import pyarrow as pa
import pytest

from corpusmill import operators
from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.spans import spans_of

MODEL = importlib.resources.files(operators).joinpath("signals/models/lid.176.ftz")


@pytest.mark.thorough
def test_labels_are_those_of_the_fasttext_module_on_every_document(corpora):
    texts = []
    for path in sorted([*(corpora / "docs").glob("*.jsonl.gz"), *(corpora / "langid").glob("*.jsonl.gz")]):
        with gzip.open(path) as lines:
            texts += [json.loads(line)["text"] for line in lines]
    found = classify(spans_of(pa.array(texts, TEXT)).prefix(1000), weights_of(MODEL.read_bytes()))
    labels = read_model(MODEL.read_bytes()).labels()
    peer = fasttext.load_model(str(MODEL))
    prefixes = [text.encode()[:1000].decode("utf-8", "ignore").replace("\n", " ") for text in texts]
    told = [peer.f.predict(text + "\n", 1, 0.0, "strict")[0] for text in prefixes]
    assert len(texts) > 38_000
    assert [labels[place] for place in found.labels] == [label.removeprefix("__label__") for _, label in told]
    np.testing.assert_allclose(found.scores, [min(score, 1) for score, _ in told], rtol=1e-6, atol=1e-7)
