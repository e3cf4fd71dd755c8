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
    text = decoded(content, detect(content, label))
    assert text.encode().decode() == text  # no lone surrogate
    assert len(text) <= len(content)


@pytest.mark.thorough
def test_pages_of_a_real_crawl_are_read_without_replacement(corpora):
    import io

    from corpusmill.operators.file_format import Span
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


ENGLISH = "The tide went out and the boats lay on the mud until the evening, as they had always done. "
AD = "Купи слона!!".encode("cp1251")
NAME = b"Jos\xe9"


@pytest.mark.parametrize("declared", [("<meta charset=utf-8>", None), ("", "utf-8")])
@pytest.mark.parametrize("foreign", [AD, NAME, b"\xff", "Привет, мир".encode("koi8-r")])
@pytest.mark.parametrize(
    "text",
    [
        "Größe, déjà vu, naïve, façade, El Niño – ça va très bien à São Paulo",
        "Это предложение",
        "这是一个中文句子。" * 3,
    ],
)
def test_a_page_declared_utf8_with_a_few_foreign_bytes_is_utf8(declared, foreign, text):
    meta, http = declared
    content = f"{meta}<p>{text}</p><p>".encode() + foreign + f"</p>{text}".encode()
    found = detect(content, http)
    assert found.name == "utf-8"
    said = decoded(content, found)
    assert said.count(text) == 2
    assert "\ufffd" in said


def test_a_foreign_name_in_a_page_of_ascii_declared_utf8_is_damage():
    content = b"<meta charset=utf-8><p>By " + NAME + b". " + ENGLISH.encode()
    assert decoded(content, detect(content)).count("Jos\ufffd. ") == 1
    assert detect(b"<meta charset=utf-8>" + ENGLISH.encode() * 5 + AD).name == "utf-8"


def test_an_undeclared_page_in_utf8_that_is_cut_or_damaged_is_utf8():
    content = "Это предложение на русском языке.".encode()
    assert detect(content[:-2] + b"\xd0").name == "utf-8"
    assert detect(content + AD + content).name == "utf-8"
    assert detect(content + AD[:3], "windows-1251").name == "utf-8"


