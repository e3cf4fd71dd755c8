"""Small tokenizers, one for each split expression, trained once a test run."""

import json
from collections.abc import Callable

import pytest

from corpusmill.operators.tokens.expressions import EXPRESSIONS
from corpusmill.operators.tokens.train import train
from tests.differential.tokens.fuzz import strings


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Callable[[str], dict]:
    """A function from the name of an expression to a tokenizer.json as a dict, yours to change."""
    folder = tmp_path_factory.mktemp("tokenizers")

    def spec(expression: str) -> dict:
        file = folder / f"{expression}.json"
        if not file.exists():
            file.write_bytes(train(iter(strings(6_000, seed=1, words=WORDS)), vocab_size=3_000, expression=expression))
        return json.loads(file.read_bytes())

    assert EXPRESSIONS
    return spec


WORDS = ("don't", "I'LL", "2024", "    ", "\n\n", "https://", "漢字", "the", "ing", "ภาษา", "नमस्ते", "функция")
