"""What is counted in the text of one block. Text is UTF-8; a word is a run of ASCII letters, digits and other bytes.

Two characters end a word as a space does: the Ethiopic word mark U+1361 and the Tibetan tsheg U+0F0B.
"""

import re

from corpusmill.operators.extract.html.base.hashing import fnv1a, folded

_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_WORD_MARK = re.compile(rb"\xe1\x8d\xa1|\xe0\xbc\x8b")
_SENTENCE_END = re.compile('[.!?](?=$|[\x00- "])|[\u3002\uff01\uff1f]')


def words(text: bytes) -> list[bytes]:
    """The words, ASCII lower-cased.

    >>> words(b"It's OK")
    [b'it', b's', b'ok']
    >>> len(words("ሰላም፡ለዓለም".encode()))
    2
    """
    return [word.lower() for word in _WORD.findall(_WORD_MARK.sub(b" ", text))]


def cjk(text: str) -> int:
    """Characters from U+3000 to U+D7FF but the ideographic comma and full stop."""
    return sum("\u3000" <= c <= "\ud7ff" and c not in "\u3001\u3002" for c in text)


def word_count(text: bytes) -> int:
    """Words, and half a word for each CJK character.

    >>> word_count("ein Wort 日本".encode())
    4
    """
    return len(words(text)) + cjk(text.decode()) // 2


def count(text: str, characters: str) -> int:
    """How many of the characters there are in the text."""
    return sum(c in characters for c in text)


def sentences(text: str) -> int:
    """Sentence ends: . ! ? before a space, a quote or the end, and their CJK forms anywhere.

    >>> sentences("One. Two 3.5! 三。")
    3
    """
    return len(_SENTENCE_END.findall(text))


def currency(text: str) -> int:
    """Signs of money: $, U+00A2 to U+00A5, U+20A0 to U+20BF."""
    return sum(c == "$" or "\u00a2" <= c <= "\u00a5" or "\u20a0" <= c <= "\u20bf" for c in text)


def terminal(text: bytes) -> float:
    """How the text ends: 1 full stop, 0.7 closing quote or bracket, 0.5 colon, else 0; told by the last bytes.

    >>> terminal(b"End."), terminal(b"so:"), terminal("「終」。".encode()), terminal(b"no")
    (1.0, 0.5, 1.0, 0.0)
    """
    if text.endswith((b".", b"!", b"?")) or (text.endswith(b"\x80\x82") and len(text) > 3):
        return 1.0
    if text.endswith(b":"):
        return 0.5
    return 0.7 if text.endswith((b'"', b")", b"\x9d")) else 0.0


def opening(text: bytes) -> int:
    """1 for a capital A to Z first, 2 a digit, 3 a character beyond ASCII, 0 anything else."""
    first = text[:1]
    return 1 if first.isupper() else 2 if first.isdigit() else 3 if first >= b"\x80" else 0


def title_overlap(text: bytes, title: bytes) -> float:
    """Of the first 40 words, those of 3 bytes or more that the title has, over the shorter of text and 0.6 titles."""
    in_title = [word for word in words(title[:400]) if len(word) >= 3][:128]
    mine = words(text)
    shared = sum(len(word) >= 3 and word in in_title for word in mine[:40])
    return shared / max(min(len(mine), 40), len(in_title) * 0.6 + 0.01)


def word_weights(text: bytes, weights: dict[int, float]) -> tuple[float, float, float]:
    """Mean, lowest and highest weight of the first 20 words; the last two include 0."""
    found = [weights.get(folded(fnv1a(word)), 0.0) for word in words(text)[:20]]
    return sum(found) / max(len(found), 1), min(0.0, *found, 0.0), max(0.0, *found, 0.0)


def name_weights(names: list[int], weights: dict[int, float]) -> tuple[float, float, float]:
    """Sum, lowest and highest weight of class words; the last two include 0."""
    found = [weights.get(name, 0.0) for name in names]
    return sum(found), min(0.0, 0.0, *found), max(0.0, 0.0, *found)
