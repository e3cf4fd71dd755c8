"""Encodings of text files by the names that Python gives them."""

import codecs
import difflib
from encodings.aliases import aliases

UNWANTED = frozenset({"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
BOM = "\ufeff"


def require_encoding(name: str) -> None:
    """Raise ValueError when `name` is no encoding of text, with the name that is nearest."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        near = difflib.get_close_matches(name.lower(), {*aliases, *aliases.values()}, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "there are utf-8, utf-16, cp1251, shift_jis, gb18030, ..."
        raise ValueError(f"no encoding {name!r}; {hint}") from None
    # Codecs like base64 and rot13 do not turn bytes into text; str.decode alone refuses them.
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("-", "_") in UNWANTED:
        raise ValueError(f"{name!r} is no encoding of text files; name another, e.g. utf-8 or cp1251")


def is_encoding(name: str) -> bool:
    """Whether `name` is an encoding of text."""
    try:
        require_encoding(name)
    except ValueError:
        return False
    return True


def has_line_ends(name: str) -> bool:
    """Whether lines end with a byte 0x0A, and that byte ends lines only.

    >>> has_line_ends("cp1251"), has_line_ends("shift_jis"), has_line_ends("utf-16")
    (True, True, False)
    """
    return undecodable_at(b"\n", name) is None and b"\n".decode(name) == "\n"


def undecodable_at(data: bytes, name: str) -> int | None:
    """The first byte of `data` that the encoding does not know; null when it knows all of them.

    >>> undecodable_at(b"a\\x98", "cp1251"), undecodable_at("дом".encode("cp1251"), "cp1251")
    (1, None)
    """
    try:
        data.decode(name).encode()
    except UnicodeDecodeError as e:
        return e.start
    except UnicodeError:  # half a pair of surrogates, which some let pass
        return 0
    return None


def encoded_as(data: bytes, name: str) -> bytes:
    """`data`, which is in that encoding, in UTF-8; what the encoding does not know is U+FFFD, a mark in front left out.

    >>> encoded_as("дом".encode("utf-16"), "utf-16").decode()
    'дом'
    """
    return data.decode(name, "replace").removeprefix(BOM).encode("utf-8", "replace")
