"""Weighs a text as characters of one or two bytes: the encodings of China, Japan and Korea.

Source:   WHATWG Encoding, sections 10 to 13 (which bytes lead; characters of four bytes in GB 18030, of three in
          EUC-JP); the tables themselves are Python's codecs.
"""

import numpy as np

from corpusmill.operators.text.charsets.candidates import DoubleByte
from corpusmill.operators.text.charsets.model import MOST_COST, PER_BIT, Ideographic
from corpusmill.operators.text.kernel import njit

INVALID = 255  # in a table: no character
INVALID_BITS, LONG_BITS, ASCII_AFTER_BITS = 25, 19, 3  # guesses: a wrong byte; a character of 3 or 4 bytes; a change
_LEADS, _TRAILS = np.arange(0x81, 0xFF, dtype=np.uint8), np.arange(0x31, 0xFF, dtype=np.uint8)
COMMON_BITS, RARE_BITS, PRIVATE_BITS = 16, 20, 23  # of characters never seen in training, by where they are
OFTEN_BITS = 10  # of `DoubleByte.often`; a guess: as characters that are one in a thousand
HALF_WIDTH_BITS = 8  # of one of the 63 half-width Katakana, which texts have in runs: 6 for them alone, and a guess
HALF_WIDTH = ("\uff61", "\uff9f")


def table_of(encoding: DoubleByte, language: Ideographic) -> np.ndarray:
    """uint8[65536 + 256]: costs of pairs of bytes (lead * 256 + trail), then of single bytes; INVALID for none."""
    costs = np.full(0x110000, MOST_COST, np.uint8)
    costs[[ord(character) for character in language.characters]] = language.costs
    often = [ord(character) for character in encoding.often]
    costs[often] = np.minimum(costs[often], OFTEN_BITS * PER_BIT)
    costs[ord(HALF_WIDTH[0]) : ord(HALF_WIDTH[1]) + 1] = HALF_WIDTH_BITS * PER_BIT
    table = np.full(65536 + 256, INVALID, np.uint8)
    table[65536 : 65536 + 128] = 0
    lead, trail = (part.ravel() for part in np.meshgrid(_LEADS, _TRAILS, indexing="ij"))
    lines = np.stack([lead, trail, np.full_like(lead, ord("\n"))], axis=1).tobytes().decode(encoding.codec, "replace")
    points = np.frombuffer(lines.encode("utf-32-le"), np.uint32)
    ends = np.flatnonzero(points == ord("\n"))
    points = points[ends - 1]
    single = (np.diff(ends, prepend=-1) == 2) & (points != ord("\ufffd"))
    bits = np.where((encoding.common[0] <= lead) & (lead <= encoding.common[1]), COMMON_BITS, RARE_BITS)
    bits[(points >= 0xE000) & (points <= 0xF8FF)] = PRIVATE_BITS
    found = np.minimum(costs[points], np.minimum(bits * PER_BIT, MOST_COST - 1))
    table[(lead.astype(np.int64) * 256 + trail)[single]] = found[single]
    for byte in range(0x80, 0x100):
        text = bytes([byte]).decode(encoding.codec, "replace")
        if text != "\ufffd" and not "\ue000" <= text <= "\uf8ff" and text >= "\xa0":
            table[65536 + byte] = min(int(costs[ord(text)]), COMMON_BITS * PER_BIT)
    return table


@njit(cache=True, nogil=True)
def double_byte_cost(text: np.ndarray, table: np.ndarray, four_bytes: bool, three_bytes: bool) -> int:
    """What uint8 text costs by a table of `table_of`, in eighths of a bit. ASCII costs where it follows what is not.

    four_bytes: GB 18030. three_bytes: EUC-JP.
    """
    total = np.int64(0)
    end = text.shape[0]
    i = 0
    ascii_before = True
    while i < end:
        c = np.int64(text[i])
        if c < 128:
            if not ascii_before:
                total += ASCII_AFTER_BITS * PER_BIT
            ascii_before = True
            i += 1
            continue
        ascii_before = False
        if table[65536 + c] != INVALID:
            total += np.int64(table[65536 + c])
            i += 1
            continue
        if i + 1 >= end:  # a text may be cut anywhere
            total += RARE_BITS * PER_BIT
            break
        cost = table[c * 256 + np.int64(text[i + 1])]
        if cost != INVALID:
            total += np.int64(cost)
            i += 2
        elif four_bytes and i + 3 < end and _digit(text[i + 1]) and 0x81 <= text[i + 2] <= 0xFE and _digit(text[i + 3]):
            total += LONG_BITS * PER_BIT
            i += 4
        elif three_bytes and i + 2 < end and c == 0x8F and text[i + 1] >= 0xA1 and text[i + 2] >= 0xA1:
            total += LONG_BITS * PER_BIT
            i += 3
        else:
            total += INVALID_BITS * PER_BIT
            i += 1
    return int(total)


@njit(cache=True, nogil=True)
def _digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39
