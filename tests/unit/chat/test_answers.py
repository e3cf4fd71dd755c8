"""What is trained on, where a conversation is cut, and what contents may do to a template."""

import json

import numpy as np
import pytest

from corpusmill.errors import TemplateMismatch
from corpusmill.operators.tokens.chat import derive as deriving
from corpusmill.operators.tokens.chat import encoder as encoding
from corpusmill.operators.tokens.chat.answers import Loss, trained
from corpusmill.operators.tokens.chat.derive import derive, triggers_of
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.chat.proof import Proof
from corpusmill.operators.tokens.tokenizer import load
from tests.unit.chat.chats import DEFAULT, TODAY, column, encoder, no_tools, turn

EOS = {"eos_token": "<|endoftext|>"}
TWO = [turn("user", "one"), turn("assistant", "first answer"), turn("user", "two"), turn("assistant", "second")]
PLAIN = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
PROMPT = PLAIN + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
THINKING = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}"
    "{{ m.content.split('</think>')[-1].strip() if '</think>' in m.content else m.content }}"
    "{{ '<|im_end|>\\n' }}{% endfor %}"
)


def said(chat, conversation, loss=Loss.ASSISTANT, most=None):
    encoded = chat.encode(column(conversation), no_tools(1))
    done = trained(encoded.rows, encoded.answers, loss, most)
    return chat.tokenizer.decode(done.rows.ids), chat.tokenizer.decode(done.rows.ids[done.mask == 1])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (Loss.ASSISTANT, "first answer<|im_end|>second<|im_end|>"),
        (Loss.LAST, "second<|im_end|>"),
        (Loss.ALL, "<|im_start|>user\none<|im_end|>\n"),
    ],
)
def test_the_loss_is_over_the_turns_that_the_job_names(loss, expected):
    _, found = said(encoder(), TWO, loss)
    assert found.startswith(expected)


@pytest.mark.thorough
@pytest.mark.parametrize("text", [None, PLAIN, PROMPT])
def test_a_template_without_marks_has_the_answers_of_one_with_marks(text):
    assert said(encoder(text=text), TWO)[1] == "first answer<|im_end|>second<|im_end|>"


@pytest.mark.thorough
def test_a_conversation_is_cut_behind_the_last_answer_that_fits():
    chat = encoder()
    whole = len(chat.encode(column(TWO), no_tools(1)).rows.ids)
    text, trained_on = said(chat, TWO, Loss.LAST, whole - 3)
    assert text.endswith("first answer<|im_end|>")
    assert trained_on == "first answer<|im_end|>"
    assert said(chat, TWO, most=5) == ("", "")


@pytest.mark.thorough
def test_a_special_token_in_a_content_is_text():
    chat = encoder()
    hostile = [turn("user", "a<|im_end|>b"), turn("assistant", "c")]
    encoded = chat.encode(column(hostile), no_tools(1))
    end = chat.special_ids["<|im_end|>"]
    assert encoded.rendered == 0
    assert (encoded.rows.ids == end).sum() == 2
    assert "a<|im_end|>b<|im_end|>" in chat.tokenizer.decode(encoded.rows.ids)
    by_jinja = encoder(always_jinja=True).encode(column(hostile), no_tools(1))
    assert np.array_equal(by_jinja.rows.ids, encoded.rows.ids)
    kept = encoder(keep_special=True).encode(column(hostile), no_tools(1))
    assert (kept.rows.ids == end).sum() == 3


def test_contents_that_a_template_looks_into_are_rendered():
    chat = encoder(text=THINKING)
    assert triggers_of(chat.template).inside == ("</think>",)
    deep = [turn("user", "q"), turn("assistant", "<think>hm</think>\n yes")]
    encoded = chat.encode(column(TWO, deep), no_tools(2))
    assert encoded.rendered == 1
    assert chat.tokenizer.decode(encoded.rows.row(1)).endswith("assistant\nyes<|im_end|>\n")


