"""The kernels give the ids of `tokenizers`: every expression, and every setting they say they know."""

import gzip
import json

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.expressions import EXPRESSIONS, O200K
from corpusmill.operators.tokens.judged import by_tokenizers
from corpusmill.operators.tokens.tokenizer import Tokenizer, load
from tests.differential.tokens.fuzz import long_strings, strings

BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": True}


def loaded(spec: dict, *, keep_special: bool = False) -> Tokenizer:
    tokenizer = load(json.dumps(spec).encode(), eos="<|endoftext|>", keep_special=keep_special)
    assert tokenizer.why_general == ""
    assert tokenizer.path == "fast"
    return tokenizer


def assert_same_ids(tokenizer: Tokenizer, texts: list[str]) -> None:
    array = pa.array(texts, TEXT)
    fast, general = tokenizer.encode(array), by_tokenizers(tokenizer.judge, array)
    for place, text in enumerate(texts):
        assert fast.row(place).tolist() == general.row(place).tolist(), text


def added(content: str, token: int, *, special: bool, normalized: bool) -> dict:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": normalized, "special": special}
    return {"id": token, "content": content, **flags}


@pytest.mark.thorough
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_on_random_strings(trained, expression):
    assert_same_ids(loaded(trained(expression)), [*strings(5_000, seed=2), *long_strings(2_000, seed=2)])


CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"
    r"|\s*[\r\n]|\s+(?!\S)|\s+"
)
ALL_POSSESSIVE = CL100K.replace(r"\p{L}+", r"\p{L}++").replace(r"[\r\n]*", r"[\r\n]*+")
FORMS = {
    "cl100k": ("llama3", CL100K),
    "cl100k, all possessive": ("llama3", ALL_POSSESSIVE),
    "qwen2 possessive": ("qwen2", ALL_POSSESSIVE.replace(r"\p{N}{1,3}", r"\p{N}")),
    "o200k possessive": ("o200k", O200K.replace(r"\p{N}]+", r"\p{N}]++").replace(r"[\r\n/]*", r"[\r\n/]*+")),
    **{f"{name}, the rest removed": (name, EXPRESSIONS[name][0]) for name in ("gpt2", "llama3", "qwen2", "o200k")},
    "cl100k, the rest removed": ("llama3", CL100K),
}