@pytest.mark.parametrize("size", [30, 120, 2000])
@pytest.mark.parametrize("menu", ["", '<ul class="nav">' + "<li><a href=/index.html>Home</a></li>" * 40 + "</ul>"])
@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("cp1251", "Все люди рождаются свободными и равными в своем достоинстве и правах. "),
        ("koi8-r", "Все люди рождаются свободными и равными в своем достоинстве и правах. "),
        ("cp866", "Все люди рождаются свободными и равными в своем достоинстве и правах. "),
        ("iso8859-5", "Все люди рождаются свободными и равными в своем достоинстве и правах. "),
        ("mac-cyrillic", "Все люди рождаются свободными и равными в своем достоинстве и правах. "),
        ("gb18030", "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。"),
        ("big5", "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心。"),
        ("euc_jp", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
        ("cp932", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
        ("euc_kr", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "),
        ("iso8859-2", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności. "),
        ("cp1250", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. "),
        ("cp1253", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια. "),
        ("cp1255", "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם. "),
        ("cp1256", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. "),
        ("cp874", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ "),
        ("hz", "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。"),
        ("iso2022_kr", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "),
    ],
)
def test_an_undeclared_page_is_read_as_it_was_written(label, text, menu, size):
    said = f"<html>{menu}<p>{(text * 80)[:size]}</p></html>"
    content = said.encode(label)
    assert decoded(content, detect(content)) == said


def test_a_declaration_in_a_comment_does_not_count():
    content = "<!-- <meta charset=koi8-r> --><p>Все люди рождаются свободными и равными".encode("cp1251")
    assert detect(content).name == "cp1251"


@pytest.mark.parametrize(
    "before",
    [
        '<meta name="description" content="we use charset=koi8-r here">',
        '<meta content="charset=koi8-r" property="og:description">',
        "<script>document.write('<meta charset=koi8-r>')</script>",
        "<STYLE>/* <meta charset=koi8-r> */</STYLE>",
        "<!-- <meta charset=koi8-r> -->",
    ],
)
def test_what_declares_no_encoding_is_passed_over(before):
    text = "<p>Москва является столицей России"
    for declared in (
        "",
        "<meta charset=windows-1251>",
        '<meta http-equiv=a content="text/html; charset=windows-1251">',
    ):
        content = f"{before}{declared}{text}".encode("cp1251")
        assert decoded(content, detect(content)).endswith(text)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    ["Moscow is the capital.\r\n", "Дом и сад, дом и сад", "Hello <b>world</b>", "Größe: 5 €", "مدينة القاهرة هي"],
)
def test_utf16_without_a_mark_and_a_tag_is_known_by_its_zeros(order, text):
    content = text.encode(order)
    found = detect(content)
    assert (found.name, found.source, decoded(content, found)) == (order, "default", text)


def test_utf16_without_zeros_is_read_where_the_server_declares_it():
    content = "这是一个中文句子。".encode("utf-16-be")
    assert decoded(content, detect(content, "UTF-16BE")) == "这是一个中文句子。"
    assert detect("这是".encode(), "utf-16").name == "utf-8"
    assert not detect(b"caf\xe9", "utf-16").name.startswith("utf-16")


@pytest.mark.parametrize(
    "content", [b"\0\0\0\0\0\0\0\0", bytes(range(1, 9)), b"a\0\x01\0b\0c\0", b"a\0b\0c", b"\x7fELF\0\0\1\0"]
)
def test_zeros_in_other_bytes_are_no_utf16(content):
    assert not detect(content).name.startswith("utf-16")


@pytest.mark.parametrize("declared", ["", "<meta charset=iso-2022-jp>"])
def test_half_width_katakana_are_read_in_iso_2022(declared):
    content = f"{declared}<p>日本のﾄｳｷｮｳ".encode("iso2022_jp_ext")
    assert decoded(content, detect(content)).endswith("<p>日本のﾄｳｷｮｳ")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("cp932", "ﾄｳｷｮｳﾄﾊ ﾆﾎﾝﾉ ｼｭﾄ ﾃﾞｱﾙ｡ ｶﾝﾄｳﾁﾎｳﾆ ｲﾁｽﾙ｡"),
        ("cp932", "ﾎｰﾑﾍﾟｰｼﾞへようこそ｡ ｹﾞｽﾄﾌﾞｯｸに書いてね｡"),
        ("big5hkscs", "佢哋喺香港食嘢,啲人話係噉樣嘅。香港特別行政區"),
        ("cp950", "臺北市是中華民國的首都,位於臺灣北部"),
        ("iso8859-7", "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας."),
        ("cp1255", "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ, וְהָאָרֶץ הָיְתָה תֹהוּ וָבֹהוּ"),
        ("cp874", "กรุงเทพมหานครเป็นเมืองหลวง"),
        ("cp1257", "Tallinn on Eesti pealinn ja suurim linn; see asub Soome lahe ääres. Õpetaja räägib šokolaadist."),
        ("iso8859-4", "Rīga ir Latvijas galvaspilsēta un lielākā pilsēta Baltijas valstīs"),
        ("koi8-u", "Їжак і ґава жили в лісі, у їхній хаті було тепло й затишно."),
        ("cp1251", "Београд је главни и највећи град Републике Србије, његова љубав"),
        ("cp949", "똠방각하 펲시콜라 서울특별시는 대한민국의 수도이자 최대 도시이다."),
        ("gb18030", "龍馬精神 繁體中文也可以用這個編碼 国家"),
        ("iso8859-3", "Eĥoŝanĝo ĉiuĵaŭde estas Esperanta frazo pri la ĉielo"),
        ("cp852", "Praha je hlavní a největší město České republiky. Žluťoučký kůň"),
    ],
)
def test_an_undeclared_sentence_is_read_as_it_was_written(label, text):
    content = f"<p>{text}</p>".encode(label)
    assert decoded(content, detect(content)) == f"<p>{text}</p>"


def test_characters_of_hong_kong_are_read_in_declared_big5():
    content = "<meta charset=big5><p>佢哋喺香港".encode("big5hkscs")
    assert decoded(content, detect(content)).endswith("佢哋喺香港")


def test_code_with_a_tilde_and_a_brace_is_no_chinese():
    content = b"<p>struct ~{ int a; ~} x; echo ~{a,b}~ and ~{ab~} and ~{0xff~}"
    assert detect(content) == Charset("utf-8", "utf8")


def test_plain_english_with_typographic_marks_is_western():
    for text in ("He said “no” – it’s 5 € …", "Café", "naïve", "© 2003", "25 °C ± 2", "x² × ½"):
        content = f"<p>{ENGLISH}{text}</p>".encode("cp1252")
        assert decoded(content, detect(content)) == f"<p>{ENGLISH}{text}</p>"
