"""Encodings found and pages decoded, whatever is declared or not."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.text.charset import Charset, codec_named, decoded, detect
from corpusmill.operators.text.charset_labels import CODECS

TEXTS = {
    "shift_jis": "日本語の文章です。カタカナも。",
    "euc-jp": "日本語の文章です。カタカナも。",
    "iso-2022-jp": "日本語の文章です。",
    "euc-kr": "한국어 문장입니다. 아파치 서버",
    "gb2312": "这是一个中文句子。",
    "gb18030": "这是一个中文句子。𠮷",
    "big5": "這是一個中文句子。",
    "windows-1251": "Это предложение на русском языке.",
    "koi8-r": "Это предложение на русском языке.",
    "windows-1250": "Příliš žluťoučký kůň",
    "windows-1252": "Größe – “quoted” €",
    "iso-8859-1": "Größe, déjà vu",
    "iso-8859-2": "Příliš žluťoučký kůň",
    "iso-8859-7": "Ελληνικά",
    "iso-8859-9": "Türkçe ığ",
    "windows-1256": "اللغة العربية",
    "iso-8859-8": "עברית",
    "tis-620": "ภาษาไทย",
}


def page(label: str, text: str, declared: str) -> bytes:
    return f"<html><head>{declared}</head><p>{text}</p>".encode(label)


@pytest.mark.parametrize("label", TEXTS)
def test_a_declaration_in_the_page_is_found(label):
    for declared in (f"<meta charset={label}>", f'<META http-equiv=x content="text/html; charset={label.upper()}">'):
        content = page(label, TEXTS[label], declared)
        found = detect(content)
        assert TEXTS[label] in decoded(content, found)
        assert found.source in ("document", "utf8")


@pytest.mark.parametrize("label", TEXTS)
def test_the_http_charset_serves_where_the_page_declares_none(label):
    content = page(label, TEXTS[label], "")
    assert TEXTS[label] in decoded(content, detect(content, label))


@pytest.mark.parametrize("label", ["shift_jis", "koi8-r", "windows-1252"])
def test_the_pages_own_declaration_beats_the_servers(label):
    content = page(label, TEXTS[label], f"<meta charset={label}>")
    assert TEXTS[label] in decoded(content, detect(content, "utf-8"))
    assert TEXTS[label] in decoded(content, detect(content, "iso-8859-15"))


def test_utf8_is_utf8_whatever_is_declared():
    content = "<meta charset=iso-8859-1>Größe".encode()
    assert detect(content, "shift_jis") == Charset("utf-8", "utf8")


def test_a_byte_order_mark_beats_all():
    for codec in ("utf-16", "utf-8-sig"):
        content = "<meta charset=koi8-r>Größe".encode(codec)
        found = detect(content)
        assert found.source == "bom"
        assert decoded(content, found) == "<meta charset=koi8-r>Größe"
    big = b"\xfe\xff" + "Größe".encode("utf-16-be")
    assert decoded(big, detect(big)) == "Größe"


def test_an_xml_declaration_counts():
    content = '<?xml version="1.0" encoding="koi8-r"?><html>Привет'.encode("koi8-r")
    assert detect(content).name == "koi8-r"


def test_a_wrong_declaration_of_utf8_gives_way_to_windows_1252():
    content = b"<meta charset=utf-8>" + "é".encode("cp1252") * 30
    assert detect(content) == Charset("cp1252", "default")


def test_a_little_damage_leaves_utf8_what_it_is():
    content = ("<meta charset=utf-8>" + "Größe " * 300).encode() + b"\xff"
    assert detect(content) == Charset("utf-8", "document")
    assert decoded(content, detect(content)).endswith("\ufffd")


def test_labels_that_name_no_text_encoding_are_passed_over():
    for label in ("none", "base64", "rot13", "utf-7", "idna", "hex", "undefined", "unicode_escape", "\x00", "a" * 200):
        assert codec_named(label) is None
        assert detect(b"caf\xe9", label) == Charset("cp1252", "default")


@pytest.mark.parametrize("label", sorted(CODECS))
def test_every_label_of_the_standard_names_a_codec(label):
    assert codec_named(f" {label.upper()} ") == codecs.lookup(CODECS[label]).name


def test_labels_in_use_that_python_does_not_know():
    labels = (
        "x-euc-jp",
        "iso-8859-8-i",
        "x-cp1251",
        "windows-874",
        "windows-949",
        "cn-big5",
        "logical",
        "l5",
        "ks_c_5601-1989",
    )
    names = ("euc_jp", "iso8859-8", "cp1251", "cp874", "cp949", "cp950", "iso8859-8", "cp1254", "cp949")
    assert tuple(map(codec_named, labels)) == names
    assert len(CODECS) >= 220


@given(
    content=st.binary(max_size=200), label=st.one_of(st.none(), st.text(max_size=12), st.sampled_from(sorted(TEXTS)))
)
def test_any_bytes_become_valid_text(content, label):
    decoded(content, detect(content, label)).encode()


def test_pages_of_a_real_crawl_are_read_without_replacement(corpora):
    import io

    from corpusmill.operators.contract import Span
    from tests.contract.files import reader_of

    seen = {}
    for path in sorted((corpora / "crawl").glob("*.warc.gz"))[:2]:
        data = path.read_bytes()
        for batch in reader_of("readers.warc", {})(io.BytesIO(data), Span(0, len(data))):
            for content, http in zip(batch["content"].to_pylist(), batch["http_charset"].to_pylist(), strict=True):
                if content is None:
                    continue
                for header in (http, None):  # the answer is the same when the server says nothing
                    found = detect(content, header)
                    seen[found.name] = seen.get(found.name, 0) + 1
                    lost = decoded(content, found).count("\ufffd") - content.count("\ufffd".encode())
                    assert lost <= 1, (found, http)
    assert set(seen) >= {"utf-8", "cp949", "cp1252"}
