"""What becomes of each character that shows nothing: what stands for something is replaced, the rest deleted."""

import unicodedata

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.unicode import Unicode
from corpusmill.operators.text.removed_characters import KINDS

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
CASES = {
    "an apostrophe of windows-1252": ("I don\x92t know what it\x92s for.", "I don’t know what it’s for."),
    "a dash of windows-1252": ("1914\x961918 \x97 war", "1914–1918 — war"),
    "quotes of windows-1252": ("\x93No,\x94 \x91he\x92 said\x85 and 5 \x80", "“No,” ‘he’ said… and 5 €"),
    "letters of windows-1252": ("\x8eeljko \x8aimi\x9c \x9fvonne", "Željko Šimiœ Ÿvonne"),
    "an ellipsis by itself": ("Wait\x85 what?", "Wait… what?"),
    "line ends of a mainframe": ("one\x85two\x85three\x85", "one\ntwo\nthree\n"),
    "a soft line end": ("Title\x0bSubtitle", "Title\nSubtitle"),
    "a page break": ("the last line\x0cChapter 2", "the last line\nChapter 2"),
    "records": ("a\x1cb\x1dc\x1ed", "a\nb\nc\nd"),
    "fields": ("name\x1fvalue", "name value"),
    "Khmer": ("ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"),
    "Thai": ("ภาษา\u200bไทย", "ภาษา\u200bไทย"),
    "Lao": ("ພາສາ\u200bລາວ", "ພາສາ\u200bລາວ"),
    "Burmese": ("မြန်မာ\u200bဘာသာ", "မြန်မာ\u200bဘာသာ"),
    "Tibetan": ("བོད\u200bསྐད", "བོད\u200bསྐད"),
    "Javanese": ("ꦧꦱ\u200bꦗꦮ", "ꦧꦱ\u200bꦗꦮ"),
    "names between Khmer words": ("iPhone\u200b15\u200bថ្មី", "iPhone\u200b15\u200bថ្មី"),
    "a layout hint": ("zero\u200bwidth in ภาษา\u200bไทย \u200b", "zerowidth in ภาษา\u200bไทย "),
    "a hint in an address": ("example\u200b.org\u200b/a\u200b\u200bb", "example.org/ab"),
    "the flag of England": (f"Go {ENGLAND}!", f"Go {ENGLAND}!"),
    "hidden text": ("hi\U000e0001\U000e0068\U000e0069\U000e007f 🙂\U000e0061\U000e0062\U000e0063\U000e007f", "hi 🙂"),
    "a flag without an end": (ENGLAND[:-1] + "x", "\U0001f3f4x"),
    "a place to break a word": ("Donau\xaddampf\xadschiff", "Donaudampfschiff"),
    "a word that was broken": ("hyphen\xad\n  ation", "hyphenation"),
    "years": ("1914\xad1918, COVID\xad19, 65\xadjährig", "1914-1918, COVID-19, 65-jährig"),
    "a soft hyphen for a dash": ("tea \xad hot", "tea - hot"),
    "base and gloss": ("\ufff9漢字\ufffaかんじ\ufffb", "漢字(かんじ)"),
    "printers' bold and underlining": ("N\x08NA\x08A _\x08a_\x08b c\x08", "NA ab c"),
    "base and two glosses": ("\ufff9日\ufffaに\ufffaひ\ufffb", "日(に)(ひ)"),
    "a word set in bold as a whole": ("bold\x08\x08\x08\x08bold, word\x08\x08\x08\x08____", "bold, word"),
    "a word that was typed over": ("teh\x08\x08he end\x08\x08\n", "the end\n"),
    "colours of a terminal": ("\x1b[1;31mred\x1b[0m \x1b[38;5;12mblue\x1b[m", "red blue"),
    "titles and links of a terminal": (
        "\x1b]0;title\x07$ ls \x1b]8;;http://a.org\x1b\\here\x1b]8;;\x1b\\",
        "$ ls here",
    ),
    "what switched the characters of ISO 2022": ("\x1b(Btea\x1b)0", "tea"),
    "an escape by itself": ("press \x1b, then Q", "press , then Q"),
    "switches of shaping": ("a\u206ab\u206fc", "abc"),
    "code points that are no characters": ("a\ufdd0b\ufdefc\U0001fffed\U0010ffff", "abcd"),
    "Mongolian vowels and variants": ("ᠴᠠᠭᠠᠨ\u180eᠠ ᠭᠠᠵᠠᠷ\u180b", "ᠴᠠᠭᠠᠨ\u180eᠠ ᠭᠠᠵᠠᠷ\u180b"),
    "variants of Han and of emoji": ("葛\U000e0100城 ☎\ufe0e ❤\ufe0f", "葛\U000e0100城 ☎\ufe0e ❤\ufe0f"),
    "lines and paragraphs of Unicode": ("one\u2028two\u2029three", "one\u2028two\u2029three"),
    "a Hebrew joiner of graphemes": ("ש\u034f\u05b8", "ש\u034f\u05b8"),
    "beams of music": ("\U0001d173\U0001d15e\U0001d174", "\U0001d173\U0001d157\U0001d165\U0001d174"),
    "UTF-16 read as bytes": ("H\x00e\x00y\x00", "Hey"),
    "marks of direction": ("\u200fשלום\u200e (\u202bعربي\u202c) \u2067x\u2069", "שלום (عربي) x"),
    "byte-order marks": ("\ufeffTea\ufffe", "Tea"),
    "joiners": ("می\u200cخواهم 👨\u200d👩\u200d👧 क्\u200dष", "می\u200cخواهم 👨\u200d👩\u200d👧 क्\u200dष"),
    "invisible mathematics": ("2\u2062x, sin\u2061x, a\u206312", "2\u2062x, sin\u2061x, a\u206312"),
}  # fmt: skip


