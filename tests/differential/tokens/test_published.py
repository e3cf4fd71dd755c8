"""Real published vocabularies: the ids of `tokenizers`, and of tiktoken where the peers' environment is there."""

import json
from pathlib import Path

import pytest

from benchmarks.bench_tokens import PEERS_PYTHON, measure, write_texts
from corpusmill.operators.tokens.tokenizer import load
from tests.differential.tokens.fuzz import long_strings, strings
from tests.differential.tokens.ranks import PUBLISHED, NotThere, package, published
from tests.differential.tokens.test_fast_ids import assert_same_ids

pytestmark = pytest.mark.slow
EVERY = 5  # of half of the corpus' texts, one in so many


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    try:
        return package(tmp_path_factory.mktemp("npm"))
    except NotThere as e:
        pytest.skip(f"published vocabularies are not at hand: {e}")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_vocabulary_gives_the_ids_of_tokenizers_and_tiktoken(name, archive, corpora, tmp_path):
    file = Path(tmp_path, f"{name}.json")
    file.write_text(json.dumps(published(archive, name)))
    tokenizer = load(file.read_bytes(), eos="<|endoftext|>")
    assert tokenizer.why_general == ""
    assert_same_ids(tokenizer, [*strings(20_000, seed=21), *long_strings(5_000, seed=21)])
    write_texts(tmp_path, every=EVERY)
    ours = measure("ours", tmp_path, file)["ids_sha256"]
    assert measure("tokenizers", tmp_path, file)["ids_sha256"] == ours
    if Path(PEERS_PYTHON).exists():
        assert measure("tiktoken", tmp_path, file, python=PEERS_PYTHON)["ids_sha256"] == ours
