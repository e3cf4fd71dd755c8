"""Signals that compare documents with lists, evaluation sets and corpora."""

import json
import math
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.topic import auc
from corpusmill.errors import InvalidEvaluationSet
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.contamination import Contamination as Decide
from corpusmill.operators.rewrite.contamination import CutContamination
from corpusmill.operators.signals.contamination import Contamination
from corpusmill.operators.signals.relevance import Relevance
from corpusmill.operators.signals.tfidf import SMOOTHING, Tfidf
from corpusmill.operators.signals.words_found import WordsFound
from corpusmill.operators.text.evaluation.overlap import overlap, shared_words, whole_items
from corpusmill.operators.text.evaluation.sets import evaluation_sets
from corpusmill.operators.text.words import WordRule, find_words, words_of


def batch(*texts: str | None, **columns) -> Batch:
    return Batch(pa.table({"text": pa.array(texts, TEXT), **columns}))


def jsonl(*entries: dict) -> Resource:
    return Resource("given", content="\n".join(map(json.dumps, entries)).encode())


def test_words_and_phrases_are_found_as_whole_words_in_any_case():
    words = Resource("list", content="darn\nso what\nso what now\nde\tMist\nja\t東京".encode())
    texts = ["Darn it, SO\nWhat now? so what! darned", "Mist! Mist", "Mist", "東京都", None, ""]
    languages = pa.array(["en", "de", "en", "ja", None, "de"])
    found = WordsFound(words=words, column="rude", language_column="language")(batch(*texts, language=languages)).table
    assert found.column("rude").to_pylist() == [3, 2, 0, 1, 0, 0]
    assert found.column("rude_share").to_pylist() == pytest.approx([3 / 8, 1, 0, 1 / 3, 0, 0])
    assert WordsFound(words=words, column="rude")(batch(*texts)).table.column("rude").to_pylist() == [3, 0, 0, 0, 0, 0]


POEM = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
SETS = jsonl({"set": "poem", "text": POEM}, {"set": "short", "text": "too short"}, {"set": "b", "text": POEM + " more"})


def test_overlap_names_the_set_and_the_share():
    op = Contamination(sets=SETS)
    found = op(batch(f"Before, {POEM.upper()}, after it all.", POEM[:40], "too short", None)).table
    assert found.column("contaminated_by").to_pylist() == ["poem", None, None, None]
    assert found.column("contaminated_share").to_pylist() == pytest.approx([14 / 18, 0, 0, 0])
    assert found.column("contaminated_words").to_pylist() == [14, 0, 0, 0]
    assert found.column("contaminated_items").to_pylist() == [1, 0, 0, 0]
    assert Decide(max_share=0.5)(Batch(found)).to_pylist() == ["contaminated", None, None, None]


def test_runs_are_cut_and_the_rest_stays():
    op = CutContamination(sets=SETS, run_words=8)
    found = op(batch(f"Before, {POEM}, after.", "kept as it is", None)).table
    assert found.column("text").to_pylist() == ["Before,  , after.", "kept as it is", None]
    assert found.column("contaminated_words_cut").to_pylist() == [14, 0, 0]


QUIZ = jsonl(
    {"set": "quiz", "text": "What is the capital of Peru?"},
    {"set": "quiz", "text": "To be?"},
    {"set": "quiz", "text": "!?"},
    {"set": "cafe", "text": "Wo ist das Cafe\u0301 am See"},
    {"set": "han", "text": "東京の天気は"},
    {"set": "poem", "text": POEM},
)


def test_short_items_are_matched_whole_when_that_is_chosen():
    texts = [
        'He asked: "WHAT is the\ncapital — of Peru"? Lima.',
        "What is the capital of Peruvian cuisine?",  # the last word is another
        "what is the capital city of Peru",  # a word between
        "So what is the capital of",
        "To be?",
        "wo ist das Café am See",  # composed here, decomposed in the set
        "今日、東京の天気は晴れ",
        "",
        None,
    ]
    found = Contamination(sets=QUIZ, min_item_words=4)(batch(*texts)).table
    assert found.column("contaminated_items").to_pylist() == [1, 0, 0, 0, 0, 1, 1, 0, 0]
    assert found.column("contaminated_words").to_pylist() == [6, 0, 0, 0, 0, 6, 6, 0, 0]
    assert found.column("contaminated_by").to_pylist()[:7] == ["quiz", None, None, None, None, "cafe", "han"]
    assert not any(Contamination(sets=QUIZ)(batch(*texts)).table.column("contaminated_words").to_pylist())


def test_short_items_are_cut_when_that_is_chosen():
    found = CutContamination(sets=QUIZ, min_item_words=4)(batch("Q: What is the capital of Peru? A: Lima.")).table
    assert found.column("text").to_pylist() == ["Q:  ? A: Lima."]


