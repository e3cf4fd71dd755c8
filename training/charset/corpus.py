"""Gathers the texts that the model is trained on, by language: none of those it is judged by."""

import gzip
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from corpusmill.operators.text.charsets.candidates import ARABIC, CYRILLIC, GREEK, HEBREW, LATIN, THAI
from corpusmill.operators.text.charsets.held_out import is_judging_text

ALPHABETIC = {
    LATIN: "en fr de es it pt nl sv da nb fi is ca ro pl cs sk hu hr sl sq et lv lt tr az eu ga cy eo af id gl mt fo "
    "gd br la vi",
    CYRILLIC: "ru uk bg sr mk be kk tt",
    GREEK: "el",
    HEBREW: "he yi",
    ARABIC: "ar fa ur",
    THAI: "th",
}
IDEOGRAPHIC = ("ja", "ko", "zh", "zh-Hant")
LEAST_OWN_SHARE = 0.4  # a guess: lines of a non-Latin language with fewer letters of its own are mostly English or code
MOST_CHARACTERS = 300_000  # of an alphabetic language: pairs need no more, and documents shall not outweigh sentences
# Labels of the three corpora that are not the ones used here.
_UDHR_LABELS = (
    "eng=en fra=fr deu=de spa=es ita=it por=pt nld=nl swe=sv dan=da nob=nb fin=fi isl=is cat=ca ron=ro pol=pl ces=cs",
    "slk=sk hun=hu hrv=hr slv=sl als=sq est=et lav=lv lit=lt tur=tr rus=ru ukr=uk bul=bg mkd=mk bel=be ell=el heb=he",
    "arb=ar pes=fa urd=ur tha=th vie=vi jpn=ja kor=ko eus=eu gle=ga cym=cy epo=eo afr=af kaz=kk mlt=mt glg=gl fao=fo",
    "gla=gd ydd=yi bre=br tat=tt lat=la srp_cyrl=sr cmn_hans=zh cmn_hant=zh-Hant",
)


def _pair(text: str) -> tuple[str, str]:
    label, _, language = text.partition("=")
    return label, language


_UDHR = dict(_pair(text) for labels in _UDHR_LABELS for text in labels.split())
_DOCS = {"ukr": "uk", "lav": "lv", "est": "et", "baq": "eu", "no": "nb"}
_NEVER = re.compile(r"[\x7f-\x9f\ufffd]")
GARBLED = {"hu": re.compile(r"[õûÕÛ\x7f-\x9f\ufffd]")}  # some sentences were once read in the wrong encoding
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def texts_by_language(corpora: Path) -> dict[str, list[str]]:
    """Lines to train on, by language: sentences first, then the Declaration, then documents."""
    found: dict[str, list[str]] = defaultdict(list)
    for language, text in _entries(corpora):
        if language and not is_judging_text(text):
            lines = (line.strip() for line in text.split("\n"))
            found[language] += [line for line in lines if line and not GARBLED.get(language, _NEVER).search(line)]
    scripts = {language: script for script, languages in ALPHABETIC.items() for language in languages.split()}
    for language in found:
        if scripts.get(language) != LATIN:
            found[language] = [line for line in found[language] if _is_own(line)]
    found["vi"] = [with_marks_apart(line) for line in found["vi"]]
    found["fa"] += [line.replace("ی", "ي") for line in found["fa"]]  # as windows-1256, without a Persian yeh, has it
    return found


def _is_own(line: str) -> bool:
    return sum(not c.isascii() for c in line) >= LEAST_OWN_SHARE * len(line)


def _entries(corpora: Path) -> Iterator[tuple[str | None, str]]:
    for entry in _rows(corpora / "langid" / "lingua-sentences.jsonl.gz"):
        yield entry["lang"], entry["text"]
    for entry in _rows(corpora / "langid" / "udhr.jsonl.gz"):
        yield _UDHR.get(entry["variant"], _UDHR.get(entry["lang"])), entry["text"]
    for path in sorted((corpora / "docs").glob("*.jsonl.gz")):
        for entry in _rows(path):
            yield _DOCS.get(entry["lang_path"], entry["lang_path"]), entry["text"]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path) as lines:
        yield from map(json.loads, lines)


def with_marks_apart(text: str) -> str:
    """Vietnamese as windows-1258 writes it: the tone is a character after its vowel.

    >>> [f"{ord(c):x}" for c in with_marks_apart("ế")]
    ['ea', '301']
    """
    out = []
    for character in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", character)
        tones = "".join(c for c in parts if c in _TONES)
        out.append(unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES)) + tones)
    return "".join(out)
