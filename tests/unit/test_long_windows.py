"""Zstandard files whose window is longer than is held by default: named as such, and read by option."""

import pytest
import zstandard

from corpusmill.operators.readers.framing.zstd_window import longer_window, window_bytes
from corpusmill.operators.sniff import sniff
from tests.contract.files import answer, json_lines, read, reader_of, warc_record, warc_records, wet_records

WINDOW_AT = 5  # the byte behind magic and descriptor, of a frame that does not tell its size


def windowed(data: bytes, log: int = 28) -> bytes:
    """A frame that demands a window of 2 ** log bytes."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    frame = bytearray(packer.compress(data) + packer.flush())
    frame[WINDOW_AT] = (log - 10) << 3
    return bytes(frame)


FILES = {
    "readers.jsonl": b"".join(json_lines()),
    "readers.plain": b"one\ntwo\n",
    "readers.warc": b"".join(warc_records(3)),
    "readers.wet": b"".join(wet_records(3)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_long_window_says_what_it_needs(name):
    rows = read(reader_of(name, {}), windowed(FILES[name]))
    (failure,) = [row["failure"] for row in rows if row["failure"]]
    assert failure == (
        "long_window: needs a window of 256 MiB, above max_window_mib: 128;"
        " give a worker that much memory more, and set max_window_mib: 256"
    )


@pytest.mark.parametrize("name", FILES)
def test_and_is_read_by_option(name):
    made = next(iter(reader_of(name, {}).columns_made()))
    packed = read(reader_of(name, {"max_window_mib": 256}), windowed(FILES[name]))
    expected = [row[made] for row in read(reader_of(name, {}), FILES[name]) if row[made]]
    assert expected
    assert [row[made] for row in packed if row[made]] == expected


@pytest.mark.parametrize("size", [1, 200, 256, 400, 70_000, 1 << 17])
@pytest.mark.parametrize("log", [10, 20, 31])
def test_the_window_of_a_frame_is_what_the_library_finds(size, log):
    for frame in (zstandard.ZstdCompressor().compress(bytes(size)), windowed(bytes(size), log)):
        assert window_bytes(frame) == zstandard.get_frame_parameters(frame).window_size


def test_a_window_that_is_held_by_default_and_damage_are_distinguished():
    assert longer_window(windowed(b"abc", 27), 128) is None
    assert str(longer_window(windowed(b"abc", 31), 128)).startswith("needs a window of 2048 MiB")
    assert "2048 can be read at most" in str(longer_window(windowed(b"abc", 35), 2048))
    (row,) = read(reader_of("readers.plain", {}), windowed(b"abc", 35))
    assert "needs a window of 32768 MiB" in str(row["failure"])
    harmed = bytearray(windowed(b"abc" * 99, 20))
    harmed[8:20] = b"\xff" * 12
    (row,) = read(reader_of("readers.plain", {}), bytes(harmed))
    assert str(row["failure"]).startswith("bad_zst")


def test_a_body_of_a_long_window_says_so_too():
    record = warc_record("response", answer(windowed(b"<p>a"), b"Content-Encoding: zstd"))
    (row,) = read(reader_of("readers.warc", {}), record)
    assert str(row["failure"]).startswith("broken_body: zstd needs a window of 256 MiB")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mib", [0, 2049])
def test_a_bound_that_cannot_be_kept_is_refused(name, mib):
    with pytest.raises(ValueError, match="max_window_mib must be from 1 to 2048"):
        reader_of(name, {"max_window_mib": mib})


def test_the_first_look_says_it_too_before_any_work():
    head = windowed(FILES["readers.jsonl"])[:512]
    for reader in (None, "readers.jsonl"):
        told = sniff("a.jsonl.zst", head, reader).error
        assert told is not None
        assert "needs a window of 256 MiB" in told
        assert "set max_window_mib: 256, under the `options` of this source" in told
        assert sniff("a.jsonl.zst", head, reader, max_window_mib=256).reader == "readers.jsonl"
