"""Heads of ARC records, the format before WARC.

Source: Burner and Kahle 1996, "Arc File Format", versions 1 and 2: one line `URL IP date type [code checksum location
        offset file] length`, then the block and a line end; the first record, `filedesc:`, describes the file.
"""

import re

import numpy as np

from corpusmill.operators.readers.framing.grammar import MAX_HEAD_BYTES, Head, whole_by_head

# The URL may hold spaces that a crawler did not escape; what tells a head is the IP and the date of 12 to 18 digits.
# Some files lack the line ends between records: with any scheme allowed, a record one byte too long would leave "ttp:"
# for a sound head.
SCHEMES = rb"(?:https?|ftps?|dns|whois|gopher|wais|news|nntp|mailto|rtsp|mms|urn|data|metadata|filedesc)"
HEAD = (
    rb"(" + SCHEMES + rb":[^\r\n]{0,6000}?) ([0-9A-Fa-f.:]{1,45}) (\d{12,18})((?: [^\r\n]{0,1000}?)?) (\d{1,18})\r?\n"
)
AT = re.compile(HEAD, re.IGNORECASE)
LINE = re.compile(rb"^" + HEAD, re.MULTILINE | re.IGNORECASE)


class ArcGrammar:
    name = "arc"
    opening = LINE
    own_line = True  # what follows the opening is too common in pages, which list addresses

    def begins(self, data: bytes) -> bool:
        r"""
        >>> ARC.begins(b"http://a.org/b c 10.0.0.1 20080430204825 text/html 12\n"), ARC.begins(b"HTTP/1.1 200 OK\n")
        (True, False)
        """
        return AT.match(data) is not None

    def head(self, data: bytes, at: int) -> Head | str | None:
        found = AT.match(data, at)
        if found is None:
            if b"\n" in data[at : at + MAX_HEAD_BYTES] or len(data) - at >= MAX_HEAD_BYTES:
                return "not_an_arc_record: " + repr(data[at : at + 16])[1:]
            return None
        url, ip, date, rest, length = found.groups()
        kind = "filedesc" if url.lower().startswith(b"filedesc:") else "response"
        fields = {b"url": url, b"ip": ip, b"date": date, b"mime": rest.strip().partition(b" ")[0]}
        return Head(found.end() - at, int(length), kind, fields)

    def whole(self, data: bytes, starts: np.ndarray, max_bytes: int) -> int:
        return whole_by_head(self, data, starts, max_bytes)


ARC = ArcGrammar()
