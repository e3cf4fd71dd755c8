"""Pages that are not UTF-8 already, turned into it; the few that Python has to touch one by one."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.charset import decoded, detect


class Decoded(NamedTuple):
    """Pages as UTF-8, and where each row's page begins and ends, as if `decoded` began where `data` ends.

    Most pages are UTF-8 and stay where they are: to put both into one buffer would copy all of them for a few.
    """

    data: np.ndarray  # uint8, read-only: the content as it came
    decoded: np.ndarray  # uint8, read-only: the pages that were in another charset, end to end
    start: np.ndarray  # int64 by row
    end: np.ndarray
    source: pa.Array  # string: what told the charset; null where the row is not HTML

    def between(self, start: int, end: int) -> bytes:
        """The bytes from one place to another of the same page."""
        at = len(self.data)
        return (self.data[start:end] if start < at else self.decoded[start - at : end - at]).tobytes()

    def joined(self) -> np.ndarray:
        """All pages in one buffer; a copy, unless no page had to be decoded."""
        if not len(self.decoded):
            return self.data
        whole = np.concatenate((self.data, self.decoded))
        whole.flags.writeable = False
        return whole


def as_utf8(
    data: np.ndarray, offsets: np.ndarray, is_html: np.ndarray, utf8: np.ndarray, http_charsets: pa.Array | None
) -> Decoded:
    """Decodes the HTML rows that are not UTF-8; the others stay where they are.

    data, offsets: the binary column's buffers. http_charsets: charset of each row's HTTP header, if there is any.
    """
    start, end = offsets[:-1].copy(), offsets[1:].copy()
    pieces, total = [np.empty(0, np.uint8)], len(data)
    bom = b"\xef\xbb\xbf"
    source: list[str | None] = ["utf8" if html else None for html in is_html.tolist()]
    for row in np.flatnonzero(is_html & utf8 & _begins_with(data, start, end, bom)).tolist():
        source[row] = "bom"
    for row in np.flatnonzero(is_html & ~utf8).tolist():
        page = data[start[row] : end[row]].tobytes()
        charset = detect(page, http_charsets[row].as_py() if http_charsets is not None else None)
        text = np.frombuffer(decoded(page, charset).encode(), np.uint8)
        source[row] = charset.source
        pieces.append(text)
        start[row], end[row] = total, total + len(text)
        total += len(text)
    both = data, np.concatenate(pieces)
    for buffer in both:
        buffer.flags.writeable = False
    return Decoded(*both, start, end, pa.array(source, pa.string()))


def _begins_with(data: np.ndarray, start: np.ndarray, end: np.ndarray, mark: bytes) -> np.ndarray:
    long_enough = end - start >= len(mark)
    found = long_enough.copy()
    for k, byte in enumerate(mark):
        found[long_enough] &= data[start[long_enough] + k] == byte
    return found
