"""Each published shape of chats and preferences gives the turns that its records mean, from each format alike."""

import orjson
import pytest

from corpusmill.operators.file_format import Span
from tests.contract.files import read, reader_of
from tests.unit.test_conversations import FILES, rows_of


def said(turns):
    return None if turns is None else [(turn["role"], turn["content"]) for turn in turns]


U, A, S = "user", "assistant", "system"
SHARED = "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Who?"
ANSWERS = [{"response": f"r{n}", "overall_score": score} for n, score in enumerate((4.0, 8.5, 1.0, 8.5))]

# shape, record, conversation, chosen, rejected
RECORDS = {
    "sharegpt": (
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], "system": "Be kind."},
        [(S, "Be kind."), (U, "Hi"), (A, "Hello")],
    ),
    "alpaca": ({"instruction": "Add.", "input": "1 2", "output": "3"}, [(U, "Add.\n\n1 2"), (A, "3")]),
    "dolly": ({"instruction": "Who?", "context": "", "response": "I."}, [(U, "Who?"), (A, "I.")]),
    "prompt_completion": ({"prompt": "Hi", "completion": "Hello"}, [(U, "Hi"), (A, "Hello")]),
    "preference": (
        {"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"},
        [(U, "Hi")],
        [(A, "Hello")],
        [(A, "Go away")],
    ),
    "hh": (
        {"chosen": f"{SHARED}\n\nAssistant: Me.", "rejected": f"{SHARED}\n\nAssistant: You.\n\nHuman: No"},
        [(U, "Hi"), (A, "Hello"), (U, "Who?")],
        [(A, "Me.")],
        [(A, "You."), (U, "No")],
    ),
    "ultrafeedback": ({"instruction": "Hi", "completions": ANSWERS}, [(U, "Hi")], [(A, "r1")], [(A, "r2")]),
}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("shape", RECORDS)
def test_a_record_gives_its_turns(form, shape):
    record, *wanted = RECORDS[shape]
    (row,) = rows_of(form, [record], {"shape": shape})
    got = [said(row[name]) for name in ("conversation", "chosen", "rejected")]
    assert got == [*wanted, None, None][:3]
    assert row["failure"] is None
    assert row["text"] == "\n\n".join(content for turns in wanted[:2] for _, content in turns)


LACKING = {
    "alpaca": ({"instruction": "Add.", "input": "1 2", "output": None}, "missing_field: output"),
    "preference": ({"prompt": None, "chosen": "Hello", "rejected": "Go away"}, "no_prompt"),
    "hh": (
        {"chosen": "Hi\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: b"},
        "no_speaker: turn 1",
    ),
    "ultrafeedback": ({"instruction": "Hi", "completions": ANSWERS[:1]}, "fewer_than_two_scores"),
    "prompt_completion": (
        {"prompt": [{"role": "user", "content": None}], "completion": "x"},
        "missing_content: turn 1",
    ),
}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("shape", LACKING)
def test_what_is_missing_is_a_failed_row(form, shape):
    record, reason = LACKING[shape]
    sound = RECORDS[shape][0]
    records = [record] if shape == "prompt_completion" else [sound, record]  # Parquet holds one type in a column
    rows = rows_of(form, records, {"shape": shape})
    assert rows[-1]["failure"] == reason
    assert rows[-1]["text"] is rows[-1]["conversation"] is None


@pytest.mark.parametrize("form", FILES)
def test_answers_that_begin_alike_are_divided_where_they_differ(form):
    first = [{"role": U, "content": "Hi"}, {"role": A, "content": "Hello"}]
    record = {"prompt": "Hi", "chosen": first, "rejected": [first[0], {"role": A, "content": "No"}]}
    same = {"prompt": "Hi", "chosen": first, "rejected": first}
    rows = rows_of(form, [record, same], {"shape": "preference"})
    assert [said(row["conversation"]) for row in rows] == [[(U, "Hi")]] * 2
    assert [said(row["rejected"]) for row in rows] == [[(A, "No")], [(A, "Hello")]]


CALL = {"role": A, "content": "look it up", "tool_calls": [{"name": "search"}]}
ASKED = [{"role": S, "content": "Be kind."}, {"role": U, "content": "Hi"}]
GOOD, BAD = ({"role": A, "content": word} for word in ("Hello", "No"))


@pytest.mark.parametrize("form", FILES)
def test_a_prompt_is_left_out_only_where_both_answers_begin_with_it(form):
    prompts = {"chosen": [CALL, GOOD], "rejected": [CALL, BAD]}, {"chosen": [*ASKED, GOOD], "rejected": [*ASKED, BAD]}
    rows = rows_of(form, [{"prompt": ASKED, **each} for each in prompts], {"shape": "preference"})
    said_first = [(S, "Be kind."), (U, "Hi")]
    assert [said(row["conversation"]) for row in rows] == [[*said_first, (A, "look it up")], said_first]
    assert [(said(row["chosen"]), said(row["rejected"])) for row in rows] == [([(A, "Hello")], [(A, "No")])] * 2
    behind_system = {"prompt": ASKED[1:], "chosen": [*ASKED, GOOD], "rejected": [*ASKED, BAD]}
    (row,) = rows_of(form, [behind_system], {"shape": "preference"})
    assert said(row["conversation"]) == said_first


