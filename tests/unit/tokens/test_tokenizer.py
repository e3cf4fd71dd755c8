"""Loading a tokenizer.json and what its documents look like."""

import json

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import TokenNotFound
from corpusmill.operators import load as operators_load
from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.tokenizer import load

DEFAULT = "shipped:tokens/models/default.tokenizer.json"


@pytest.fixture(scope="module")
def default_json() -> bytes:
    return operators_load.shipped(DEFAULT)


def with_added(tokenizer_json: bytes, *names: str) -> bytes:
    """The same tokenizer with further special tokens."""
    spec = json.loads(tokenizer_json)
    for name in names:
        spec["added_tokens"].append(
            {
                **spec["added_tokens"][0],
                "content": name,
                "id": len(spec["model"]["vocab"]) + len(spec["added_tokens"]) - 2,
            }
        )
    return json.dumps(spec).encode()


def test_the_default_has_32768_tokens_and_one_that_ends_a_document(default_json):
    tokenizer = load(default_json)
    assert tokenizer.vocab_size == 32_768
    assert tokenizer.decode(np.array([tokenizer.eos_id])) == "<|endoftext|>"


@pytest.mark.thorough
def test_each_document_ends_once_and_a_null_one_has_no_tokens(default_json):
    tokenizer = load(default_json)
    rows = tokenizer.documents(pa.array(["salt", None, "", "ends<|endoftext|>"], TEXT))
    eos = tokenizer.eos_id
    assert load(default_json, keep_special=True).documents(pa.array(["a<|endoftext|>"], TEXT)).ids.tolist()[-1:] == [
        eos
    ]
    assert [int((rows.row(i) == eos).sum()) for i in range(4)] == [1, 0, 1, 1]
    assert rows.row(2).tolist() == [eos]
    assert tokenizer.decode(rows.row(0)) == "salt<|endoftext|>"


@pytest.mark.thorough
def test_a_beginning_is_what_the_post_processor_adds(default_json):
    spec = json.loads(with_added(default_json, "<s>"))
    spec["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [spec["added_tokens"][-1]["id"]], "tokens": ["<s>"]}},
    }
    tokenizer = load(json.dumps(spec).encode())
    rows = tokenizer.documents(pa.array(["salt", None, ""], TEXT))
    assert [tokenizer.decode(rows.row(i)) for i in range(3)] == ["<s>salt<|endoftext|>", "", "<s><|endoftext|>"]


def test_sliced_texts_give_their_own_tokens(default_json):
    tokenizer = load(default_json)
    texts = pa.array(["one", "two", None, "three", "four"], TEXT)
    rows = tokenizer.documents(texts.slice(1, 3))
    assert [tokenizer.decode(rows.row(i)) for i in range(3)] == ["two<|endoftext|>", "", "three<|endoftext|>"]
    assert len(tokenizer.documents(texts.slice(5))) == 0


@pytest.mark.thorough
def test_two_names_that_may_end_a_document_must_be_distinguished(default_json):
    both = with_added(default_json, "</s>")
    with pytest.raises(TokenNotFound, match="several that may end a document"):
        load(both)
    assert load(both, eos="</s>").eos_id == 32_768  # `tokenizers` numbers what is not in the model itself


@pytest.mark.thorough
def test_a_wrong_name_is_answered_with_the_nearest(default_json):
    with pytest.raises(TokenNotFound, match=r"no token '<\|endoftxt\|>'; near it are \['<\|endoftext\|>'"):
        load(default_json, eos="<|endoftxt|>")


def test_bytes_that_are_no_tokenizer_are_refused():
    with pytest.raises(ValueError, match="not a tokenizer"):
        load(b'{"model": 1}')


@pytest.mark.thorough
def test_padding_and_truncation_in_the_file_change_nothing(default_json):
    spec = json.loads(default_json)
    spec["truncation"] = {"max_length": 2, "direction": "Right", "strategy": "LongestFirst", "stride": 0}
    texts = pa.array(["a long text with many words", "short"], TEXT)
    assert load(json.dumps(spec).encode()).encode(texts).ids.tolist() == load(default_json).encode(texts).ids.tolist()
