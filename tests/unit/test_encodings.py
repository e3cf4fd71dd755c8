"""Plain text in the encoding that a job names."""

import pytest

from tests.contract.files import gz, read, reader_of

TEXTS = {
    "cp1251": "Дом и сад",
    "koi8-r": "Дом и сад",
    "latin-1": "Größe",
    "cp1250": "Zażółć gęślą jaźń",
    "shift_jis": "海と空",
    "euc_jp": "海と空",
    "iso2022_jp": "海と空",
    "gb18030": "海和天空",
    "big5": "海和天空",
    "euc_kr": "바다와 하늘",
    "utf-16": "Größe 海",
    "utf-16-le": "Größe 海",
    "utf-16-be": "Größe 海",
    "utf-32": "Größe 海",
    "utf-8-sig": "Größe 海",
    "UTF-8": "Größe 海",
}
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")


def texts(data: bytes, **params: object) -> list[tuple[object, object]]:
    rows = read(reader_of("readers.plain", params), data)
    return [(row["text"], row["failure"]) for row in rows if row["skipped"] is None]


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_file_is_read_in_its_encoding_plain_and_compressed(encoding):
    text = f"{TEXTS[encoding]}\r\n{TEXTS[encoding]}"
    data = f"{text}\r\n".encode(encoding)
    assert texts(data, encoding=encoding) == [(text, None)]
    assert texts(gz(data), encoding=encoding) == [(text, None)]


@pytest.mark.parametrize("encoding", [name for name in TEXTS if name not in WIDE])
def test_and_so_are_its_lines_and_paragraphs(encoding):
    data = f"{TEXTS[encoding]}\n\n{TEXTS[encoding]}\n".encode(encoding)
    for unit in ("line", "paragraph"):
        assert texts(data, encoding=encoding, unit=unit) == [(TEXTS[encoding], None)] * 2


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_part_of_the_text(mark):
    assert texts("\ufeffGröße".encode(mark), encoding=mark) == [("Größe", None)]


def test_a_byte_that_the_encoding_does_not_know_is_a_failure_or_replaced():
    data = "Дом\n".encode("cp1251") + b"\x98\nab\n"
    assert texts(data, encoding="cp1251", unit="line") == [
        ("Дом", None),
        (None, "invalid_encoding: not cp1251 at byte 0"),
        ("ab", None),
    ]
    assert texts(data, encoding="cp1251", errors="replace") == [("Дом\n\ufffd\nab", None)]
    assert texts(b"\0\xd8a\0", encoding="utf-16-le") == [(None, "invalid_encoding: not utf-16-le at byte 0")]
    assert texts(b"a\0b", encoding="utf-16-le") == [(None, "invalid_encoding: not utf-16-le at byte 2")]


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("unit", ["line", "paragraph"])
def test_lines_that_end_otherwise_are_refused_with_a_remedy(encoding, unit):
    with pytest.raises(ValueError, match=f"unit: {unit} needs an encoding .*iconv -f {encoding} -t UTF-8"):
        reader_of("readers.plain", {"encoding": encoding, "unit": unit})


@pytest.mark.parametrize("encoding", ["cp1521", "base64", "rot13", "", "unicode_escape", "a\0b"])
@pytest.mark.parametrize("name", ["readers.plain", "readers.html"])
def test_what_is_no_encoding_of_text_is_refused(name, encoding):
    with pytest.raises(ValueError, match="no encoding"):
        reader_of(name, {"encoding": encoding})
