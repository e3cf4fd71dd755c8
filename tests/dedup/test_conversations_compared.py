"""Conversations that differ in calls of tools or in the worse answer alone are no duplicates of each other."""

import json

import pytest

from corpusmill.operators.text.conversation import BETWEEN_TURNS
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from tests.dedup.workspace import Doc, Workspace

NOTHING = {"name": None, "tool_calls": None, "tool_call_id": None}
GOOD = "The tide comes in twice a day, drawn by the moon and the sun, and goes out as often."
BAD = [
    "Tides are made by wind alone, which blows from the sea in the morning and from the land in the evening.",
    "Nobody has ever found out why the water of the sea comes and goes, and books about it disagree in all points.",
]


def turn(role: str, content: str | None, **more: str) -> dict[str, str | None]:
    return {"role": role, "content": content, **NOTHING, **more}


def preference(worse: str) -> Doc:
    asked = [turn("user", "Why are there tides?")]
    answers = {"chosen": [turn("assistant", GOOD)], "rejected": [turn("assistant", worse)]}
    return Doc(text=f"Why are there tides?{BETWEEN_TURNS}{GOOD}", turns={"conversation": asked, **answers})


def call(city: str, tools: str | None = None) -> Doc:
    called = json.dumps([{"function": {"name": "weather", "arguments": {"city": city, "unit": "celsius"}}}])
    turns = [turn("user", "How is the weather there?"), turn("assistant", None, tool_calls=called)]
    return Doc(text="How is the weather there?", turns={"conversation": turns, "tools": tools})


EXACT = DedupSpec(text=True, near=None)


def removed(folder, docs: list[Doc], spec: DedupSpec) -> dict[int, str]:
    workspace = Workspace(folder, spec)
    workspace.put(docs)
    return workspace.reasons(workspace.dedup())


def test_copies_have_the_same_worse_answer_calls_and_tools(tmp_path):
    docs = [preference(BAD[0]), preference(BAD[1]), preference(BAD[0])]
    docs += [call("Oslo"), call("Rome"), call("Oslo"), call("Oslo", '[{"name": "weather"}]')]
    docs += [Doc(text="How is the weather there?")]
    assert removed(tmp_path, docs, EXACT) == {2: "text", 5: "text"}


def test_a_worse_answer_is_not_taken_for_text(tmp_path):
    docs = [preference(BAD[0]), Doc(text=BETWEEN_TURNS.join(["Why are there tides?", GOOD, BAD[0]]))]
    assert removed(tmp_path, docs, EXACT) == {}


@pytest.mark.parametrize("verify", ["text", "estimate"])
def test_preferences_with_another_worse_answer_are_not_similar(tmp_path, verify):
    near = DedupSpec.model_validate({"text": False, "near": {"preset": "fineweb", "verify": verify}})
    docs = [preference(BAD[0]), preference(BAD[1]), preference(BAD[0] + " Some say.")]
    assert removed(tmp_path, docs, near) in ({2: "near"}, {0: "near"})
