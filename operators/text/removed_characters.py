"""Replaces or deletes characters that show nothing, without gluing words or losing what they stand for.

`KINDS` is the whole list: what becomes of each character, and why.

Source: Unicode Standard 15, chapter 23 (special areas and format characters); UTS #51, ED-14a (emoji tag sequences);
        UAX #14 (SA, ZW, BA); the WHATWG Encoding Standard, which reads ISO 8859-1 as windows-1252: so is C1 here.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Scripts whose words are not parted by spaces, so that U+200B may be what parts them: first and last of each block.
UNSPACED_BLOCKS = (
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x1A00, 0x1AAF),  # Buginese, Tai Tham
    (0x1B00, 0x1BFF),  # Balinese, Sundanese, Batak
    (0x1CC0, 0x1CCF),  # Sundanese supplement
    (0xA500, 0xA63F),  # Vai
    (0xA930, 0xA95F),  # Rejang
    (0xA980, 0xA9FF),  # Javanese, Myanmar extended B
    (0xAA00, 0xAADF),  # Cham, Myanmar extended A, Tai Viet
    (0x11700, 0x1174F),  # Ahom
    (0x11EE0, 0x11F5F),  # Makasar, Kawi
    (0x116D0, 0x116FF),  # Myanmar extended C
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What becomes of the code points `first` to `last`. becomes: its text, or null where the text around decides."""

    first: int
    last: int
    becomes: str | None
    why: str


def _rule(first: int, last: int, becomes: str | None, why: str) -> Rule:
    return Rule(first=first, last=last, becomes=becomes, why=why)


def _c1() -> tuple[Rule, ...]:
    """The C1 controls, as windows-1252 means them; five mean nothing there. NEL depends, see `_next_lines`."""
    rules = []
    for code in range(0x80, 0xA0):
        meant = bytes([code]).decode("cp1252", "ignore")
        why = "windows-1252 read as ISO 8859-1" if meant else "nothing in windows-1252 either"
        rules.append(_rule(code, code, None if code == 0x85 else meant, why))
    return tuple(rules)


def _noncharacters() -> tuple[Rule, ...]:
    """The 66 code points that are never a character: the last two of each plane, and 32 in a block of Arabic."""
    why = "noncharacters; U+FFFE is a byte-order mark read in the wrong order"
    last = (_rule(plane << 16 | 0xFFFE, plane << 16 | 0xFFFF, "", why) for plane in range(17))
    return (_rule(0xFDD0, 0xFDEF, "", why), *last)


KINDS: dict[str, tuple[Rule, ...]] = {
    "control": (
        _rule(0x00, 0x07, "", "controls that no text format gives a meaning; NUL also between letters read as UTF-16"),
        _rule(0x08, 0x08, None, "backspace: printers' bold (N, BS, N) and underlining (_, BS, N) become the letter"),
        _rule(0x0B, 0x0C, "\n", "line and page break: VT is a soft line end in word processors, FF ends a page"),
        _rule(0x0E, 0x1A, "", "shifts, device controls: no character, no break"),
        _rule(0x1B, 0x1B, None, "escape: deleted with the command that it begins, such as the colours of a terminal"),
        _rule(0x1C, 0x1E, "\n", "file, group and record separator: they part paragraphs (bidirectional class B)"),
        _rule(0x1F, 0x1F, " ", "unit separator: it parts fields (bidirectional class S)"),
        _rule(0x7F, 0x7F, "", "delete"),
        *_c1(),
        _rule(0xFFF9, 0xFFFB, None, "interlinear annotation: what reads base and gloss in a row becomes base(gloss)"),
        *_noncharacters(),
    ),
    "zero_width": (
        _rule(0x200B, 0x200B, None, "stays in scripts without spaces, whose words it parts; elsewhere a layout hint"),
        _rule(0x2060, 0x2060, "", "word joiner: forbids a line break and means nothing else"),
        _rule(0xFEFF, 0xFEFF, "", "byte-order mark, or the old word joiner"),
    ),
    "soft_hyphen": (
        _rule(0xAD, 0xAD, None, "a place to break a word: deleted, with the line end where it was broken; beside a "
              "digit or between spaces it was written for a hyphen, which it becomes"),
    ),
    "direction": (
        _rule(0x61C, 0x61C, "", "order on the screen; text is stored in the order it is read"),
        _rule(0x200E, 0x200F, "", "as U+061C"),
        _rule(0x202A, 0x202E, "", "as U+061C"),
        _rule(0x2066, 0x2069, "", "as U+061C"),
        _rule(0x206A, 0x206F, "", "switches of shaping, deprecated since Unicode 3.0; they show nothing"),
    ),
    "tag": (_rule(0xE0001, 0xE007F, None, "language tags, hidden text; the flags of regions are spelt with them"),),
    "joiner": (_rule(0x200C, 0x200D, "", "only on request: Persian, Indic scripts and emoji are spelt with them"),),
    "math": (_rule(0x2061, 0x2064, "", "only on request: they say what `2` and `x` side by side mean"),),
    "private": (_rule(0xE000, 0xF8FF, "", "only on request: letters of some fonts and systems"),),
}  # fmt: skip

