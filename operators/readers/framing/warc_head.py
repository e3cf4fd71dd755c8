"""Heads of WARC records.

Source: ISO 28500:2017 (WARC 1.1), section 4: version line, named fields, an empty line, then the block.
"""

import re

import numpy as np

from corpusmill.operators.readers.framing import warc_heads
from corpusmill.operators.readers.framing.grammar import MAX_HEAD_BYTES, Head

CR = 0x0D
VERSION = re.compile(rb"WARC/[01]\.\d{1,2}[ \t]{0,8}\r?\n")
CONVERSION = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 4\r\n\r\ntide\r\n\r\n"  # a smallest record
FIELD = re.compile(rb"\n([^:\n]*):([^\n]*)")


class WarcGrammar:
    name = "warc"
    opening = VERSION
    own_line = False

    def begins(self, data: bytes) -> bool:
        """
        >>> WARC.begins(b"WARC/1.1" + bytes([13, 10])), WARC.begins(b"<!doctype html>")
        (True, False)
        """
        return VERSION.match(data) is not None

    def head(self, data: bytes, at: int) -> Head | str | None:
        version = VERSION.match(data, at)
        if version is None:
            return "not_a_warc_record: " + repr(data[at : at + 16])[1:]
        closing = b"\r\n\r\n" if data[version.end() - 2] == CR else b"\n\n"  # some writers end lines with LF only
        end = data.find(closing, at, at + MAX_HEAD_BYTES)
        if end < 0:
            return "head_without_end" if len(data) - at >= MAX_HEAD_BYTES else None
        size = end + len(closing) - at
        fields = fields_of(data[at : at + size])
        length = fields.get(b"content-length", b"")
        if not length.isdigit() or len(length) > 18:
            return "no_content_length" if not length else f"bad_content_length: {length[:24]!r}"
        kind = fields.get(b"warc-type", b"unknown").decode("ascii", "replace").lower()
        return Head(size, int(length), kind, fields)

    def whole(self, data: bytes, starts: np.ndarray, max_bytes: int) -> int:
        return warc_heads.whole(data, starts, max_bytes)


def fields_of(head: bytes) -> dict[bytes, bytes]:
    """Named fields of a head, the first of each name; names lower-cased, folded lines joined by one space.

    >>> fields_of(b"WARC/1.0\\r\\nA: 1\\r\\nb: 2\\r\\n 3\\r\\nA: 4\\r\\n\\r\\n")
    {b'a': b'1', b'b': b'2 3'}
    """
    if b"\n " in head or b"\n\t" in head:
        head = b"\n".join(_unfolded(head.split(b"\n")))
    # backwards, so that the first of each name is the one that stays
    return {name.strip().lower(): value.strip() for name, value in reversed(FIELD.findall(head))}


def _unfolded(lines: list[bytes]) -> list[bytes]:
    out: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and out and line.strip():
            out[-1] = out[-1].rstrip() + b" " + line.strip()
        else:
            out.append(line)
    return out


WARC = WarcGrammar()
