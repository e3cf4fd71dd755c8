"""Finds the encodings that write East Asian text in ASCII bytes: by escapes (ISO-2022) or between ~{ and ~} (HZ).

Source:   RFC 1468 (ISO-2022-JP), RFC 1557 (ISO-2022-KR), RFC 1843 (HZ).
Deviates: without a declaration too, where the page decodes without an error; browsers dropped HZ and ISO-2022-KR, of
          which pages of the nineties are full.
"""

import re

from corpusmill.operators.text.charsets.double_byte import COMMON_BITS
from corpusmill.operators.text.charsets.model import PER_BIT, shipped

JAPANESE = re.compile(rb"\x1b\$[@B]|\x1b\$\(D|\x1b\(I")
KOREAN = re.compile(rb"\x1b\$\)C")
CHINESE = re.compile(rb"~\{(?:[!-w][!-~])+~\}")
ESCAPED = ("iso2022", "hz")  # how the names of such codecs begin
MOST_DAMAGE = 1 / 50  # share of U+FFFD among characters beyond ASCII; makers' own characters are none of the codec's
MOST_BITS = 12.0  # of a Chinese character in the mean; a guess: texts have 9 to 10, pairs of ASCII signs read so 15


def may_be_escaped(page: bytes) -> bool:
    """Whether a page is in ASCII bytes and holds what begins other text in them."""
    return page.isascii() and (b"\x1b" in page or b"~{" in page)


def escaped_encoding(page: bytes) -> str | None:
    """The codec of a page in ASCII bytes, None when it is plain ASCII or broken.

    >>> [escaped_encoding(text.encode(codec)) for text, codec in (("日本", "iso2022_jp"), ("한국", "iso2022_kr"))]
    ['iso2022_jp_ext', 'iso2022_kr']
    >>> escaped_encoding("人人生而自由".encode("hz")), escaped_encoding(b"a~{b~}"), escaped_encoding(b"\\x1b[0m")
    ('hz', None, None)
    """
    for pattern, codec in ((JAPANESE, "iso2022_jp_ext"), (KOREAN, "iso2022_kr"), (CHINESE, "hz")):
        if pattern.search(page):
            text = page.decode(codec, "replace")
            damaged = text.count("\ufffd") > MOST_DAMAGE * sum(not c.isascii() for c in text)
            if not damaged and (codec != "hz" or _is_chinese(text)):
                return codec
    return None


def _is_chinese(text: str) -> bool:
    """Whether the characters beyond ASCII are mostly common ones."""
    (chinese,) = (each for each in shipped().ideographic if each.name == "zh")
    costs = dict(zip(chinese.characters, chinese.costs.tolist(), strict=True))
    found = [costs.get(c, COMMON_BITS * PER_BIT) for c in text if not c.isascii()]
    return bool(found) and sum(found) <= MOST_BITS * PER_BIT * len(found)