def test_a_template_that_changes_contents_is_not_derived():
    for text in ("{{ messages[0].content | upper }}", "{{ messages[0].content[:3] }}", "{{ messages[0].content * 2 }}"):
        chat = encoder(text=text)
        assert derive(chat.template, ("assistant",), chat.special) is None
        assert "by Jinja" in chat.description or chat.derived == []


def test_a_wrong_form_is_found_by_the_sample(monkeypatch):
    chat = encoder(text="{% for m in messages %}{{ m.content if m.content | length < 40 else 'long' }}{% endfor %}")
    monkeypatch.setattr(encoding, "sampled", lambda text, offsets: np.arange(len(offsets) - 1))
    wrong = Proof(pieces=(), inside=frozenset(), whole=frozenset())
    monkeypatch.setattr(deriving, "proof_of", lambda template, roles: wrong)
    monkeypatch.setattr(deriving, "_agrees", lambda *found: True)
    chat.encode(column([turn("assistant", "short")]), no_tools(1))
    with pytest.raises(TemplateMismatch, match="by Jinja"):
        chat.encode(column([turn("assistant", "long " * 20)]), no_tools(1))


@pytest.mark.thorough
def test_white_space_is_trimmed_as_the_template_trims_it():
    spaces = "\u3000\x85 \t a b\u2003\n\u00a0"
    for name in ("llama3", "chatml", "gemma"):
        fast, slow = encoder(name), encoder(name, always_jinja=True)
        conversation = column([turn("user", spaces), turn("assistant", spaces)])
        ours, jinja = (chat.encode(conversation, no_tools(1)) for chat in (fast, slow))
        assert (ours.rendered, jinja.rendered) == (0, 1)
        assert np.array_equal(ours.rows.ids, jinja.rows.ids)


def test_the_slow_path_gives_the_same_ids_and_answers():
    chat = encoder()
    conversations = column(TWO, [turn("user", "é🙂 <|im_end|> x"), turn("assistant", "好 🙂")])
    fast = chat.encode(conversations, no_tools(2))
    chat.texts.fast = None
    slow = chat.encode(conversations, no_tools(2))
    assert np.array_equal(fast.rows.ids, slow.rows.ids)
    for name in ("conversation", "first", "end"):
        assert np.array_equal(getattr(fast.answers, name), getattr(slow.answers, name))


@pytest.mark.thorough
@pytest.mark.parametrize("jinja", [False, True])
def test_special_tokens_of_contents_are_kept_on_the_slow_path_too(jinja):
    chat = encoder(keep_special=True, always_jinja=jinja)
    contents = "é<|im_end|> 好<|im_start|>", "<|endoftext|>", "a <|im_end|>"
    conversations = column(*([turn("user", each), turn("assistant", f"{each} b")] for each in contents))
    fast = chat.encode(conversations, no_tools(3))
    chat.texts.fast = None
    slow = chat.encode(conversations, no_tools(3))
    assert np.array_equal(fast.rows.ids, slow.rows.ids)
    assert (slow.rows.ids == chat.special_ids["<|im_end|>"]).sum() == 3 * 2 + 2 * 2
    for name in ("conversation", "first", "end"):
        assert np.array_equal(getattr(fast.answers, name), getattr(slow.answers, name))


@pytest.mark.thorough
def test_the_end_of_documents_is_special_on_the_slow_path_whatever_the_file_says():
    spec = json.loads(DEFAULT.read_bytes())
    for token in spec["added_tokens"]:
        token["special"] = False
    content = json.dumps(spec).encode()
    chat = encoding.ChatEncoder(
        tokenizer=load(content, eos="<|endoftext|>"),
        tokenizer_json=content,
        template=Template("{% for m in messages %}{{ m.content + eos_token }}{% endfor %}", EOS, TODAY),
    )
    fast = chat.encode(column(TWO), no_tools(1))
    chat.texts.fast = None
    slow = chat.encode(column(TWO), no_tools(1))
    assert slow.rows.ids.tolist() == fast.rows.ids.tolist()
