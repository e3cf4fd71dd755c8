"""Where the text of a document ends a sentence or a paragraph, between two of its tokens.

Source:   ends of sentences by Unicode's Sentence_Terminal, as text.sentences has them, and the marks that Tibetan,
          Thai, Hebrew and Greek end with (punctuation.LINE_ENDS, without brackets and quotes).
Deviates: Thai and Lao part sentences by a space: one behind a letter of theirs counts as an end. Abbreviations are not
          recognised ("Dr. Smith").
"""

import functools
import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.punctuation import CLOSING_MARKS, LINE_ENDS
from corpusmill.operators.text.sentences import CLOSERS, WIDE_FROM
from corpusmill.operators.text.unicode_table import CODE_POINTS
from corpusmill.operators.text.utf8 import code_at, start_before, width_at
from corpusmill.operators.tokens.bpe.byte_characters import bytes_of
from corpusmill.operators.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

# What ends before a token. BEFORE_END: a sentence, whose full stop is in one token with the words behind it: the
# patterns of cl100k and o200k make 。我们 one word, as they do with a space.
NOWHERE, LINE, BEFORE_END, SENTENCE, PARAGRAPH = 0, 1, 2, 3, 4
BEHIND = 48  # bytes looked at before a token
GAP, BLANK = " \t\r\n", b" \t\n\r\x0b\x0c"
END_MARKS = frozenset(LINE_ENDS - CLOSING_MARKS)
SPACE_PARTED = (*range(0x0E01, 0x0E5A), *range(0x0E81, 0x0EE0))  # Thai and Lao
ENDS, CLOSES, PARTED = 1, 2, 4  # bits of a character


def kind_of(before: bytes, after: bytes, token: bytes = b"") -> int:
    r"""What ends at a place, by the text before and after it, and its next token: the specification of the kernel.

    >>> [kind_of(b, a) for b, a in ((b"End.", b" New"), (b"3.", b"14"), (b"so.\n", b"New"))]
    [3, 0, 4]
    >>> [kind_of(b.encode(), b"x") for b in ("好。", "a\n \n", "a\n", "end.” ", "ไทย ", "。”")]
    [3, 4, 1, 3, 3, 3]
    >>> [kind_of("好".encode(), b"", token.encode()) for token in ("。我们", "。", ".txt")]
    [2, 0, 0]
    """
    window = before[-BEHIND:]
    text = window.decode("utf-8", "ignore")
    core = text.rstrip(GAP)
    gap, ahead = text[len(core) :], after[:1]
    inside = ahead == b"\n" or (gap and ahead in (b" ", b"\t", b"\r")) or b"\x80" <= ahead <= b"\xbf"
    if inside or not core or not window.endswith(text.encode()):
        return NOWHERE
    marks = core.rstrip(CLOSERS)
    ends = marks[-1:] in END_MARKS
    wide = ends and ord(marks[-1]) >= WIDE_FROM
    ends = ends and bool(wide or gap or not ahead or ahead in BLANK)
    if gap.count("\n") > 1 or ("\n" in gap and ends):
        return PARAGRAPH
    parted = gap.startswith(" ") and "\n" not in gap and ord(core[-1]) in SPACE_PARTED
    opens = token.decode("utf-8", "ignore")
    if ends or parted:
        return SENTENCE
    if not gap and opens[:1] in END_MARKS and ord(opens[0]) >= WIDE_FROM and len(token) > len(opens[0].encode()):
        return BEFORE_END
    return LINE if "\n" in gap else NOWHERE


class TokenTexts(NamedTuple):
    """data: uint8, the bytes of all tokens end to end; begin: int64, one more than there are ids; kinds: uint8 by code
    point, bits ENDS, CLOSES and PARTED.
    """

    data: np.ndarray
    begin: np.ndarray
    kinds: np.ndarray