def test_a_whole_item_in_a_long_document_is_found_by_count():
    filler = " ".join(f"word{n}" for n in range(3500))
    texts = [f"{filler} {POEM} {filler}", f"{filler} {POEM[:-9]} {filler}", f"{POEM}. {POEM}", filler]
    found = Batch(Contamination(sets=QUIZ)(batch(*texts)).table)
    assert found.table.column("contaminated_share").to_pylist()[:2] == pytest.approx([14 / 7014, 13 / 7013])
    assert found.table.column("contaminated_items").to_pylist() == [1, 0, 1, 0]
    assert Decide()(found).to_pylist() == [None, None, "contaminated", None]
    assert Decide(max_share=None, from_items=1)(found).to_pylist() == [
        "contaminated_items", None, "contaminated_items", None,
    ]  # fmt: skip
    assert Decide(from_words=13)(found).to_pylist() == [
        "contaminated_words", "contaminated_words", "contaminated", None,
    ]  # fmt: skip


def test_items_of_the_same_beginning_are_distinguished():
    """Many questions of a benchmark begin with the same instruction."""
    head = " ".join(f"instruction{n}" for n in range(13))
    items = jsonl(*({"set": "exam", "text": f"{head} question {n}" + " more" * (n % 3)} for n in range(50)))
    op = Contamination(sets=items)
    texts = [
        f"{head} question 7 more",
        f"{head} question",
        f"{head} question 6, {head} question 9",
        f"{head} question 2",
    ]
    assert op(batch(*texts)).table.column("contaminated_items").to_pylist() == [1, 0, 2, 0]


def test_items_that_can_never_match_are_counted_by_set():
    why = "can never match: fewer than 13 words; `min_item_words` matches short items as a whole"
    assert list(Contamination(sets=QUIZ).file_remarks()) == [
        f"3 of 3 items of the evaluation set 'quiz' {why}",
        f"1 of 1 items of the evaluation set 'cafe' {why}",
        f"1 of 1 items of the evaluation set 'han' {why}",
    ]
    assert list(CutContamination(sets=QUIZ, min_item_words=1).file_remarks()) == [
        "1 of 3 items of the evaluation set 'quiz' can never match: fewer than 1 words"
    ]


@pytest.mark.parametrize("operator", [Contamination, CutContamination])
@pytest.mark.parametrize(("run_words", "min_item_words"), [(0, None), (8, 8), (8, 0), (1, 1)])
def test_lengths_that_match_nothing_are_refused(operator, run_words, min_item_words):
    with pytest.raises(ValueError, match="must be"):
        operator(sets=QUIZ, run_words=run_words, min_item_words=min_item_words)


def test_a_decision_without_a_threshold_is_refused():
    with pytest.raises(ValueError, match="drops nothing"):
        Decide(max_share=None)
    with pytest.raises(ValueError, match="from_items must be"):
        Decide(from_items=0)


@given(
    texts=st.lists(st.lists(st.sampled_from(["a", "b", "c", "東"]), max_size=12).map(" ".join), max_size=4),
    least=st.sampled_from([None, 1, 2]),
)
def test_overlap_equals_its_plain_function(texts, least):
    content = "a b c a", "東 a b", "a b", "c", "a b c a 東 東", "b 東", ""
    lines = [json.dumps({"set": name, "text": text}) for name, text in zip("xyzxyzx", content, strict=True)]
    sets = evaluation_sets("\n".join(lines).encode(), 3, least)
    words = find_words(batch(*texts), WordRule.UNICODE)
    found = overlap(words, sets)
    for i, text in enumerate(texts):
        assert found.shared[words.first[i] : words.first[i + 1]].tolist() == shared_words(text, sets)
        assert found.items[i] == whole_items(text, sets)


def test_a_bad_line_of_an_evaluation_set_is_named():
    with pytest.raises(InvalidEvaluationSet, match="line 2 of the evaluation sets"):
        evaluation_sets(b'{"set": "x", "text": "y"}\n{"text": "z"}', 13)


TARGET = jsonl({"text": "the court finds the appeal unfounded"}, {"text": "the judge dismissed the appeal"})
RAW = jsonl({"text": "the cat sat on the mat"}, {"text": "tea with milk and honey for the cat"})


def test_relevance_is_the_sum_of_log_ratios():
    op = Relevance(target=TARGET, raw=RAW, buckets=1 << 20)
    weights, means = op(batch("court", "cat", "the cat", "", None)).table.select([1, 2]).to_pydict().values()
    runs = [
        (6 + 5 + 5 + 4) + (1 << 20),
        (6 + 5 + 8 + 7) + (1 << 20),
    ]  # words and pairs, and one a bucket
    size = math.log(runs[0]) - math.log(runs[1])
    assert weights[0] == pytest.approx(math.log(2) - size, rel=1e-4)
    assert weights[1] == pytest.approx(math.log(1 / 3) - size, rel=1e-4)
    assert means[2] == pytest.approx(weights[2] / 3)
    assert (weights[3], weights[4]) == (0, 0)


def similarities(target: Resource, raw: Resource, *texts: str | None) -> list[float]:
    return Tfidf(target=target, raw=raw)(batch(*texts)).table.column("target_similarity").to_pylist()


def test_similarity_is_above_zero_towards_the_target_and_zero_for_what_is_unknown():
    text = "the court finds the appeal unfounded the judge dismissed the appeal"
    found = similarities(jsonl({"text": text}), RAW, text, "the appeal", "cat and honey", "東京 zebra", "", None)
    assert 1 > found[0] > found[1] > 0
    assert found[2] < -0.7
    assert found[3:] == [0, 0, 0]


