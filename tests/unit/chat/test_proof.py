"""Templates that look into contents are never derived; those that write, trim and seek constants in them are."""

import re

import pytest

from corpusmill.operators.tokens.chat.derive import derive, triggers_of
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.chat.proof import Proof, prover_of
from corpusmill.operators.tokens.chat.symbolic import Slot
from tests.unit.chat.chats import TODAY, column, encoder, no_tools, turn

ROLES = ("user", "assistant")
NO_TOKEN = re.compile("(?!)")
# What stands in the place of a content, or is written behind it.
LOOKS = {
    "length": "{% if m.content | length > 40 %}{{ 'long ' }}{% endif %}{{ m.content }}",
    "count of a letter": "{{ m.content }}{% if m.content.count('e') > 3 %}{{ '!' }}{% endif %}",
    "slice": "{{ m.content }}{% if m.content[:2] == 'He' %}{{ '!' }}{% endif %}",
    "first letter": "{{ m.content }}{% if m.content | first == 'H' %}{{ '!' }}{% endif %}",
    "last word": "{{ m.content }}{% if m.content.split(' ') | last | length > 4 %}{{ '!' }}{% endif %}",
    "words": "{{ m.content }}{{ m.content.split() | length }}",
    "word count": "{{ m.content }}{{ m.content | wordcount }}",
    "variable sought": "{% set x = 'He' %}{{ m.content }}{% if x in m.content %}{{ '!' }}{% endif %}",
    "joined sought": "{{ m.content }}{% if 'H' ~ 'e' in m.content %}{{ '!' }}{% endif %}",
    "begins with a variable": "{% set x = 'He' %}{{ m.content }}{% if m.content.startswith(x) %}{{ '!' }}{% endif %}",
    "trimmed, compared": "{{ m.content }}{% if m.content | trim == 'Hello there' %}{{ '!' }}{% endif %}",
    "order": "{{ m.content }}{% if m.content > 'I' %}{{ '!' }}{% endif %}",
    "two compared": "{{ m.content }}{% if m.content == messages[0].content %}{{ '!' }}{% endif %}",
    "in a text": "{{ m.content }}{% if m.content in 'Hello there, you' %}{{ '!' }}{% endif %}",
    "number": "{{ m.content }}{% if m.content | int %}{{ '!' }}{% endif %}",
    "capitals": "{{ m.content }}{% if m.content is upper %}{{ '!' }}{% endif %}",
    "block, length": "{% set t %}{{ m.content }}{% endset %}{{ t }}{% if t | length > 40 %}{{ '!' }}{% endif %}",
    "macro, length": "{% macro w(c) %}{{ c }}{% endmacro %}{{ m.content }}"
    "{% if w(m.content) | length > 40 %}{{ '!' }}{% endif %}",
    "concatenated, length": "{{ m.content }}{% if (m.content ~ '.') | length > 40 %}{{ '!' }}{% endif %}",
    "added, length": "{{ m.content }}{% if ('.' + m.content) | length > 40 %}{{ '!' }}{% endif %}",
    "added, sought": "{{ m.content }}{% if '.H' in '.' + m.content %}{{ '!' }}{% endif %}",
    "formatted": "{{ m.content }}{% if ('%s' % m.content) | length > 40 %}{{ '!' }}{% endif %}",
    "key": "{{ m.content }}{{ {'Hello there': '!'}.get(m.content, '') }}",
    "list sought": "{% set l = ['Hello there'] %}{{ m.content }}{% if m.content | trim in l %}{{ '!' }}{% endif %}",
    "changed": "{{ m.content }}{% if loop.changed(m.content | length) %}{{ '!' }}{% endif %}",
    "sorted": "{{ m.content }}{{ (messages | sort(attribute='content') | first).role }}",
    "chosen by test": "{{ m.content }}{{ messages | selectattr('content', 'lower') | list | length }}",
    "joined list": "{{ m.content }}{{ [m.content] | join(',') | length }}",
}
PLAIN = {
    "trimmed": "{{ m.content | trim }}",
    "concatenated": "{{ '<' ~ m.content ~ '>' }}",
    "block": "{% set t %}{{ m.content }}{% endset %}{{ t }}",
    "macro": "{% macro w(c) %}{% if c is string %}{{ c | trim }}{% else %}{{ c | tojson }}{% endif %}{% endmacro %}"
    "{{ w(m.content) }}",
    "thoughts": "{% if '</think>' in m.content %}{{ m.content.split('</think>')[-1].lstrip('\n') }}"
    "{% else %}{{ m.content }}{% endif %}",
    "split": "{{ m.content.split('</think>')[-1] }}",
    "namespace": "{% set n = namespace(last='') %}{% set n.last = m.content %}{{ n.last.rstrip() }}",
    "compared": "{% if m.content == 'none' %}{{ '-' }}{% else %}{{ m.content }}{% endif %}",
    "default": "{{ m.content | default('') | string }}",
    "list": "{% if m.content is string %}{{ m.content }}{% else %}{{ m.content | length }}{% endif %}",
    "marked": "{% generation %}{{ m.content }}{% endgeneration %}",
}
CONTENTS = (
    "Hello there",
    " Hello there\n",
    "HELLO",
    "17",
    "none",
    "a</think>b",
    "Hello " * 20,
    "e e e e e",
    ".H",
    "You",
)


