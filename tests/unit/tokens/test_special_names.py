"""Special tokens that a text names: text by default, whatever the tokenizer's model, and counted."""

import json

import pyarrow as pa
import pytest
from tokenizers import Tokenizer as Made
from tokenizers import models, normalizers, pre_tokenizers

from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.control import names_of
from corpusmill.operators.tokens.tokenizer import Tokenizer, load

TEXTS = ["a </s> a", "</s>", "a", None, "</s></s>a", "<unk> ab"]


def unigram() -> Made:
    letters = [(letter, -3.0) for letter in "a</s>\u2581"]
    made = Made(models.Unigram([("<unk>", 0.0), ("</s>", 0.0), ("ab", -4.0), *letters], unk_id=0))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return made


def word_level() -> Made:
    made = Made(models.WordLevel({"<unk>": 0, "</s>": 1, "a": 2}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


def word_piece() -> Made:
    made = Made(
        models.WordPiece({"<unk>": 0, "</s>": 1, "a": 2, "<": 3, "##/": 4, "##s": 5, "##>": 6}, unk_token="<unk>")
    )
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


def lower_case_bpe() -> Made:
    made = Made(models.BPE({"<unk>": 0, "</s>": 1, **{c: n for n, c in enumerate("a</s>b", 2)}}, [], unk_token="<unk>"))
    made.normalizer = normalizers.Lowercase()
    return made


MADE = {"Unigram": unigram, "WordLevel": word_level, "WordPiece": word_piece, "BPE": lower_case_bpe}


def loaded(model: str, *, keep_special: bool = False) -> Tokenizer:
    made = MADE[model]()
    made.add_special_tokens(["<unk>", "</s>"])
    tokenizer = load(made.to_str().encode(), eos="</s>", keep_special=keep_special)
    assert tokenizer.path == "general"
    return tokenizer


@pytest.mark.parametrize("model", MADE)
def test_the_end_of_a_document_comes_once_though_its_text_names_it(model):
    tokenizer = loaded(model)
    rows = tokenizer.documents(pa.array(TEXTS, TEXT))
    ends = [int((rows.row(k) == tokenizer.eos_id).sum()) for k in range(len(TEXTS))]
    assert ends == [1, 1, 1, 0, 1, 1]
    assert rows.row(2).tolist() == [*tokenizer.judge.encode("a").ids, 1]


@pytest.mark.parametrize("model", MADE)
def test_kept_names_are_the_tokens_themselves(model):
    tokenizer = loaded(model, keep_special=True)
    rows = tokenizer.encode(pa.array(TEXTS, TEXT))
    assert [int((rows.row(k) == 1).sum()) for k in range(len(TEXTS))] == [1, 1, 0, 0, 2, 0]


@pytest.mark.parametrize("model", ["Unigram", "BPE"])
def test_text_that_is_all_in_the_vocabulary_comes_back_as_it_was(model):
    tokenizer = loaded(model)
    ids = tokenizer.encode(pa.array(["a</s>a"], TEXT)).ids
    assert tokenizer.decode(ids).replace(" ", "").replace("\u2581", "") == "a</s>a"


def test_names_are_counted_by_document_the_longest_first():
    tokenizer = loaded("BPE")
    assert tokenizer.names_special(pa.array(TEXTS, TEXT)).tolist() == [1, 1, 0, 0, 2, 1]
    assert loaded("BPE", keep_special=True).names_special(pa.array(TEXTS, TEXT)).tolist() == [1, 1, 0, 0, 2, 1]


@pytest.mark.thorough
def test_too_many_names_for_a_tree_are_counted_alike():
    from corpusmill.operators.tokens.bpe.arrow_text import buffers_of

    many = names_of([f"<{n:x}-{n}>" for n in range(20_000)] + ["<1-1>s"])
    assert many.tree is None
    assert many.count(*buffers_of(pa.array(["<1-1>s <a-10>", "<a-11>", None], TEXT))).tolist() == [2, 0, 0]


def test_the_token_that_ends_documents_is_special_whatever_the_file_says():
    made = lower_case_bpe()
    made.add_tokens(["</s>"])
    assert not json.loads(made.to_str())["added_tokens"][0]["special"]
    tokenizer = load(made.to_str().encode(), eos="</s>")
    assert (tokenizer.documents(pa.array(["a</s>a"], TEXT)).ids == tokenizer.eos_id).sum() == 1
