"""What is measured of conversations: against plain Python, on labelled answers, and where lists have nulls."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource, Signal
from corpusmill.operators.signals.words_found import WordsFound
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.text.hashing import run_hash, word_hash
from corpusmill.operators.text.word_overlap import repeated_runs, shared_words, sum_hashes
from corpusmill.operators.text.words import WordRule, find_words
from tests.contract.documents import turns

MODEL = "shipped:signals/models/lid.176.ftz"
LABELLED = Path(__file__).parents[1] / "data" / "reasoning_steps.jsonl"
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


def measured(conversations: list, chosen: list | None = None) -> pa.Table:
    """The columns that signals.conversation adds for these."""
    op = load.equip(load.build("signals.conversation", {}), load.shipped)
    assert isinstance(op, Signal)
    rows = pa.array(conversations, CONVERSATION)
    better = pa.array(chosen or [None] * len(rows), CONVERSATION)
    return op(Batch(pa.table({"conversation": rows, "chosen": better}))).table


def answer(text: str) -> list:
    return turns(("user", "?"), ("assistant", text))


def test_steps_of_labelled_answers_are_as_far_off_as_the_docstring_says():
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    found = measured([answer(row["answer"]) for row in rows])["chat_steps"].to_numpy()
    errors = np.abs(np.maximum(found, 1) - np.array([row["steps"] for row in rows]))
    print([(int(f), row) for f, row, e in zip(found, rows, errors, strict=True) if e])
    print(f"mean error {errors.mean():.3f}, within one {np.mean(errors <= 1):.3f} of {len(rows)}")
    assert errors.mean() <= 0.45
    assert np.mean(errors <= 1) >= 0.9


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("```\nx\n```", "chat_code_ratio", 1.0),
        ("```\nnever closed", "chat_code_ratio", 1.0),
        ("costs $5 or $6", "chat_formula_ratio", 0.0),
        ("$x$", "chat_formula_ratio", 1.0),
        ("```\n$x$\n```", "chat_formula_ratio", 0.0),
        ("I’m unable to help you", "chat_refusals", 1),
        ("很抱歉,我无法提供这个。", "chat_refusals", 1),
        ("I can help with that", "chat_refusals", 0),
        ("x " * 400 + "as an AI language model", "chat_refusals", 0),
        ("1. a\nso it goes\n2. b", "chat_steps", 2),
    ],
)
def test_one_answer(text, column, value):
    assert measured([answer(text)])[column].to_pylist() == [value]


def test_a_preference_is_measured_with_its_chosen_answer_and_a_slice_as_the_whole():
    shared, better = turns(("user", "Say hi")), turns(("assistant", "hi hi"))
    table = measured([shared, answer("x"), None], [better, None, None])
    assert table["chat_answer_chars"].to_pylist() == [5, 1, 0]
    assert table["chat_overlap_ratio"].to_pylist() == [1, 0, 0]
    op = load.equip(load.build("signals.conversation", {}), load.shipped)
    assert isinstance(op, Signal)
    part = op(Batch(table.select(["conversation", "chosen"]).slice(1, 2))).table
    assert part.equals(table.slice(1, 2).select(part.column_names))


@given(of=WORDS, within=WORDS, size=st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_kernels_count_as_plain_python_does(of, within, size):
    first, second = (Batch(pa.table({"text": pa.array([" ".join(w), "a b"], pa.large_string())})) for w in (of, within))
    words, others = (b.once(find_words, WordRule.UNICODE) for b in (first, second))
    assert shared_words(words, others)[:, 0].tolist() == [len(set(of)), len(set(of) & set(within))]
    runs = [tuple(of[i : i + size]) for i in range(len(of) - size + 1)]
    assert repeated_runs(words, size)[:, 0].tolist() == [len(runs), len(runs) - len(set(runs))]
    assert sum_hashes(words)[0] == run_hash([word_hash(w) for w in of])


def test_prompts_of_the_same_words_have_the_same_key():
    said = ["Write a poem!", "write  a poem", "write a book", "?"]
    keys = measured([turns(("user", text), ("assistant", "no")) for text in said])["chat_prompt_key"].to_pylist()
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] is None


def test_terms_are_counted_and_texts_classified_in_the_field_that_a_step_names():
    asked, said = "How tall is the tide, and is a tide a wave?", "Das weiß ich leider nicht genau."
    said = turns(("user", asked), ("assistant", said))
    batch = Batch(pa.table({"conversation": pa.array([said, None], CONVERSATION), "text": pa.array(["", ""], TEXT)}))
    found = {}
    for field in ("prompt", "answer"):
        terms = WordsFound(words=Resource("terms", b"tide\nwave\n"), column="terms", field=field)
        kinds = load.build("signals.fasttext", {"model": MODEL, "column": "task", "field": field})
        found[field] = [
            terms(batch).table.select(["terms", "terms_share"]).to_pylist()[0],
            load.equip(kinds, load.shipped)(batch).table["task"].to_pylist()[0],
        ]
    assert found["prompt"] == [{"terms": 3, "terms_share": pytest.approx(3 / 11)}, "en"]
    assert found["answer"] == [{"terms": 0, "terms_share": 0.0}, "de"]
    with pytest.raises(ValueError, match="field must be one of"):
        WordsFound(words=Resource("terms", b""), column="terms", field="question")
