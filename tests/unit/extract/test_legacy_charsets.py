"""Pages in old encodings come out as they were written, whatever is declared, as far as that can be told."""

import pytest

from corpusmill.operators.text.charset import codec_named
from tests.unit.extract.test_main_text import extract

TEXTS = {
    "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "euc_jp": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "iso-2022-jp": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "euc_kr": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "gb18030": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。",
    "big5": "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心。",
    "windows-1250": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
    "windows-1251": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "windows-1252": "Tous les êtres humains naissent libres et égaux en dignité – et en droits.",
    "windows-1253": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "windows-1254": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
    "windows-1255": "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "windows-1256": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.",
    "windows-1257": "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās.",
    "windows-1258": "Tât ca moi ngươi sinh ra dêu duoc tu do vê nhân phâm va quyên loi.",
    "koi8-r": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "koi8-u": "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
    "iso-8859-2": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności.",
    "iso-8859-5": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "iso-8859-7": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "iso-8859-9": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
    "iso-8859-15": "Tous les êtres humains naissent libres et égaux – 5 €".replace("–", "-"),
    "tis-620": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "utf-8": "Все люди – 吾輩は猫である – يولد جميع الناس – naïve",
}

WESTERN = ("windows-1252",)


def title_of(charset: str, declared: str | None, http: str | None) -> tuple[str, str]:
    """What comes out as the title (never dropped), and what told the charset."""
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}<title>{TEXTS[charset]}</title></head><body>{TEXTS[charset]}".encode(charset)
    (row,) = extract(page, http_charset=[http])
    return row["title"], row["charset_source"]


@pytest.mark.parametrize("charset", TEXTS)
def test_declared_in_the_page(charset):
    source = "utf8" if charset == "utf-8" else "document"
    assert title_of(charset, charset, None) == (TEXTS[charset], source)


@pytest.mark.parametrize("charset", TEXTS)
def test_declared_in_the_header_only(charset):
    source = "utf8" if charset == "utf-8" else "http"
    assert title_of(charset, None, charset) == (TEXTS[charset], source)


@pytest.mark.parametrize("charset", TEXTS)
def test_the_page_is_believed_before_the_header(charset):
    assert title_of(charset, charset, "iso-8859-1")[0] == TEXTS[charset]


def test_escapes_in_a_page_that_declares_no_iso_2022_change_nothing():
    page = f"<html><meta charset=utf-8><title>{TEXTS['utf-8']}</title><p>a\x1b[0mb".encode()
    (row,) = extract(page, http_charset=[None])
    assert (row["title"], row["charset_source"]) == (TEXTS["utf-8"], "utf8")


@pytest.mark.parametrize("charset", [c for c in TEXTS if c != "utf-8"])
def test_a_page_wrongly_declared_utf8_is_read_by_its_header_or_by_what_its_bytes_are(charset):
    title, source = title_of(charset, "utf-8", charset)
    assert (title, source) == (TEXTS[charset], "http")
    title, source = title_of(charset, "utf-8", None)
    assert (title, source) == (TEXTS[charset], "default" if charset in WESTERN else "detected")


@pytest.mark.parametrize("charset", [c for c in TEXTS if c != "utf-8"])
def test_an_undeclared_page_is_read_by_what_its_bytes_are(charset):
    source = "default" if charset in WESTERN else "detected"
    assert title_of(charset, None, None) == (TEXTS[charset], source)
    assert title_of(charset, "no-such-charset", None) == (TEXTS[charset], source)


@pytest.mark.parametrize("charset", [c for c in TEXTS if c not in (*WESTERN, "utf-8", "windows-1258", "iso-8859-15")])
def test_a_declared_latin1_gives_way_where_the_bytes_are_clearly_something_else(charset):
    assert title_of(charset, "iso-8859-1", None) == (TEXTS[charset], "detected")


@pytest.mark.parametrize("wrong", ["iso-8859-1", "shift_jis", "no-such-charset", "utf-16"])
def test_utf8_is_utf8_whatever_is_declared(wrong):
    assert title_of("utf-8", wrong, wrong) == (TEXTS["utf-8"], "utf8")


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_decides(charset):
    page = f"<html><meta charset=koi8-r><title>{TEXTS['utf-8']}</title>".encode(charset)
    (row,) = extract(page, http_charset=["iso-8859-1"])
    assert (row["title"], row["charset_source"]) == (TEXTS["utf-8"], "bom")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("meta", "http", "source"),
    [
        ("", "UTF-16LE", "http"),
        ("<meta charset=utf-16>", None, "document"),
        ("<meta charset=utf-16be>", "iso-8859-1", "document"),
        ("<meta charset=koi8-r>", None, "default"),
    ],
)
def test_utf16_without_a_mark_is_recognized_by_its_first_tag(order, meta, http, source):
    page = f"\n<html>{meta}<title>{TEXTS['utf-8']}</title><p>a".encode(order)
    (row,) = extract(page, http_charset=[http])
    assert (row["title"], row["charset_source"]) == (TEXTS["utf-8"], source)


@pytest.mark.parametrize(
    ("written", "declared"),
    [
        ("windows-1251", "koi8-r"),
        ("koi8-r", "windows-1251"),
        ("iso-8859-5", "windows-1251"),
        ("windows-1250", "iso-8859-2"),
        ("windows-1252", "windows-1250"),
        ("euc_jp", "shift_jis"),
        ("shift_jis", "euc-jp"),
        ("euc_kr", "big5"),
        ("gb18030", "big5"),
        ("windows-1256", "iso-8859-6"),
    ],
)
def test_one_legacy_encoding_declared_as_another_is_read_as_declared(written, declared):
    """Every byte, or nearly so, is a letter in both: only what the words mean could tell, and that is not tried."""
    wrong = TEXTS[written].encode(written).decode(codec_named(declared), "replace")
    wrong = " ".join(wrong.translate({0xAD: None}).split())  # soft hyphens go and white space is one space, as always
    assert title_of(written, declared, None) == (wrong, "document")
    assert title_of(written, declared, written) == (wrong, "document")
    assert title_of(written, None, declared) == (wrong, "http")


def test_where_the_page_declares_an_unknown_encoding_the_server_is_believed():
    assert title_of("koi8-r", "no-such-charset", "koi8-r") == (TEXTS["koi8-r"], "http")
