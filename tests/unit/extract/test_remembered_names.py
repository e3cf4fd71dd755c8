"""Class words of a value that stands in many tags are those of the value that stands in one."""

import numpy as np
import pytest

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.parse.tokenizer import tokenize

LONG = " ".join(f"word-x{chr(97 + k)}y" for k in range(20))  # more words than are read of an id
TAGS = (
    '<div class="post item-first">',
    '<div id="post item-first">',
    '<div role="post item-first">',
    f'<div class="{LONG}">',
    f'<div id="{LONG}">',
    '<div class="" id=a hidden>',
)


def names_and_signatures(html: str) -> list[tuple[list[int], int]]:
    source = np.frombuffer(html.encode(), np.uint8)
    tokenize(source, len(source), WS)
    rows = WS.elements[1 : WS.state[C.ELEMENTS]].tolist()
    return [(WS.names[row[C.E_NAMES_FROM] : row[C.E_NAMES_TO]].tolist(), row[C.SIGNATURE]) for row in rows]


WS = allocate(1 << 16)


@pytest.mark.parametrize("again", [1, 2, 3])
def test_a_value_has_the_same_words_wherever_it_stands(again):
    alone = [names_and_signatures(tag)[0] for tag in TAGS]
    assert len({tuple(names) for names, _ in alone}) == len(TAGS) - 1  # class and id have the same words, of few
    assert alone[0][0] == alone[1][0]
    assert len(alone[3][0]) == 12
    assert len(alone[4][0]) == 6
    assert names_and_signatures("".join(TAGS) * again) == alone * again