def template(body: str) -> str:
    return "{% for m in messages %}{{ '<' + m.role + '>' }}" + body + "{{ '<end>' }}{% endfor %}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", LOOKS)
def test_a_template_that_looks_into_contents_is_not_derived(name):
    made = Template(template(LOOKS[name]), {}, TODAY)
    proof = prover_of(made).proof(ROLES)
    assert derive(made, ROLES, NO_TOKEN) is None, proof
    print(f"{name}: {proof}")


@pytest.mark.parametrize("name", PLAIN)
def test_a_template_that_puts_contents_in_places_is_derived(name):
    made = Template(template(PLAIN[name]), {}, TODAY)
    assert isinstance(prover_of(made).proof(ROLES), Proof), prover_of(made).proof(ROLES)
    assert derive(made, ROLES, NO_TOKEN) is not None


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_derived_writes_every_content_without_a_trigger_as_jinja_does(name):
    made = Template(template(PLAIN[name]), {}, TODAY)
    derived, triggers = derive(made, ROLES, NO_TOKEN), triggers_of(made)
    assert derived is not None
    for content in CONTENTS:
        if content not in triggers.whole and not any(each in content for each in triggers.inside):
            said = ["You", content]
            messages = [{"role": role, "content": each} for role, each in zip(ROLES, said, strict=True)]
            assert derived.form.text(derived.trimmed(said)) == made.render(messages).text


@pytest.mark.thorough
def test_contents_with_a_trigger_go_through_jinja():
    chats = column(*([turn("user", "You"), turn("assistant", content)] for content in CONTENTS))
    auto, jinja = (encoder(text=template(PLAIN["thoughts"]), always_jinja=always) for always in (False, True))
    ours, theirs = (chat.encode(chats, no_tools(len(CONTENTS))) for chat in (auto, jinja))
    assert ours.rows.ids.tolist() == theirs.rows.ids.tolist()
    assert ours.rendered == 1


def test_a_proof_has_the_places_of_contents_and_what_was_sought_in_them():
    body = "{% if 'stop' in m.content %}{{ '-' }}{% endif %}{{ (' ' ~ m.content) | trim }}"
    proof = prover_of(Template(template(body), {}, TODAY)).proof(ROLES)
    assert isinstance(proof, Proof)
    assert proof.inside == {"stop"}
    assert proof.pieces == (
        "<user>",
        Slot(turn=0, trims_begin=True, trims_end=True),
        "<end><assistant>",
        Slot(turn=1, trims_begin=True, trims_end=True),
        "<end>",
    )


@pytest.mark.thorough
def test_the_reason_is_in_the_description_of_how_conversations_go_through():
    made = encoder()
    said = []
    for name in ("length", "trimmed, compared"):
        made.template = Template(template(LOOKS[name]), {}, TODAY)
        said.append(made.description)
    begin = "conversations are rendered by Jinja one by one (slow): what the template does with contents"
    assert said == [f"{begin} has no derived form ({why})" for why in ("length", "a search for 'Hello there'")]