def test_documents_of_the_target_count_alike_however_long_they_are():
    """A long document about tea does not outweigh two short ones about courts."""
    tea = " ".join(f"tea{n}" for n in range(500))
    raw = jsonl({"text": "court tea1"})
    target = jsonl({"text": tea}, {"text": "the court"}, {"text": "a court"}, {"text": ""})
    court, leaves = similarities(target, raw, "court", "tea1")
    assert court > leaves


def test_similarity_does_not_grow_with_length():
    short = "the court finds the appeal unfounded"
    found = similarities(TARGET, RAW, short, f"{short} {short} {short}")
    assert found[1] == pytest.approx(found[0], abs=0.05)


def test_a_topic_is_found_whether_its_documents_are_long_or_short():
    """Long documents of the topic, short ones of it among others, and the other way round.

    Words are drawn as in texts: some of all topics, many rare ones, each document with a theme of its own.
    """
    rng = np.random.default_rng(5)

    def written(topic: str, words: int) -> str:
        theme = rng.integers(0, 12)
        common = [f"common{n}" for n in np.minimum(rng.zipf(1.3, words), 400)]
        own = [f"{topic}{theme}x{n}" for n in np.minimum(rng.zipf(1.5, words), 60)]
        rare = [f"rare{n}" for n in rng.integers(0, 5000, words)]
        which = rng.choice(3, words, p=[0.6, 0.15, 0.25])
        return " ".join((common, own, rare)[kind][at] for at, kind in enumerate(which))

    def corpus(topics: list[str], words: list[int], each: int) -> list[str]:
        return [written(topic, size) for topic, size in zip(topics, words, strict=True) for _ in range(each)]

    others = ["law", "sea", "code"], [20, 80, 300]
    raw = jsonl(*({"text": text} for text in corpus(*others, 60)))
    beside = corpus(*others, 60)
    for target_words, found_words in ((300, 20), (20, 300), (80, 80)):
        target = jsonl(*({"text": text} for text in corpus(["cure"], [target_words], 80)))
        found = corpus(["cure"], [found_words], 60)
        scores = np.array(similarities(target, raw, *found, *beside))
        positive = np.arange(len(scores)) < len(found)
        relevance = Relevance(target=target, raw=raw)(batch(*found, *beside)).table["relevance"].to_numpy()
        assert auc(scores, positive) >= auc(relevance, positive)
        assert auc(scores, positive) > 0.95


@given(text=st.lists(st.sampled_from(["court", "cat", "tea", "the", "zebra"]), max_size=9).map(" ".join))
def test_similarity_equals_its_plain_function(text):
    counts = Counter(words_of(text, WordRule.UNICODE))
    near, far = ([Counter(words_of(json.loads(line)["text"], WordRule.UNICODE)) for line in corpus.read().split(b"\n")]
                 for corpus in (TARGET, RAW))  # fmt: skip
    documents = Counter(word for document in (*near, *far) for word in document)
    idf = {word: math.log(5 / (1 + documents[word])) + 1 for word in {*documents, *counts}}
    weights = {word: (1 + math.log(count)) * idf[word] for word, count in counts.items()}

    def shares(corpus: list[Counter]) -> dict[str, float]:
        added = Counter()
        for document in corpus:
            vector = {word: (1 + math.log(count)) * idf[word] for word, count in document.items()}
            size = math.sqrt(sum(v * v for v in vector.values()))
            added.update({word: v / size for word, v in vector.items()})  # pyright: ignore[reportArgumentType]
        return {word: value / sum(added.values()) for word, value in added.items()}

    t, r = shares(near), shares(far)
    least = SMOOTHING / len(documents)
    pairs = {word: (t.get(word, 0), r.get(word, 0)) for word in weights}
    total = sum(weight * (pairs[w][0] - pairs[w][1]) / (sum(pairs[w]) + 2 * least) for w, weight in weights.items())
    expected = total / sum(weights.values()) if weights else 0
    assert similarities(TARGET, RAW, text) == [pytest.approx(expected, abs=1e-6)]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("What’s the capital of France?", "he asked: what's the CAPITAL of France"),
        ("die große Straße", "DIE GROSSE STRASSE"),
        ("ο λόγος", "Ο ΛΌΓΟΣ"),
        ("Who wrote Ham\xadlet?", "who wrote Hamlet"),
        ("I ❤\ufe0f tea", "I ❤ tea"),
        ("Ｗｈｏ wrote it", "who wrote it"),
        ("Où est la gare", "Ou\u0300 est la gare"),
        ("法国的首都是哪里", "问:法国的首都是哪里?巴黎"),
        ("Who wrote Hamlet?", "**who**\u00a0wrote\r\n_Hamlet_"),
    ],
)
def test_an_item_is_found_as_texts_write_it(item, text):
    sets = evaluation_sets(json.dumps({"set": "quiz", "text": item}).encode(), 13, 1)
    assert whole_items(text, sets) == 1
    assert whole_items("who wrote what and where", sets) == 0
