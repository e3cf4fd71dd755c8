"""Pages in legacy encodings made from texts in many languages, that train nothing, and what they say."""

import gzip
import html
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpusmill.operators.text.charsets.held_out import is_judging_text

# Encodings by the languages they were made for; one that writes a text of these without loss gets a page of it.
ENCODINGS = {
    "en fr de es it pt nl sv da nb fi is ca eu ga af id sq": "cp1252 iso8859-1 iso8859-15 cp850 cp437 mac-roman",
    "pl cs sk hu hr sl ro": "cp1250 iso8859-2 iso8859-16 cp852 mac-latin2",
    "et lv lt": "cp1257 iso8859-4 iso8859-13 cp775",
    "tr": "cp1254 iso8859-9 cp857 mac-turkish",
    "ru bg uk be sr mk": "cp1251 koi8-r koi8-u iso8859-5 cp866 mac-cyrillic cp855",
    "el": "cp1253 iso8859-7 cp737 mac-greek",
    "he": "cp1255 iso8859-8 cp862",
    "ar fa ur": "cp1256 iso8859-6 cp720",
    "th": "cp874",
    "ja": "cp932 euc_jp iso2022_jp",
    "ko": "cp949 euc_kr iso2022_kr",
    "zh": "gb2312 gbk gb18030 hz",
    "zh-Hant": "big5 big5hkscs gb18030",
}
UDHR = {"cmn_hans": "zh", "cmn_hant": "zh-Hant"}
LENGTHS = (100, 400, 2000)  # characters: a sentence, a paragraph, a page
LEAST_LINE, MOST_LINE = 20, 3000
PAGE = (
    "<html><head><title>{title}</title><style>p {{margin: 0}}</style><script>if (a < b) c();</script></head><body>"
    '<div class="nav"><a href="/index.html">Home</a> | <a href="/contact.html">Contact</a></div><p>{text}</p>'
    "<div>Copyright 2003. All rights reserved.</div></body></html>"
)


@dataclass(frozen=True)
class LegacyPage:
    """Bytes and what they say. wrapped: in HTML."""

    language: str
    encoding: str
    characters: int
    wrapped: bool
    text: str
    content: bytes


def legacy_pages(corpora: Path, *, copies: int) -> Iterator[LegacyPage]:
    """Pages of each length, bare and wrapped, for each encoding and language that it writes."""
    lines = _lines(corpora)
    for languages, encodings in ENCODINGS.items():
        for language in languages.split():
            for encoding in encodings.split():
                rng = random.Random(f"{language} {encoding}")
                fitting = [line for line in lines[language] if _writes(encoding, line)]
                if 2 * len(fitting) >= len(lines[language]) and not all(map(str.isascii, fitting)):
                    yield from _of(language, encoding, fitting, copies, rng)


def _of(language: str, encoding: str, lines: list[str], copies: int, rng: random.Random) -> Iterator[LegacyPage]:
    for characters in LENGTHS:
        for _ in range(copies):
            text = ""
            while len(text) < characters:
                text = f"{text} {rng.choice(lines)}".strip()
            text = text[: characters * 2]
            if text.isascii() or not _writes(encoding, text):
                continue
            whole = PAGE.format(title=html.escape(text[:40], quote=False), text=html.escape(text, quote=False))
            for wrapped, said in ((False, text), (True, whole)):
                yield LegacyPage(language, encoding, characters, wrapped, said, said.encode(encoding))


def _writes(encoding: str, text: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def _lines(corpora: Path) -> dict[str, list[str]]:
    """Lines by language; of a language in another script only those that are mostly in it."""
    found: dict[str, list[str]] = defaultdict(list)
    latin = " ".join(list(ENCODINGS)[:4]).split()
    for name in ("langid/lingua-sentences", "langid/udhr", "docs/hf-course", "docs/tf-docs", "docs/electron-docs"):
        with gzip.open(corpora / f"{name}.jsonl.gz") as rows:
            for entry in map(json.loads, rows):
                language = UDHR.get(entry.get("variant", ""), entry.get("lang") or entry.get("lang_path") or "")
                if is_judging_text(entry["text"]):
                    found[language] += [
                        line
                        for line in map(str.strip, entry["text"].split("\n"))
                        if LEAST_LINE <= len(line) <= MOST_LINE
                        and (language in latin or sum(not c.isascii() for c in line) > 0.4 * len(line))
                    ]
    return found
