"""Which encoding the bytes of a page are in.

Source:   WHATWG HTML, "Determining the character encoding" (byte order mark, then declarations, then what the bytes are
          likely to be); XML 1.0, appendix F (UTF-16 known by its first tag).
Deviates: bytes that are valid UTF-8 are UTF-8, whatever is declared, but for a declared ISO-2022 or HZ, which are all
          ASCII; and the page's own declaration comes before the HTTP one: servers send their default charset for every
          file.

A page that declares UTF-8 is UTF-8 with damage while enough of what is not ASCII in it is UTF-8, or few words are not;
else the declaration is wrong. A declared encoding other than UTF-8 is believed, also where it is the wrong one: a page
in KOI8-R that declares windows-1251 comes out as the wrong letters, since every byte is a letter in both. Windows-1252
(ISO-8859-1) alone, which servers and editors declare by default, gives way to an encoding that makes the bytes far
likelier. Where the page declares none or an unknown one, the server is believed in the same way, and where neither
declares one, the encoding is found by `operators.text.charsets`.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpusmill.operators.text.charset_labels import CODECS, UTF16
from corpusmill.operators.text.charsets.damage import Damage, damage_of
from corpusmill.operators.text.charsets.detector import likelier, likeliest, text_of
from corpusmill.operators.text.charsets.escapes import ESCAPED, escaped_encoding, may_be_escaped
from corpusmill.operators.text.charsets.wider import widened

CharsetSource = Literal["bom", "utf8", "document", "http", "detected", "default"]

DECLARED_WITHIN_BYTES = 4096  # the standard looks at 1,024; many pages declare later
META = re.compile(rb"<meta([^>]{0,400}?)charset\s*=\s*+[\"']?\s*+([A-Za-z0-9_:.\-]{2,40})([^>]{0,400})", re.IGNORECASE)
ABOUT_THE_PAGE = re.compile(rb"\s(?:name|property|itemprop)\s*=", re.IGNORECASE)  # a <meta> that declares no encoding
XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
FIRST_TAG = {
    "utf-16-le": re.compile(rb"(?:[\t\n\f\r ]\0)*<\0[!?/A-Za-z]\0"),
    "utf-16-be": re.compile(rb"(?:\0[\t\n\f\r ])*\0<\0[!?/A-Za-z]"),
}
UTF16_HEAD_BYTES, LEAST_UNITS, LEAST_ZEROS = 512, 4, 8  # guesses; spaces alone are one in seven of Cyrillic
MOST_ASCII = 0.7  # share of bytes that are ASCII in a page of 16-bit units; a guess
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
NO_TAGS = re.compile(rb"<!--.*?(?:-->|$)|<(script|style)\b[^>]*>.*?(?:</\1|$)", re.DOTALL | re.IGNORECASE)
DEFAULT = "cp1252"
# Bytes that are not UTF-8 for a character that is, at most: in pages of other encodings there are 2.2 and more,
# over the judging texts.
BROKEN_A_VALID = 1.5
# Where fewer characters are valid, a page declared UTF-8 is so while hardly a word is broken; browsers always do that.
# In legacy pages one word in 5 (French) to one in 50 (Dutch) goes beyond ASCII. Guesses.
FEW_WORDS, WORDS_A_BROKEN = 2, 30
# A page that declares another encoding is UTF-8 when so many characters are valid for a byte that is not: a guess.
VALID_A_BROKEN = 10
# Bits, a byte beyond ASCII and in all, by which an encoding must be likelier than a declared windows-1252: guesses.
CLEAR_BITS_A_BYTE, CLEAR_BITS = 1.0, 20.0


@dataclass(frozen=True)
class Charset:
    """A Python codec name, what told of it, and how many bytes at the front are a byte order mark."""

    name: str
    source: CharsetSource
    bom_bytes: int = 0


def codec_named(label: str) -> str | None:
    """The Python codec for a declared label, None when the label is unknown or names no encoding of text.

    >>> codec_named(" Latin1 "), codec_named("Shift_JIS"), codec_named("none"), codec_named("base64")
    ('cp1252', 'cp932', None, None)
    """
    label = label.strip().lower()
    name = CODECS.get(label, label)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # str.decode alone refuses codecs like base64 and rot13, that do not turn bytes into text.
    return (
        found.name
        if getattr(found, "_is_text_encoding", True) and found.name.replace("-", "_") not in NOT_OF_PAGES
        else None
    )


# UTF-7 and escapes: never meant, and each a way to smuggle text.
NOT_OF_PAGES = frozenset({"utf_7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs"})


def declared_in(page: bytes) -> str | None:
    """The label a page gives in its XML declaration or `<meta>`, within the first 4 kB.

    >>> declared_in(b"<meta name=a content='charset=koi8-r'><script>'<meta charset=big5>'</script><meta charset=gbk>")
    'gbk'
    """
    head = NO_TAGS.sub(b"", page[:DECLARED_WITHIN_BYTES])
    if found := XML.search(head):
        return found.group(1).decode("ascii")
    tags = (tag for tag in META.finditer(head) if not ABOUT_THE_PAGE.search(tag[1] + b" " + tag[3]))
    return next((tag[2].decode("ascii") for tag in tags), None)


def utf16_without_mark(page: bytes) -> str | None:
    """The codec when the first thing in a page, but for white space, is a tag in 16-bit units, or when every second
    byte is zero as often as in text of letters: in one of LEAST_ZEROS units of its beginning, and beside no control.

    >>> utf16_without_mark("\\n<p>a".encode("utf-16-le")), utf16_without_mark("Дом и сад".encode("utf-16-be"))
    ('utf-16-le', 'utf-16-be')
    >>> utf16_without_mark(b"<p>a")
    """
    head = page[:DECLARED_WITHIN_BYTES]
    tagged = next((codec for codec, first_tag in FIRST_TAG.items() if first_tag.match(head)), None)
    if tagged:
        return tagged
    units = min(len(page), UTF16_HEAD_BYTES) // 2
    for codec, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        highs, lows = page[high : 2 * units : 2], page[1 - high : 2 * units : 2]
        narrow = [low for upper, low in zip(highs, lows, strict=True) if not upper]
        text = all(low >= 160 or 32 <= low < 127 or low in b"\t\n\f\r" for low in narrow)
        if units >= LEAST_UNITS and len(narrow) * LEAST_ZEROS >= units and 0 not in lows and text:
            return codec
    return None


def _utf16_source(page: bytes, http_charset: str | None) -> CharsetSource:
    """What declares a page in UTF-16 to be so."""
    if (declared_in(page[:DECLARED_WITHIN_BYTES].replace(b"\0", b"")) or "").lower() in UTF16:
        return "document"
    return "http" if (http_charset or "").strip().lower() in UTF16 else "default"


def detect(page: bytes, http_charset: str | None = None) -> Charset:
    """The encoding of a page. source: "default" where nothing speaks for another encoding than windows-1252.

    >>> detect(b"caf\\xc3\\xa9"), detect(b"caf\\xe9"), detect(b"caf\\xe9", "koi8-r").name
    (Charset(name='utf-8', source='utf8', bom_bytes=0), Charset(name='cp1252', source='default', bom_bytes=0), 'koi8-r')
    """
    for mark, name in BOMS:
        if page.startswith(mark):
            return Charset(name, "bom", len(mark))
    unmarked = utf16_without_mark(page)
    if unmarked:
        return Charset(unmarked, _utf16_source(page, http_charset))
    declared = _declared_utf16(page, http_charset)
    if declared:
        return Charset(declared, "http")
    declarations: list[tuple[str, CharsetSource]] = []
    for label, source in _labels(page, http_charset):
        name = codec_named(label)
        if name is not None:
            declarations.append((name, source))
    return _in_ascii(page, declarations) if page.isascii() else _beyond_ascii(page, declarations)


def _declared_utf16(page: bytes, http_charset: str | None) -> str | None:
    """The codec of a page that the server declares to be in UTF-16, where it is that without an error, and no UTF-8."""
    label = (http_charset or "").strip().lower()
    if label not in UTF16 or len(page) % 2 or is_utf8(page):
        return None
    if sum(32 <= byte < 127 for byte in page) > MOST_ASCII * len(page):  # of Chinese in UTF-16 it is a half
        return None
    codec = "utf-16-be" if label in ("utf-16be", "unicodefffe") else "utf-16-le"
    try:
        page.decode(codec)
    except UnicodeDecodeError:
        return None
    return codec


def _labels(page: bytes, http_charset: str | None) -> Iterator[tuple[str, CharsetSource]]:
    """What the page declares, then what the server does."""
    declared = declared_in(page)
    if declared:
        yield declared, "document"
    if http_charset:
        yield http_charset, "http"


def _in_ascii(page: bytes, declarations: list[tuple[str, CharsetSource]]) -> Charset:
    """ASCII, or what ISO-2022 and HZ write in its bytes."""
    if may_be_escaped(page):
        for name, source in declarations:
            if name.startswith(ESCAPED):
                return Charset(name, source)
        found = escaped_encoding(page)
        if found:
            return Charset(found, "detected")
    return Charset("utf-8", "utf8")


def _beyond_ascii(page: bytes, declarations: list[tuple[str, CharsetSource]]) -> Charset:
    """UTF-8 where it is that, else what is declared and may be right, else what is likeliest."""
    if is_utf8(page):
        return Charset("utf-8", "utf8")
    text = text_of(page)
    damage = damage_of(text)
    for name, source in declarations:
        if name == "utf-8":
            if _is_damaged_utf8(damage):
                return Charset("utf-8", source)
        elif damage.valid >= VALID_A_BROKEN * max(damage.broken, 1):
            return Charset("utf-8", "utf8")
        elif name == DEFAULT:
            found = likelier(text, DEFAULT, CLEAR_BITS_A_BYTE, CLEAR_BITS)
            return Charset(widened(found, page), "detected") if found else Charset(name, source)
        elif not name.startswith(ESCAPED):
            return Charset(widened(name, page), source)
    if damage.valid > damage.broken:
        return Charset("utf-8", "utf8")
    found = likeliest(text)
    return Charset(DEFAULT, "default") if found == DEFAULT else Charset(widened(found, page), "detected")


def _is_damaged_utf8(damage: Damage) -> bool:
    """Whether a page that declares UTF-8 is that, but for some bytes."""
    if damage.valid * BROKEN_A_VALID >= damage.broken:
        return True
    return damage.broken_words <= FEW_WORDS or damage.broken_words * WORDS_A_BROKEN <= damage.words


def is_utf8(page: bytes) -> bool:
    """Whether the bytes are UTF-8 without exception."""
    if page.isascii():
        return True
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True


def decoded(page: bytes, charset: Charset) -> str:
    """The page as text without its byte order mark; what the encoding does not know is U+FFFD.

    Never raises; bytes that encode half of a surrogate pair become U+FFFD too.

    >>> decoded(b"\\xff\\xfea\\x00\\x00\\xd8", detect(b"\\xff\\xfea"))
    'a\\ufffd'
    """
    text = page[charset.bom_bytes :].decode(charset.name, "replace")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in set(text)):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
