"""Templates that ship: what they write, what they refuse, and where their answers are."""

import numpy as np
import pytest

from corpusmill.errors import UnusableTemplate
from corpusmill.operators.tokens.chat import sources
from corpusmill.operators.tokens.chat.answers import Loss, trained
from corpusmill.operators.tokens.chat.environment import Template
from tests.unit.chat.chats import TODAY, column, encoder, no_tools, turn

ASK = [
    turn("system", " Be kind. "),
    turn("user", "Hi"),
    turn("assistant", "Hello\n"),
    turn("user", "?"),
    turn("assistant", "!"),
]
WRITTEN = {
    "chatml": (
        (
            "<|im_start|>system\n Be kind. <|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
            "<|im_start|>assistant\nHello\n<|im_end|>\n"
            "<|im_start|>user\n?<|im_end|>\n<|im_start|>assistant\n!<|im_end|>\n"
        ),
        "Hello\n<|im_end|>!<|im_end|>",
    ),
    "llama3": (
        (
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\n?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n!<|eot_id|>"
        ),
        "Hello<|eot_id|>!<|eot_id|>",
    ),
    "mistral": ("<s>[INST]  Be kind. \n\nHi [/INST] Hello\n</s>[INST] ? [/INST] !</s>", " Hello\n</s> !</s>"),
    "gemma": (
        (
            "<bos><start_of_turn>user\nBe kind.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n"
            "<start_of_turn>user\n?<end_of_turn>\n<start_of_turn>model\n!<end_of_turn>\n"
        ),
        "Hello<end_of_turn>!<end_of_turn>",
    ),
}


@pytest.mark.parametrize("jinja", [False, True])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_template_writes_its_format_and_marks_the_answers(name, jinja):
    chat = encoder(name, always_jinja=jinja)
    encoded = chat.encode(column(ASK), no_tools(1))
    done = trained(encoded.rows, encoded.answers, Loss.ASSISTANT, None)
    text, answers = WRITTEN[name]
    assert chat.tokenizer.decode(done.rows.ids) == text
    assert chat.tokenizer.decode(done.rows.ids[done.mask == 1]) == answers
    assert encoded.rendered == jinja


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["chatml", "llama3", "mistral", "gemma"])
def test_a_template_refuses_tool_calls_that_it_could_not_show(name):
    call = turn("assistant", None, tool_calls='[{"function": {"name": "f", "arguments": {}}}]')
    encoded = encoder(name).encode(column([turn("user", "Hi"), call]), no_tools(1))
    assert encoded.refused == {0: "the chat template refuses it: this template has no place for tool calls"}
    assert len(encoded.rows.ids) == 0


def test_qwen_writes_tool_calls_and_marks_them():
    call = turn("assistant", None, tool_calls='[{"function": {"name": "f", "arguments": {"x": "é<"}}}]')
    chat = encoder("qwen")
    encoded = chat.encode(column([turn("user", "Hi"), call]), no_tools(1))
    done = trained(encoded.rows, encoded.answers, Loss.ASSISTANT, None)
    said = '<tool_call>\n{"name": "f", "arguments": {"x": "é<"}}\n</tool_call><|im_end|>'
    assert chat.tokenizer.decode(done.rows.ids[done.mask == 1]) == said


def test_the_files_of_a_tokenizer_give_its_template_and_named_tokens():
    config = b'{"bos_token": {"content": "<s>"}, "eos_token": null, "chat_template": "one"}'
    assert sources.from_files(config, None).text == "one"
    assert sources.from_files(config, b"two").text == "two"
    assert dict(sources.from_files(config, None).variables) == {"bos_token": "<s>"}
    several = b'{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]}'
    assert (sources.from_files(several, None).text, sources.from_files(several, None).with_tools) == ("a", "b")
    with pytest.raises(UnusableTemplate, match="no chat template next to the tokenizer"):
        sources.from_files(b"{}", None)


def test_markers_get_the_next_free_ids_and_old_ids_stay():
    chat = encoder("chatml")
    vocabulary = chat.tokenizer.judge.get_vocab(with_added_tokens=True)
    assert sorted(vocabulary.values())[-2:] == [vocabulary["<|im_start|>"], vocabulary["<|im_end|>"]]
    assert len(set(vocabulary.values())) == len(vocabulary)


def test_a_template_cannot_reach_out_of_its_sandbox():
    with pytest.raises(UnusableTemplate, match="cannot be compiled"):
        Template("{% for %}", {}, TODAY)
    chat = encoder(text="{{ messages.__class__.__mro__ }}")
    encoded = chat.encode(column([turn("user", "Hi"), turn("assistant", "a")]), no_tools(1))
    assert "unsafe" in encoded.refused[0]


def test_the_date_is_that_of_the_job():
    chat = encoder(text="{{ strftime_now('%d %b %Y') }}{% for m in messages %}{{ m.content }}{% endfor %}")
    encoded = chat.encode(column([turn("assistant", "x")]), no_tools(1))
    assert chat.tokenizer.decode(encoded.rows.ids) == "26 Jul 2024x"
    assert np.array_equal(encoded.answers.conversation, [0])
