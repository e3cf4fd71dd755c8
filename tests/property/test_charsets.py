"""The kernels of the detector of encodings give what plain Python gives, on any bytes."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpusmill.operators.text.charsets import double_byte as D
from corpusmill.operators.text.charsets.candidates import DOUBLE_BYTE, LATIN, SINGLE_BYTE
from corpusmill.operators.text.charsets.model import PER_BIT
from corpusmill.operators.text.charsets.pairs import language_costs, pairs_of, shared_cost
from corpusmill.operators.text.charsets.tables import tables
from corpusmill.operators.text.charsets.visible import LONGEST_TAG_BYTES, visible

TAGS = "<p>|</p>|<script>|</script>|</SCRIPT|<style a=b>|</style>|<!--|-->|<|>|<b|<scripts>|<3|&|\n"
PIECES = st.sampled_from([*TAGS.split("|"), *"日жéaA "])
PAGES = st.one_of(
    st.binary(max_size=200),
    st.lists(PIECES, max_size=25).map("".join).map(str.encode),
    st.text(max_size=60).map(lambda text: text.encode("gb18030", "replace")),
    st.text(max_size=60).map(lambda text: text.encode("euc_jp", "replace")),
)


def plain_after_markup(page: bytes, i: int) -> int:
    """Where markup at `i` ends; i + 1 for none."""
    if re.match(rb"<!--", page[i:]):
        end = page.find(b"-->", i + 4)
        return i + 1 if end < 0 else end + 3
    if not re.match(rb"<[A-Za-z/!?]", page[i:]):
        return i + 1
    close = page.find(b">", i, i + LONGEST_TAG_BYTES)
    if close < 0:
        return i + 1
    raw = re.match(rb"<(script|style)(?![A-Za-z])(?=.)", page[i:], re.IGNORECASE | re.DOTALL)
    if not raw:
        return close + 1
    ends = re.compile(rb"</" + raw[1] + rb"(?![A-Za-z])(?=.)", re.IGNORECASE | re.DOTALL).search(page, close + 1)
    return ends.start() if ends else len(page)


def plain_visible(page: bytes) -> bytes:
    """The text of a page: markup and white space are one space."""
    out, i = bytearray(), 0
    while i < len(page):
        after = plain_after_markup(page, i) if page[i] == 60 else i + 1
        blank = after > i + 1 or (page[i] <= 32 and page[i] != 27)
        out.append(32 if blank else page[i])
        i = after
    return re.sub(rb" +", b" ", bytes(out)).removeprefix(b" ")


def plain_double_byte(text: bytes, table: np.ndarray, codec: str) -> int:
    """What a text costs, character by character."""
    total, i, before = 0, 0, True
    while i < len(text):
        if text[i] < 128:
            total += 0 if before else D.ASCII_AFTER_BITS * PER_BIT
            before, i = True, i + 1
            continue
        before = False
        if table[65536 + text[i]] != D.INVALID:
            total, i = total + int(table[65536 + text[i]]), i + 1
        elif i + 1 == len(text):
            return total + D.RARE_BITS * PER_BIT
        elif table[text[i] * 256 + text[i + 1]] != D.INVALID:
            total, i = total + int(table[text[i] * 256 + text[i + 1]]), i + 2
        elif codec == "gb18030" and re.match(rb".[0-9][\x81-\xfe][0-9]", text[i : i + 4], re.DOTALL):
            total, i = total + D.LONG_BITS * PER_BIT, i + 4
        elif codec == "euc_jp" and re.match(rb"\x8f[\xa1-\xff]{2}", text[i : i + 3]):
            total, i = total + D.LONG_BITS * PER_BIT, i + 3
        else:
            total, i = total + D.INVALID_BITS * PER_BIT, i + 1
    return total


@settings(deadline=None)
@given(PAGES)
@example(b"<script>a</script>b<style>c")
@example(b"a <!-- > --> b <!-- c")
@example(b"<" + b"a" * 9000 + b">")
def test_visible_text(page):
    assert visible(np.frombuffer(page, np.uint8), True).tobytes() == plain_visible(page)
    squeezed = re.sub(rb"[\x00-\x1a\x1c-\x20]+", b" ", page).removeprefix(b" ")
    assert visible(np.frombuffer(page, np.uint8), False).tobytes() == squeezed


@settings(deadline=None, max_examples=40)
@given(PAGES)
def test_pairs_and_their_costs(text):
    high, low = pairs_of(np.frombuffer(text, np.uint8))
    counted = Counter(pairwise(b" " + text + b" ")) if text else Counter()
    for pairs, beyond in ((high, True), (low, False)):
        found = dict(zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.times, strict=True))
        assert found == {pair: n for pair, n in counted.items() if (max(pair) >= 128) == beyond}
    t = tables()
    latin = t.languages[LATIN]
    for places, each in zip(t.places, SINGLE_BYTE, strict=True):
        if each.script != LATIN:
            continue
        chosen = {pair: n for pair, n in counted.items() if max(pair) >= 128}
        shared = sum(
            n * (int(t.case_costs[t.cases[places[a]], t.cases[places[b]]]) + int(t.character_costs[places[b]]))
            for (a, b), n in chosen.items()
        )
        assert shared_cost(high, places, t.cases, t.case_costs, t.character_costs) == shared
        costs = [
            sum(n * int(cost[classes[places[a]], classes[places[b]]]) for (a, b), n in chosen.items())
            for classes, cost in zip(latin.classes[:3], latin.costs[:3], strict=True)
        ]
        assert language_costs(high, places, latin.classes[:3], latin.costs[:3]).tolist() == costs


@settings(deadline=None, max_examples=40)
@given(PAGES)
def test_characters_of_two_bytes(text):
    for table, each in zip(tables().double_byte, DOUBLE_BYTE, strict=True):
        found = D.double_byte_cost(
            np.frombuffer(text, np.uint8), table, each.codec == "gb18030", each.codec == "euc_jp"
        )
        assert found == plain_double_byte(text, table, each.codec)