def as_written(spec: dict, form: str) -> dict:
    """A trained tokenizer whose split expression is written in another way."""
    removed = form.endswith("removed")
    cut = {
        "type": "Split",
        "pattern": {"Regex": FORMS[form][1]},
        "behavior": "Removed" if removed else "Isolated",
        "invert": removed,
    }
    spec["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [cut, {**BYTES, "use_regex": False}]}
    return spec


@pytest.mark.thorough
@pytest.mark.parametrize("form", FORMS)
def test_other_ways_to_write_an_expression_on_random_strings(trained, form):
    tokenizer = loaded(as_written(trained(FORMS[form][0]), form))
    assert_same_ids(tokenizer, [*strings(5_000, seed=3), *long_strings(2_000, seed=3)])


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_other_ways_to_write_an_expression_on_200_000_random_strings(trained, form):
    tokenizer = loaded(as_written(trained(FORMS[form][0]), form))
    for seed in range(10):
        assert_same_ids(tokenizer, [*strings(15_000, seed=200 + seed), *long_strings(5_000, seed=200 + seed)])


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_on_200_000_random_strings(trained, expression):
    tokenizer = loaded(trained(expression))
    for seed in range(10):
        assert_same_ids(tokenizer, [*strings(15_000, seed=100 + seed), *long_strings(5_000, seed=100 + seed)])


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_on_the_whole_corpus(trained, corpora, expression):
    tokenizer = loaded(trained(expression))
    for file in sorted((corpora / "docs").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            assert_same_ids(tokenizer, [json.loads(line)["text"] for line in lines])


@pytest.mark.thorough
def test_digits_one_by_one_before_the_gpt2_rule(trained):
    spec = trained("gpt2")
    spec["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [DIGITS, BYTES]}
    assert_same_ids(loaded(spec), strings(3_000, seed=3))


@pytest.mark.thorough
@pytest.mark.parametrize("prefix_space", [False, True])
def test_the_gpt2_rule_of_the_byte_level_step_itself(trained, prefix_space):
    spec = trained("gpt2")
    spec["pre_tokenizer"] = BYTES | {"add_prefix_space": prefix_space}
    assert_same_ids(loaded(spec), ["", " ", "a", " a", "<|pad|>a", "<|pad|> a", *strings(3_000, seed=4)])


@pytest.mark.thorough
@pytest.mark.parametrize("normalizer", [{"type": "NFC"}, {"type": "Sequence", "normalizers": [{"type": "NFC"}]}])
def test_nfc_with_added_tokens_before_and_after_it(trained, normalizer):
    spec = trained("qwen2")
    spec["normalizer"] = normalizer
    n = len(spec["model"]["vocab"])
    spec["added_tokens"] += [added("<tool>", n, special=False, normalized=True)]
    assert_same_ids(
        loaded(spec, keep_special=True),
        ["e\u0301<tool>", "<|pad|>e\u0301", "\u212a", "<tool\u212a>", *strings(4_000, seed=5)],
    )


@pytest.mark.thorough
@pytest.mark.parametrize("keep_special", [False, True])
def test_added_tokens_inside_text_the_longest_first(trained, keep_special):
    spec = trained("llama3")
    n = len(spec["model"]["vocab"])
    spec["added_tokens"] += [
        added("<tool>", n, special=False, normalized=True),
        added("<tool>s", n + 1, special=True, normalized=False),
        added("    ", n + 2, special=False, normalized=True),
        added("é", n + 3, special=False, normalized=False),
        added("/", n + 4, special=False, normalized=True),
    ]
    tokenizer = loaded(spec, keep_special=keep_special)
    assert tokenizer.judge.encode_special_tokens is not keep_special
    assert_same_ids(tokenizer, ["<tool>", "<tool>s<tool>", "<<tool>>s", *strings(4_000, seed=6)])


@pytest.mark.thorough
@pytest.mark.parametrize("normalizer", [None, {"type": "NFC"}])
def test_special_tokens_named_in_text_are_ids_of_ordinary_text(trained, normalizer):
    spec = trained("qwen2")
    spec["normalizer"] = normalizer
    n = len(spec["model"]["vocab"])
    spec["added_tokens"] += [
        added("end", n, special=False, normalized=False),  # inside a special name it is not found
        added("<|im_start|>", n + 1, special=True, normalized=True),
        added("[MASK]", n + 2, special=True, normalized=False),
        added("[MASK]s", n + 3, special=False, normalized=True),
    ]
    tokenizer = loaded(spec)
    names = ["<|endoftext|>", "<|pad|>", "<|im_start|>", "[MASK]", "[MASK]s", "end", "e\u0301", " "]
    texts = [a + b + c for a in names for b in names for c in names]
    assert_same_ids(tokenizer, [*texts, *strings(3_000, seed=14, words=(*names, "<|end"))])
    rows = tokenizer.documents(pa.array(["a <|endoftext|> b", "<|endoftext|>"], TEXT))
    assert [(rows.row(k) == tokenizer.eos_id).sum() for k in range(2)] == [1, 1]
    assert tokenizer.decode(rows.row(1)) == "<|endoftext|><|endoftext|>"


@pytest.mark.thorough
@pytest.mark.parametrize("expression", ["llama3", "o200k"])
def test_words_of_the_vocabulary_whatever_the_merges_say(trained, expression):
    spec = trained(expression)
    spec["model"]["ignore_merges"] = True
    # Words that merging would not give: a token of its own for each of some made-up ones, short and long.
    for word in ("dEaF", "漢かナ", "lLlLmMdDvVeEsStTsS", "ĠabcDEF"):
        inside = bytes_as_characters(word)
        spec["model"]["vocab"].setdefault(inside, len(spec["model"]["vocab"]))
    # Inside a long word "xyz" is a piece by itself, and there the merges do count: they give "xy" and "z".
    spec["model"]["merges"] += [["x", "y"], ["y", "z"]]
    for word in ("xy", "yz", "xyz"):
        assert word not in spec["model"]["vocab"]
        spec["model"]["vocab"][word] = len(spec["model"]["vocab"])
    texts = [
        "xyz",
        "qqqqqqqqqqqqqqqqqqqqxyzqqqqqqqq",
        "dEaF",
        " dEaF dEaF!",
        "漢かナ",
        "lLlLmMdDvVeEsStTsS",
        "x abcDEF",
        " dEaFlLlLmMdDvVeEsStTsS",
    ]
    assert_same_ids(loaded(spec), [*texts, *strings(4_000, seed=7)])


def bytes_as_characters(word: str) -> str:
    """The word as a byte-level vocabulary writes it."""
    from corpusmill.operators.tokens.bpe.byte_characters import byte_characters

    return "".join(byte_characters()[b] for b in word.replace("Ġ", " ").encode())


def test_merges_written_as_strings(trained):
    spec = trained("gpt2")
    spec["model"]["merges"] = [" ".join(pair) for pair in spec["model"]["merges"]]
    assert_same_ids(loaded(spec), strings(500, seed=8))


def template(spec: dict, *, begin: bool, end: bool) -> dict:
    special = {"id": "<|endoftext|>", "ids": [spec["model"]["vocab"]["<|endoftext|>"]], "tokens": ["<|endoftext|>"]}
    piece = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}
    single = [piece] * begin + [{"Sequence": {"id": "A", "type_id": 0}}] + [piece] * end
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single,
        "special_tokens": {"<|endoftext|>": special},
    }


@pytest.mark.parametrize(("begin", "end"), [(True, False), (False, True), (True, True)])
def test_what_the_post_processor_adds_is_added_once(trained, begin, end):
    spec = trained("llama3")
    spec["post_processor"] = {"type": "Sequence", "processors": [{**BYTES, "trim_offsets": False}]}
    spec["post_processor"]["processors"].append(template(spec, begin=begin, end=end))
    tokenizer = loaded(spec)
    assert_same_ids(tokenizer, ["", "salt", *strings(300, seed=9)])
    rows = tokenizer.documents(pa.array(["salt", None], TEXT))
    salt = rows.row(0).tolist()
    assert salt.count(tokenizer.eos_id) == 1 + begin
    assert salt[-1] == tokenizer.eos_id
    assert len(rows.row(1)) == 0


@pytest.mark.thorough
def test_slices_and_nulls(trained):
    tokenizer = loaded(trained("o200k"))
    texts = pa.array([*strings(50, seed=10), None, "tea", None], TEXT)
    whole = tokenizer.encode(texts)
    for begin, length in ((0, 53), (7, 40), (50, 3), (51, 1), (53, 0)):
        part = tokenizer.encode(texts.slice(begin, length))
        assert [part.row(k).tolist() for k in range(length)] == [whole.row(begin + k).tolist() for k in range(length)]
    assert len(whole.row(50)) == 0


def test_a_memory_that_is_full_changes_nothing(trained):
    from dataclasses import replace

    from corpusmill.operators.tokens.bpe.memory import new_memory

    tokenizer = loaded(trained("llama3"))
    assert tokenizer.fast is not None
    small = new_memory(short_slots=64, long_slots=64)
    assert_same_ids(
        replace(tokenizer, fast=replace(tokenizer.fast, memory=small, pieces=small)), strings(3_000, seed=11)
    )
    assert small.used[0] == 32