ANNOTATED = re.compile("\ufff9([^\ufff9-\ufffb]*)((?:\ufffa[^\ufff9-\ufffb]*)+)\ufffb")
GLOSS = re.compile("\ufffa([^\ufffa]*)")
# Of a terminal: a control sequence (ECMA-48, section 5.4), a string with its end (5.6), a switch of characters.
COMMAND = re.compile(
    "\x1b(?:\\[[0-?]*[ -/]*[@-~]|[]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\\\)|[$()*+./-]{1,2}[0-9@-Z]|[78=>])?"
)
FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,7}\U000e007f)|[\U000e0001-\U000e007f]")
BACK = re.compile("\x08{2,}")
OVERSTRUCK = re.compile("(.)\x08(?=\\1)|_\x08(?=[^\x08])|(?<=[^\x08])\x08_|\x08")
HYPHEN = re.compile("(?<=\\d)\xad+(?=\\w)|(?<=\\w)\xad+(?=\\d)|(?<!\\S)\xad+(?=[^\\S\\n])")
BROKEN_WORD = re.compile("(?<=[^\\W\\d_])\xad+\r?\n[ \t]*(?=[^\\W\\d_])")
UNSPACED = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED_BLOCKS)
SPACED_PIECE = re.compile(f"(?<!\\S)[^\\s\u200b{UNSPACED}]*+\u200b[^\\s{UNSPACED}]*+(?!\\S)")


def without_removed(text: str, kinds: Iterable[str]) -> str:
    """`text` with every character of these `KINDS` replaced or deleted.

    >>> without_removed("I don\\x92t know.\\x0bភាសា\\u200bខ្មែរ, zero\\u200bwidth", KINDS)
    'I don’t know.\\nភាសា\\u200bខ្មែរ, zerowidth'
    """
    special = characters_of(tuple(kinds)).intersection(text)
    if not special:
        return text
    if "\x85" in special:
        text = text.replace("\x85", "\n" if _next_lines(text) else "…")
    if "\x1b" in special:
        text = COMMAND.sub("", text)
    if "\x08" in special:
        text = OVERSTRUCK.sub("", _overwritten(text))
    if not special.isdisjoint("\ufff9\ufffa\ufffb"):
        text = ANNOTATED.sub(lambda found: found[1] + GLOSS.sub(r"(\1)", found[2]), text)
        text = re.sub("[\ufff9-\ufffb]", "", text)
    text = text.translate(_translation(tuple(kinds)))
    if not special.isdisjoint(map(chr, range(0xE0001, 0xE0080))):
        text = FLAG.sub(r"\1", text)
    if "\u200b" in special:
        text = SPACED_PIECE.sub(lambda piece: piece[0].replace("\u200b", ""), text)
    if "\xad" in special:
        text = BROKEN_WORD.sub("", HYPHEN.sub("-", text)).replace("\xad", "")
    return text


def _overwritten(text: str) -> str:
    """`text` as it stood on paper where it goes back by more than one character: what came last, but for underscores.

    >>> _overwritten("teh\x08\x08he bold\x08\x08\x08\x08____")
    'the bold'
    """
    pieces, at = [], 0
    for back in BACK.finditer(text):
        begin, end = back.start() - len(back[0]), back.end() + len(back[0])
        before, after = text[max(begin, 0) : back.start()], text[back.end() : end]
        if begin >= at and len(after) == len(before) and not {"\x08", "\n"} & {*before, *after}:
            over = (old if new in "_ " else new for old, new in zip(before, after, strict=True))
            pieces += [text[at:begin], *over]
            at = end
    return "".join([*pieces, text[at:]])


def _next_lines(text: str) -> bool:
    """Whether U+0085 ends lines here, as in text from mainframes, and is not the ellipsis of windows-1252.

    It does where nothing else ends a line or is a C1 control, it stands more than once, and no space follows it.
    """
    other = re.search("[\n\r\x80-\x84\x86-\x9f]", text)
    return other is None and text.count("\x85") > 1 and not re.search("\x85[ \t\xa0]", text)


@functools.lru_cache(maxsize=8)
def characters_of(kinds: tuple[str, ...]) -> frozenset[str]:
    """Every character of these kinds."""
    return frozenset(chr(code) for kind in kinds for r in KINDS[kind] for code in range(r.first, r.last + 1))


@functools.lru_cache(maxsize=8)
def _translation(kinds: tuple[str, ...]) -> dict[int, str]:
    return {
        code: rule.becomes
        for kind in kinds
        for rule in KINDS[kind]
        if rule.becomes is not None
        for code in range(rule.first, rule.last + 1)
    }