def token_texts(tokenizer: Tokenizer) -> TokenTexts:
    """The bytes of every id of a tokenizer; special tokens are empty.

    Of tokenizers that are not byte-level: ▁ and Ġ stand for a space, ## for nothing, <0x0A> for a byte.
    """
    written = json.loads(tokenizer.judge.to_str())
    level = '"ByteLevel"' in json.dumps([written["pre_tokenizer"], written["decoder"]])
    added: Mapping[int, str] = {
        at: "" if token.special else token.content for at, token in tokenizer.judge.get_added_tokens_decoder().items()
    }
    texts = [b""] * tokenizer.vocab_size
    for token, at in tokenizer.judge.get_vocab(with_added_tokens=False).items():
        texts[at] = _bytes_of(token, byte_level=level)
    for at, content in added.items():
        texts[at] = content.encode()
    begin = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return TokenTexts(np.frombuffer(b"".join(texts) or b"\0", np.uint8), begin, _kinds())


def _bytes_of(token: str, *, byte_level: bool) -> bytes:
    """
    >>> _bytes_of("Ġtea", byte_level=True), _bytes_of("▁tea", byte_level=False), _bytes_of("<0x0A>", byte_level=False)
    (b' tea', b' tea', b'\\n')
    """
    if byte_level:
        try:
            return bytes_of(token)
        except KeyError:  # a token that was added to the vocabulary as it is written
            return token.encode()
    if len(token) == len("<0x0A>") and token.startswith("<0x") and token.endswith(">"):
        return bytes([int(token[3:5], 16)])
    return token.removeprefix("##").replace("▁", " ").encode()


@functools.cache
def _kinds() -> np.ndarray:
    kinds = np.zeros(CODE_POINTS, np.uint8)
    for bit, characters in ((ENDS, END_MARKS), (CLOSES, CLOSERS), (PARTED, map(chr, SPACE_PARTED))):
        kinds[[ord(character) for character in characters]] |= bit
    return kinds


@njit(nogil=True, cache=True)
def kind_before(ids: np.ndarray, begin: int, end: int, at: int, texts: TokenTexts, around: np.ndarray) -> int:
    """`kind_of` the place before token `at` of the document ids[begin:end]; around: uint8 (BEHIND,), to work in."""
    data, first, kinds = texts
    ahead, opens = -1, False
    for token in range(at, end):
        start, size = first[ids[token]], first[ids[token] + 1] - first[ids[token]]
        if size > 0:
            ahead = int(data[start])
            if token == at and ahead >= 0xE3 and size > width_at(data, int(start)):
                opens = kinds[code_at(data, int(start))] & ENDS != 0
            break
    if ahead == 10 or 0x80 <= ahead <= 0xBF:
        return NOWHERE
    left, token = BEHIND, at
    while left > 0 and token > begin:
        token -= 1
        p = first[ids[token] + 1]
        while left > 0 and p > first[ids[token]]:
            p -= 1
            left -= 1
            around[left] = data[p]
    while left < BEHIND and around[left] & 0xC0 == 0x80:
        left += 1
    stop, breaks = BEHIND, 0
    while stop > left and (
        around[stop - 1] == 32 or around[stop - 1] == 9 or around[stop - 1] == 13 or around[stop - 1] == 10
    ):
        stop -= 1
        breaks += around[stop] == 10
    gap = stop < BEHIND
    if stop == left or (gap and (ahead == 32 or ahead == 9 or ahead == 13)):
        return NOWHERE
    space_parted = gap and breaks == 0 and around[stop] == 32
    place = start_before(around, stop)
    if place + width_at(around, place) != stop:  # half a character
        return NOWHERE
    code = code_at(around, place)
    parted = space_parted and kinds[code] & PARTED != 0
    while kinds[code] & CLOSES and place > left:
        place = start_before(around, place)
        code = code_at(around, place)
    ends = kinds[code] & ENDS != 0
    ends = ends and (code >= WIDE_FROM or gap or ahead < 0 or ahead == 32 or 9 <= ahead <= 13)
    if breaks > 1 or (breaks and ends):
        return PARAGRAPH
    if ends or parted:
        return SENTENCE
    if opens and not gap:
        return BEFORE_END
    return LINE if breaks else NOWHERE
