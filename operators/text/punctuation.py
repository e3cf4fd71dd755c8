"""Sets of characters that quality rules count by.

Source: PUNCTUATION: the list of CCNet (Wenzek et al. 2019, arXiv:1911.00359), with control characters, as FineWeb
        counts by it (Penedo et al. 2024, arXiv:2406.17557); it holds the fullwidth digit one, and we keep that.
        SENTENCE_ENDS: the property Sentence_Terminal of Unicode 15 without 2CF9-2CFB, FE12, FE15, FE16, 2024, with the
        Khmer signs 17D6, 17D9, 17DA, as FineWeb counts by it.
        LINE_ENDS: SENTENCE_ENDS with the characters that FineWeb leaves out of the property, ellipses, the Greek
        question mark, the Hebrew quote and the ends of Hebrew verses and of Tibetan and Thai passages, and
        CLOSING_MARKS. C4 (Raffel et al. 2020, arXiv:1910.10683, section 2.2) counts a full stop, exclamation mark,
        question mark and end quotation mark.
        CLOSING_MARKS: brackets and quotes that can stand last, also those that open in English and close in German
        or Danish.
"""


def _characters(ranges: str) -> frozenset[str]:
    """The characters of a list of hexadecimal code points and ranges.

    >>> sorted(_characters("21 61-63"))
    ['!', 'a', 'b', 'c']
    """
    ends = ((part + "-" + part).split("-")[:2] for part in ranges.split())
    return frozenset(chr(code) for first, last in ends for code in range(int(first, 16), int(last, 16) + 1))


PUNCTUATION = _characters(
    "0-8 B-1F 21-2F 3A-40 5B-60 7B-9F AB B4 BB 2013-2014 2019 201C-201E 2026 2236 2501 25BA 3001-3002 3008-300D "
    "3010-3011 FF01 FF05 FF08-FF09 FF0C FF0E FF11 FF1A-FF1B FF1F FF5E"
)

SENTENCE_ENDS = _characters(
    "21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 "
    "17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F "
    "203C-203D 2047-2049 2E2E 2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 "
    "AA5D-AA5F AAF0-AAF1 ABEB FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 "
    "110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 "
    "115C9-115D7 11641-11642 1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 "
    "16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F 1DA88"
)

CLOSING_MARKS = _characters(
    "22 27 29 5D 7D AB BB 2018-2019 201C-201D 2039-203A 232A 275C 275E 2769 276B 276F 27E7 27E9 27EB 2986 2E03 2E05 "
    "2E0A 2E0D 2E1D 2E21 2E23 2E25 2E29 3009 300B 300D 300F 3011 3015 3017 3019 301B 301E-301F FD3E FE18 FE36 FE38 "
    "FE3A FE3C FE3E FE40 FE42 FE44 FE48 FE5A FE5C FE5E FF02 FF07 FF09 FF3D FF5D FF60 FF63"
)
LINE_ENDS = (
    SENTENCE_ENDS
    | CLOSING_MARKS
    | _characters("37E 5C3 5F4 E5A-E5B F0D-F12 F14 2024-2026 22EF 2CF9-2CFC 2CFE FE12 FE15-FE16 FE19")
)
