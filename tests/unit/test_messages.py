"""Messages are in plain words: `python -m tests.messages` lists them all."""

import re

from tests.messages import messages

# What they stand for here: reported, requested, expected, missing, again, is in, next to.
UNPLAIN = re.compile(
    r"\b(told|asked|asks?|wanted|wants|gone|went|anew|lies?|beside|desk|withheld|settled|sound|leaf)\b"
)
FILLED_IN = re.compile(r"\{[^}]*\}")


def test_messages_are_found():
    found = messages()
    assert len(found) > 450
    assert any("check the folder or the pattern" in text for _, text in found)  # returned, in the room of inputs
    assert any("groups run out; the largest budget" in text for _, text in found)  # raised, an f-string of two lines


def test_messages_have_no_words_that_need_decoding():
    unplain = [(file, text) for file, text in messages() if UNPLAIN.search(FILLED_IN.sub("", text))]
    assert unplain == []