def rewritten(text: str, **params: object) -> dict[str, object]:
    return Unicode(**params)(Batch(pa.table({"text": pa.array([text], TEXT)}))).table.to_pylist()[0]  # pyright: ignore


@pytest.mark.parametrize("name", CASES)
def test_what_stands_for_something_stays(name):
    before, after = CASES[name]
    assert rewritten(before)["text"] == after
    assert rewritten(after)["text"] == after


@pytest.mark.parametrize("code", range(0x80, 0xA0))
def test_every_c1_control_becomes_what_windows_1252_means_by_it(code):
    assert rewritten(f"a{chr(code)}b")["text"] == f"a{bytes([code]).decode('cp1252', 'ignore')}b"


def test_no_character_that_unicode_calls_a_separator_is_deleted():
    for code in range(0x110000):
        character = chr(code)
        apart = unicodedata.bidirectional(character) in ("B", "S", "WS") or character.isspace()
        if apart and code not in range(0xD800, 0xE000):
            assert len(str(rewritten(f"a{character}b")["text"])) == 3, hex(code)


def test_the_table_names_each_character_once_with_a_reason():
    named = [code for rules in KINDS.values() for rule in rules for code in range(rule.first, rule.last + 1)]
    assert len(named) == len(set(named))
    assert all(rule.why and rule.first <= rule.last for rules in KINDS.values() for rule in rules)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_every_character_of_a_kind_is_replaced_or_deleted_among_latin_letters(kind):
    for rule in KINDS[kind]:
        for code in range(rule.first, rule.last + 1):
            text = str(rewritten(f"a{chr(code)}b", remove=(kind,))["text"])
            assert chr(code) not in text
            assert rule.becomes is None or text == f"a{rule.becomes}b"


def test_counts_tell_deleted_from_replaced_characters():
    found = rewritten("It\x92s\x07 e\u0301")
    assert found == {"text": "It’s é", "unicode_removed_chars": 1, "unicode_normalized_chars": 3}
