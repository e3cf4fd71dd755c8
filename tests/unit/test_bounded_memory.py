"""Readers hold a bounded part of a file, however large the file or one record of it is."""

import tracemalloc
import zlib

import pytest

from corpusmill.operators.file_format import Span
from tests.contract.files import answer, lz, reader_of, warc_record, zst

MIB = 1 << 20


class Synthetic:
    """A seekable file of `size` bytes that exists only where it is read: `line` over and over, `head` in front."""

    def __init__(self, size: int, line: bytes = b"x", head: bytes = b"", tail: bytes = b"") -> None:
        self.size, self.at, self.head, self.tail = size, 0, head, tail
        self.line = line * (MIB // len(line) + 2)
        self.period = len(line)

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = self.size + offset if whence == 2 else offset
        return self.at

    def read(self, count: int) -> bytes:
        count = max(0, min(count, self.size - self.at))
        out = b""
        while len(out) < count:
            at = self.at + len(out)
            if at < len(self.head):
                piece = self.head[at:]
            elif at >= self.size - len(self.tail):
                piece = self.tail[at - self.size + len(self.tail) :]
            else:
                start = (at - len(self.head)) % self.period
                piece = self.line[start : start + min(MIB, self.size - len(self.tail) - at)]
            out += piece[: count - len(out)]
        self.at += count
        return out


def peak(reader, file, size) -> tuple[int, int, int]:
    """Peak of Python's memory in bytes while reading, rows, and their bytes."""
    list(reader(Synthetic(9), Span(0, 9)))  # imports on first use are not what is measured
    tracemalloc.start()
    try:
        rows = length = 0
        for batch in reader(file, Span(0, size)):
            rows += batch.num_rows
            length += sum(batch["length"].to_pylist())
        return tracemalloc.get_traced_memory()[1], rows, length
    finally:
        tracemalloc.stop()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["readers.jsonl", "readers.plain", "readers.warc", "readers.wet", "readers.arc"])
def test_one_line_of_100_mb_is_passed_over_in_little_memory(name):
    params = {"max_record_bytes": MIB, **({"unit": "line"} if name == "readers.plain" else {})}
    size = 100 * MIB
    used, rows, length = peak(reader_of(name, params), Synthetic(size), size)
    assert (rows, length) == (1, size)
    assert used < 16 * MIB


@pytest.mark.parametrize("kind", ["jsonl", "gz", "zst", "lz4"])
def test_json_behind_an_absurd_line_is_read(kind):
    data = b'{"text": "a"}\n' + b"[" * (30 * MIB) + b'\n{"text": "b"}\n'
    pack = {"jsonl": bytes, "gz": lambda d: zlib.compress(d, 1, wbits=31), "zst": zst, "lz4": lz}[kind]
    file = Synthetic(len(pack(data)), head=pack(data))
    tracemalloc.start()
    batches = list(reader_of("readers.jsonl", {"max_record_bytes": MIB})(file, Span(0, file.size)))
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = [row for batch in batches for row in batch.to_pylist() if row["skipped"] is None]
    assert [row["text"] for row in rows] == ["a", None, "b"]
    assert rows[1]["failure"] == f"record_too_large: {30 * MIB + 1}"
    assert [row["offset"] for row in rows] == [0, 14, 14 + 30 * MIB + 1]
    assert used < 100 * MIB


def test_a_record_of_100_mb_between_others_is_passed_over_in_little_memory():
    small = warc_record("response", answer(b"<p>"), WARC_Target_URI="http://e/1")
    big = small.replace(b"Content-Length: %d" % len(answer(b"<p>")), b"Content-Length: %d" % (100 * MIB))
    head = small + big[: -len(answer(b"<p>")) - 4]
    size = len(head) + 100 * MIB + 4 + len(small)
    file = Synthetic(size, head=head, tail=b"\r\n\r\n" + small)
    used, rows, length = peak(reader_of("readers.warc", {"max_record_bytes": MIB}), file, size)
    assert (rows, length) == (3, size)
    assert used < 16 * MIB


@pytest.mark.thorough
def test_a_file_of_100_mb_with_good_lines_is_read_in_little_memory():
    line = b'{"text": "' + b"Ein Satz, noch ein Satz. " * 800 + b'"}\n'
    count = 100 * MIB // len(line)
    size = count * len(line)
    used, rows, length = peak(reader_of("readers.jsonl", {}), Synthetic(size, line), size)
    assert (rows, length) == (count, size)
    assert used < 64 * MIB


@pytest.mark.parametrize("name", ["readers.jsonl", "readers.wet", "readers.plain"])
def test_nul_bytes_are_text_or_a_failure_and_never_an_end(name):
    data = {
        "readers.jsonl": b'{"text": "a\\u0000b"}\n{"text": "a\x00b"}\n',
        "readers.wet": warc_record("conversion", b"a\x00b"),
        "readers.plain": b"a\x00b",
    }[name]
    file = Synthetic(len(data), head=data)
    [batch] = reader_of(name, {})(file, Span(0, len(data)))
    assert batch["text"].to_pylist()[0] == "a\x00b"
    assert sum(batch["length"].to_pylist()) == len(data)
