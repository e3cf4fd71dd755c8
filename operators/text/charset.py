"""Which encoding the bytes of a page are in.

Source:   WHATWG HTML, "Determining the character encoding" (byte order mark, then declarations); XML 1.0, appendix F
          (UTF-16 known by its first tag).
Deviates: bytes that are valid UTF-8 are UTF-8, whatever is declared, but for a declared ISO-2022, which is all ASCII;
          and the page's own declaration comes before the HTTP one: servers send their default charset for every file.

A declared encoding other than UTF-8 is believed, also where it is the wrong one: a page in KOI8-R that declares
windows-1251 comes out as the wrong letters, since every byte is a letter in both. Where the page declares none or an
unknown one, the server is believed in the same way, and where neither does, the page is read as windows-1252.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from corpusmill.operators.text.charset_labels import CODECS, UTF16

CharsetSource = Literal["bom", "utf8", "document", "http", "default"]

DECLARED_WITHIN_BYTES = 4096  # the standard looks at 1,024; many pages declare later
META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
FIRST_TAG = {
    "utf-16-le": re.compile(rb"(?:[\t\n\f\r ]\0)*<\0[!?/A-Za-z]\0"),
    "utf-16-be": re.compile(rb"(?:\0[\t\n\f\r ])*\0<\0[!?/A-Za-z]"),
}
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Share of U+FFFD among the characters up to which a page declared UTF-8 (or not declared at all) is UTF-8 with some
# damage, and above which it is something else. Both are guesses that no page of the test corpora contradicts.
MAX_DAMAGE_DECLARED = 1 / 200
MAX_DAMAGE_UNDECLARED = 1 / 2000


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
    """The label a page gives in its XML declaration or `<meta>`, within the first 4 kB."""
    head = page[:DECLARED_WITHIN_BYTES]
    found = XML.search(head) or META.search(head)
    return found.group(1).decode("ascii") if found else None


def utf16_without_mark(page: bytes) -> str | None:
    """The codec when the first thing in a page, but for white space, is a tag in 16-bit units; else None.

    >>> [utf16_without_mark(page) for page in ("\\n<p>a".encode("utf-16-le"), b"<p>a", b"a\\0<\\0p\\0")]
    ['utf-16-le', None, None]
    """
    head = page[:DECLARED_WITHIN_BYTES]
    return next((codec for codec, first_tag in FIRST_TAG.items() if first_tag.match(head)), None)


def _utf16_source(page: bytes, http_charset: str | None) -> CharsetSource:
    """What declares a page in UTF-16 to be so."""
    if (declared_in(page[:DECLARED_WITHIN_BYTES].replace(b"\0", b"")) or "").lower() in UTF16:
        return "document"
    return "http" if (http_charset or "").strip().lower() in UTF16 else "default"


def detect(page: bytes, http_charset: str | None = None) -> Charset:
    """The encoding of a page.

    >>> detect(b"caf\\xc3\\xa9"), detect(b"caf\\xe9"), detect(b"caf\\xe9", "koi8-r").name
    (Charset(name='utf-8', source='utf8', bom_bytes=0), Charset(name='cp1252', source='default', bom_bytes=0), 'koi8-r')
    """
    for mark, name in BOMS:
        if page.startswith(mark):
            return Charset(name, "bom", len(mark))
    unmarked = utf16_without_mark(page)
    if unmarked:
        return Charset(unmarked, _utf16_source(page, http_charset))
    escaped = page.isascii() and b"\x1b" in page
    if not escaped and is_utf8(page):
        return Charset("utf-8", "utf8")
    for label, source in ((declared_in(page), "document"), (http_charset, "http")):
        name = codec_named(label) if label else None
        if escaped and not (name or "").startswith("iso2022"):
            continue
        if name == "utf-8":
            if damage(page) <= MAX_DAMAGE_DECLARED:
                return Charset("utf-8", source)  # pyright: ignore[reportArgumentType] # a tuple widens the literals
        elif name is not None:
            return Charset(name, source)  # pyright: ignore[reportArgumentType]
    if damage(page) <= MAX_DAMAGE_UNDECLARED:
        return Charset("utf-8", "utf8")
    return Charset("cp1252", "default")


def is_utf8(page: bytes) -> bool:
    """Whether the bytes are UTF-8 without exception."""
    if page.isascii():
        return True
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True


def damage(page: bytes) -> float:
    """Share of the bytes, 0 to 1, at which reading as UTF-8 fails; 0.0 for no bytes."""
    return page.decode("utf-8", "replace").count("\ufffd") / len(page) if page else 0.0


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