@pytest.mark.parametrize("form", FILES)
def test_a_pair_without_an_answer_is_a_failed_row(form):
    asks = [{"role": U, "content": "a"}]
    pairs = ([GOOD], asks), (asks, [BAD])
    records = [{"prompt": ASKED, "chosen": chosen, "rejected": rejected} for chosen, rejected in pairs]
    assert [row["failure"] for row in rows_of(form, records, {"shape": "preference"})] == ["no_answer"] * 2


@pytest.mark.parametrize("form", FILES)
def test_scores_that_are_all_the_same_make_no_pair(form):
    even = [{"response": "a", "overall_score": 1.0}, {"response": "b", "overall_score": 1.0}]
    records = [{"instruction": "Hi", "completions": even}, {"instruction": "Hi", "completions": ANSWERS}]
    assert len(rows_of(form, records, {"shape": "ultrafeedback"})) == 1


def message(ident, parent, role, text, rank=None):
    return {"message_id": ident, "parent_id": parent, "role": role, "text": text, "rank": rank, "lang": "en"}


MESSAGES = [
    message("1", None, "prompter", "Hi"),
    message("2", "1", "assistant", "worse", 1),
    message("4", "2", "prompter", "why?"),
    message("3", "1", "assistant", "better", 0),
    message("5", "3", "prompter", "and?"),
    message("6", "5", "assistant", "so."),
    message("7", "6", "prompter", "unanswered"),
    message("8", "gone", "assistant", "lost"),
]


def nested(ident):
    found = next(each for each in MESSAGES if each["message_id"] == ident)
    return {**found, "replies": [nested(each["message_id"]) for each in MESSAGES if each["parent_id"] == ident]}


@pytest.mark.parametrize("form", FILES)
def test_messages_of_a_tree_are_one_conversation_by_rank(form):
    rows = rows_of(form, MESSAGES, {"shape": "oasst", "columns": {"lang": "lang", "source_id": "message_id"}})
    kept = [row for row in rows if row["failure"] is None]
    assert [said(row["conversation"]) for row in kept] == [[(U, "Hi"), (A, "better"), (U, "and?"), (A, "so.")]]
    assert (kept[0]["source_id"], kept[0]["lang"]) == ("6", "en")
    assert [row["failure"] for row in rows if row["failure"]] == ["missing_parent: gone"]


@pytest.mark.parametrize("form", FILES)
def test_every_path_of_a_tree_can_be_had(form):
    rows = rows_of(form, MESSAGES, {"shape": "oasst", "replies": "all"})
    kept = [said(row["conversation"]) for row in rows if row["failure"] is None]
    assert kept == [[(U, "Hi"), (A, "worse")], [(U, "Hi"), (A, "better"), (U, "and?"), (A, "so.")]]


def test_a_tree_that_is_no_json_is_a_failed_row_and_the_others_are_read():
    trees = [{"prompt": orjson.dumps(nested("1")).decode()}, {"prompt": "{bad"}, {"prompt": "[1]"}]
    for form in FILES:
        rows = rows_of(form, trees, {"shape": "oasst"})
        assert [said(row["conversation"])[-1] for row in rows if row["failure"] is None] == [(A, "so.")]
        failures = [row["failure"] for row in rows if row["failure"]]
        assert failures[0].startswith("bad_json: tree: ")
        assert failures[1:] == ["missing_field: message_id"]


def test_further_fields_of_a_tree_are_those_of_the_last_message():
    columns = {"language": "lang", "columns": {"number": "message_id", "order": "rank"}, "types": {"order": "int"}}
    rows = rows_of("jsonl", [{"prompt": nested("1")}], {"shape": "oasst", **columns})
    assert [(row["declared_language"], row["number"], row["order"]) for row in rows] == [("en", "6", None)]


@pytest.mark.parametrize("form", FILES)
def test_a_file_of_messages_is_read_whole_by_its_first_span(form):
    data = FILES[form](MESSAGES)
    reader = reader_of(f"readers.{form}", {"shape": "oasst"})
    whole = read(reader, data)
    parts = [read(reader, data, Span(a, b)) for a, b in ((0, 40), (40, len(data)))]
    assert [row for row in parts[0] if row["skipped"] != "other_span"] == whole
    assert [row["skipped"] for row in parts[1]] == ["other_span"]
    assert sum(row["length"] for part in parts for row in part) == len(data)


def test_a_tree_on_one_line_gives_the_same_as_its_messages():
    tree = {"message_tree_id": "1", "prompt": nested("1")}
    rows = rows_of("jsonl", [tree, tree], {"shape": "oasst", "columns": {"source_id": "message_tree_id"}})
    assert [said(row["conversation"])[-1] for row in rows] == [(A, "so.")] * 2
    assert [row["source_id"] for row in rows] == ["1", "1"]
