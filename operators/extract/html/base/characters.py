"""What each byte is, for the tokenizer and the statistics of a block."""

import numpy as np

# How the tokenizer goes on at a byte of text.
PLAIN, SPACE, TAG_OPEN, AMPERSAND, EXOTIC = 0, 1, 2, 3, 4
TEXT_CLASS = np.zeros(256, np.uint8)
TEXT_CLASS[:33] = SPACE
TEXT_CLASS[0x7F] = SPACE
TEXT_CLASS[ord("<")] = TAG_OPEN
TEXT_CLASS[ord("&")] = AMPERSAND
TEXT_CLASS[[0xC2, 0xE2, 0xE3, 0xEF]] = EXOTIC  # lead bytes of U+00A0, U+2000.., U+3000, U+FEFF

LOWER = np.arange(256).astype(np.uint8)  # ASCII lower case
LOWER[65:91] += 32

# Words of class names: 0 ends a word, 1 is in it, 2 begins one after a 1 (camelCase).
NAME_CLASS = np.zeros(256, np.uint8)
NAME_CLASS[65:91] = 2
NAME_CLASS[97:123] = 1
NAME_CLASS[128:] = 1

WORD = np.zeros(256, np.uint8)  # 1 in a word of text: ASCII letters and digits, and every byte of a non-ASCII character
WORD[128:] = 1
for _byte in range(128):
    WORD[_byte] = chr(_byte).isalnum()

PUNCTUATION = np.zeros(256, np.uint8)
PUNCTUATION[list(b".,;:!?")] = 1
