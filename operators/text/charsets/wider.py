"""Widens an encoding of East Asia where a page holds characters that only a larger relative of it has.

Source:   WHATWG Encoding, sections 11 and 12 (Big5 has Hong Kong's characters, EUC-JP those of makers).
"""

from corpusmill.operators.text.charsets.candidates import DOUBLE_BYTE

WIDER = {each.codec: each.wider for each in DOUBLE_BYTE if each.wider}


def widened(codec: str, page: bytes) -> str:
    """The codec, or the first of its wider relatives that decodes the page with the fewest U+FFFD.

    >>> widened("cp950", "喺".encode("big5hkscs")), widened("cp950", "人".encode("big5"))
    ('big5hkscs', 'cp950')
    """
    if codec not in WIDER:
        return codec
    return min((codec, *WIDER[codec]), key=lambda each: page.decode(each, "replace").count("\ufffd"))
