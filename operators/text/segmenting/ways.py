"""Gives for each character the way in which words of its script are found.

SPACED: words stand between spaces. CJ, THAI, LAO, KHMER, MYANMAR: written without spaces, words are those of a
dictionary (`dictionary`). SYLLABLES: written without spaces, no dictionary: each letter with its marks is a word.
TIBETAN: a syllable ends behind its tsheg. PART: the word space of Ethiopic, which is white space here.

Source: Unicode 14, Blocks.txt; UAX #29, section 4.1, lists the scripts that need a dictionary.
"""

import functools

import numpy as np

SPACED, CJ, THAI, LAO, KHMER, MYANMAR, SYLLABLES, TIBETAN, PART = range(9)

BLOCKS = (
    (0x0E00, 0x0E7F, THAI),
    (0x0E80, 0x0EFF, LAO),
    (0x0F00, 0x0FFF, TIBETAN),
    (0x1000, 0x109F, MYANMAR),
    (0x1361, 0x1361, PART),
    (0x1780, 0x17DD, KHMER),
    (0x1950, 0x19DF, SYLLABLES),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF, SYLLABLES),  # Tai Tham
    (0x1B00, 0x1B4B, SYLLABLES),  # Balinese
    (0x3005, 0x3007, CJ),
    (0x3021, 0x3029, CJ),
    (0x3031, 0x3035, CJ),
    (0x3038, 0x303B, CJ),
    (0x3041, 0x3096, CJ),  # Hiragana
    (0x3099, 0x309F, CJ),
    (0x30A1, 0x30FA, CJ),  # Katakana
    (0x30FC, 0x30FF, CJ),
    (0x31F0, 0x31FF, CJ),
    (0x3400, 0x4DBF, CJ),
    (0x4E00, 0x9FFF, CJ),
    (0xA000, 0xA48C, SYLLABLES),  # Yi
    (0xA980, 0xA9C0, SYLLABLES),  # Javanese
    (0xA9E0, 0xA9FE, MYANMAR),
    (0xAA60, 0xAA7F, MYANMAR),
    (0xAA80, 0xAADF, SYLLABLES),  # Tai Viet
    (0xF900, 0xFAFF, CJ),
    (0xFF66, 0xFF9F, CJ),  # halfwidth Katakana
    (0x17000, 0x18CFF, SYLLABLES),  # Tangut, Khitan
    (0x1AFF0, 0x1B16F, CJ),
    (0x1B170, 0x1B2FF, SYLLABLES),  # Nushu
    (0x20000, 0x3FFFF, CJ),
)
# Signs and digits inside these blocks: they part words as in any script.
SIGNS = "฿๏๚๛๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙၀၁၂၃၄၅၆၇၈၉၊။፡៖។៕៘៙៚៛༠༡༢༣༤༥༦༧༨༩༎༑༔༄༅༆༈།༏༐༒༓༺༻༼༽"


@functools.cache
def ways() -> np.ndarray:
    """uint8 (1114112,): the way of each code point."""
    table = np.zeros(0x110000, np.uint8)
    for first, last, way in BLOCKS:
        table[first : last + 1] = way
    for sign in SIGNS:
        table[ord(sign)] = SPACED
    table[0x1361] = PART
    table.flags.writeable = False
    return table


def way_of(character: str) -> int:
    """The way of one character.

    >>> [way_of(c) for c in "aก中།"] == [SPACED, THAI, CJ, SPACED]
    True
    """
    return int(ways()[ord(character)])
