"""What the kernels leave to `tokenizers`, and what happens when they are wrong."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import TokenMismatch
from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.bpe import words
from corpusmill.operators.tokens.bpe.categories import (
    PROPERTIES,
    categories,
    class_table,
    computed_nfc_orders,
    digits,
    nfc_orders,
    probed_categories,
    probed_digits,
)
from corpusmill.operators.tokens.expressions import DEEPSEEK3, LLAMA3
from corpusmill.operators.tokens.sampled import ONE_IN
from corpusmill.operators.tokens.tokenizer import load
from tests.differential.tokens.fuzz import strings


def lstripping(spec: dict) -> dict:
    spec["added_tokens"][1]["lstrip"] = True
    return spec


REASONS = {
    "dropout": (lambda s: s["model"].update(dropout=0.1), "sets dropout: 0.1"),
    "suffix": (lambda s: s["model"].update(end_of_word_suffix="</w>"), "end_of_word_suffix"),
    "lowercase": (lambda s: s.update(normalizer={"type": "Lowercase"}), "the normalizer is"),
    "whitespace": (lambda s: s.update(pre_tokenizer={"type": "Whitespace"}), "does not end in ByteLevel"),
    "own rule": (
        lambda s: s["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex="a|b"),
        "is not supported",
    ),
    "a repeat that is not possessive here": (
        lambda s: s["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex=LLAMA3.replace("{1,3}", "{1,3}+")),
        "is not supported",
    ),
    "the rest removed, where there is a rest": (
        lambda s: s["pre_tokenizer"]["pretokenizers"][0].update(
            pattern={"Regex": DEEPSEEK3[2]}, behavior="Removed", invert=True
        ),
        "a pre-tokenizer step is not supported",
    ),
    "lstrip": (lambda s: s["added_tokens"][1].update(lstrip=True), r"added token '<\|pad\|>' includes spaces"),
    "bytes": (lambda s: drop_byte(s), "no token for 1 of 256 bytes"),
}


def drop_byte(spec: dict) -> None:
    """Takes the token of the letter q out, with the merges that need it."""
    vocabulary = spec["model"]["vocab"]
    spec["model"]["merges"] = [m for m in spec["model"]["merges"] if "q" not in "".join(m)]
    del vocabulary["q"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", REASONS)
def test_what_is_unsupported_goes_through_tokenizers_and_says_why(trained, case):
    change, why = REASONS[case]
    spec = trained("gpt2")
    change(spec)
    tokenizer = load(json.dumps(spec).encode())
    assert tokenizer.path == "general"
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(tokenizer.why_general)
    text = "Salt and <|pad|> tea"
    assert len(tokenizer.encode(pa.array([text], TEXT)).row(0)) > 0


@pytest.mark.thorough
def test_a_wrong_kernel_is_caught_and_the_document_named(trained):
    tokenizer = load(json.dumps(trained("llama3")).encode())
    assert tokenizer.fast is not None
    broken = replace(tokenizer, fast=replace(tokenizer.fast, table=np.zeros_like(tokenizer.fast.table)))
    texts = [f"document number {k} of many" for k in range(5 * ONE_IN)]
    with pytest.raises(TokenMismatch, match=r"document \d+ of this batch, 'document number \d+ of many': token \d+"):
        broken.encode(pa.array(texts, TEXT))


@pytest.mark.thorough
def test_about_one_document_in_a_thousand_is_checked_whatever_the_batch():
    from corpusmill.operators.tokens.bpe.arrow_text import buffers_of
    from corpusmill.operators.tokens.sampled import sampled

    texts = pa.array(strings(40_000, seed=12), TEXT)
    chosen = sampled(*buffers_of(texts))
    distinct = len(set(texts.take(chosen).to_pylist()))
    assert 15 < distinct < 80
    assert sampled(*buffers_of(texts.slice(1_000))).tolist() == [c - 1_000 for c in chosen.tolist() if c >= 1_000]


def test_shipped_character_classes_are_those_of_tokenizers_below_u3000():
    points = range(0x3000)
    assert np.array_equal(probed_categories(points)[:0x3000], categories()[:0x3000])
    assert np.array_equal(probed_digits(points)[:0x3000], digits()[:0x3000])


@pytest.mark.slow
def test_shipped_character_classes_are_those_of_tokenizers():
    assert np.array_equal(probed_categories(), categories())
    assert np.array_equal(probed_digits(), digits())


def test_shipped_nfc_orders_are_those_of_unicode():
    assert np.array_equal(computed_nfc_orders(), nfc_orders())


def test_text_that_passes_the_nfc_check_is_not_changed_by_tokenizers():
    from tokenizers import normalizers

    from corpusmill.operators.tokens.bpe.arrow_text import buffers_of
    from corpusmill.operators.tokens.bpe.nfc import is_normal

    texts = strings(5_000, seed=13)
    passed = is_normal(*buffers_of(pa.array(texts, TEXT)), nfc_orders())
    assert 1_000 < passed.sum() < 5_000
    assert all(normalizers.NFC().normalize_str(t) == t for t, ok in zip(texts, passed, strict=True) if ok)


def test_a_class_for_each_property():
    table = class_table(words.O200K)
    assert [table[ord(c)] for c in "Aaª1 \n."] == [3, 4, 1, 2, 10, 9, 0]
    assert len(PROPERTIES) == 10
