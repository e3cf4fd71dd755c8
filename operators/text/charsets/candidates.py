"""Lists the encodings that the detector tries, with the script each one writes and how unusual it is on the web.

Source:   WHATWG Encoding, section 4.2 (the encodings of the web); Python's `encodings` (those of DOS and of the Mac).
Deviates: an encoding that another contains is left to the larger one, as the standard does with ISO-8859-1, -9 and -11,
          EUC-KR and GB 2312; the costs are guesses, that decide only where the text itself is level.
"""

from dataclasses import dataclass

ARABIC, CYRILLIC, GREEK, HEBREW, LATIN, THAI = "arabic", "cyrillic", "greek", "hebrew", "latin", "thai"
SCRIPTS = (ARABIC, CYRILLIC, GREEK, HEBREW, LATIN, THAI)


@dataclass(frozen=True)
class SingleByte:
    """An encoding of one byte a character. `rarity`: bits by which its text must be likelier than that of cp1252."""

    codec: str
    script: str
    rarity: int


def _of(script: str, rarity: int, codecs: str) -> tuple[SingleByte, ...]:
    return tuple(SingleByte(codec, script, rarity) for codec in codecs.split())


SINGLE_BYTE = (
    *_of(LATIN, 0, "cp1252"),
    *_of(LATIN, 4, "cp1250 cp1254 cp1257 cp1258 iso8859-2 iso8859-15"),
    *_of(LATIN, 7, "iso8859-3 iso8859-4 iso8859-10 iso8859-13 iso8859-14 iso8859-16 mac-roman"),
    *_of(LATIN, 9, "cp437 cp850 cp852 mac-latin2 mac-turkish mac-croatian mac-romanian mac-iceland"),
    *_of(LATIN, 10, "cp775 cp857 cp858 cp860 cp861 cp863 cp865"),
    *_of(CYRILLIC, 4, "cp1251 koi8-r koi8-u"),
    *_of(CYRILLIC, 7, "iso8859-5 cp866 mac-cyrillic"),
    *_of(CYRILLIC, 9, "cp855 cp1125 kz1048 ptcp154 koi8-t"),
    *_of(GREEK, 4, "cp1253 iso8859-7"),
    *_of(GREEK, 9, "cp737 cp869 mac-greek"),
    *_of(HEBREW, 4, "cp1255"),
    *_of(HEBREW, 9, "cp862"),
    *_of(ARABIC, 4, "cp1256 iso8859-6"),
    *_of(ARABIC, 9, "cp720"),
    *_of(THAI, 4, "cp874"),
)


@dataclass(frozen=True)
class DoubleByte:
    """An encoding of mostly two bytes a character, and the language whose characters it is judged by.

    common: the first and the last lead byte of the common characters. wider: codecs to decode by where `codec` does not
    have every character of a text, in this order. often: characters that texts in it have and the language's have not.
    """

    codec: str
    language: str
    rarity: int
    common: tuple[int, int]
    wider: tuple[str, ...] = ()
    often: str = ""


DOUBLE_BYTE = (
    DoubleByte("cp932", "ja", 4, (0x88, 0x97)),
    DoubleByte("euc_jp", "ja", 4, (0xB0, 0xCF), ("euc_jis_2004",)),
    DoubleByte("cp949", "ko", 4, (0xB0, 0xC8)),
    DoubleByte("gb18030", "zh", 4, (0xB0, 0xD7)),
    DoubleByte("gb18030", "zh-Hant", 8, (0xB0, 0xD7)),
    DoubleByte("cp950", "zh-Hant", 4, (0xA4, 0xC6), ("big5hkscs",)),
    # Cantonese is written with these, that Taiwan's Big5 has not or that its texts have seldom.
    DoubleByte("big5hkscs", "zh-Hant", 6, (0xA4, 0xC6), often="啲喺咗嗰嘢噉哋嚟嗻冇嘅唔咁佢嗌攞瞓揾"),
    DoubleByte("johab", "ko", 12, (0x88, 0xD3)),
)
