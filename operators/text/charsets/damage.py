"""Measures how much of a text that is not valid UTF-8 is UTF-8 all the same."""

import re
from dataclasses import dataclass

import numpy as np

REPLACED = re.compile("\ufffd+")
WORD_BYTES = 6  # of a run of broken bytes without a space, so many count as a word


@dataclass(frozen=True)
class Damage:
    """Of a text read as UTF-8: what is whole beyond ASCII, what is broken, and how long the text is."""

    valid: int  # characters beyond ASCII
    broken: int  # U+FFFD that reading gives; those in the text as it is, too
    broken_words: float  # runs of them, long ones counted by their length
    words: int


def damage_of(text: np.ndarray) -> Damage:
    """The damage of text of `detector.text_of`. A last character that is cut short does not count.

    >>> damage_of(np.frombuffer("Größe déjà ".encode() + b"Jos\\xe9 Mu\\xf1oz", np.uint8))
    Damage(valid=4, broken=2, broken_words=2, words=4)
    """
    read = text.tobytes().decode("utf-8", "replace")
    beyond = len(read) - int((text < 0x80).sum())
    broken = read.count("\ufffd")
    runs = len(REPLACED.findall(read))
    if beyond > broken and read.endswith("\ufffd"):
        beyond, broken, runs = beyond - 1, broken - 1, runs - (not read.endswith("\ufffd\ufffd"))
    return Damage(beyond - broken, broken, max(runs, broken / WORD_BYTES), int((text == 32).sum()) + 1)
