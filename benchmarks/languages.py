"""Texts in many languages with their labels, from the folder of corpora: docs by language, and the UDHR."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.texts import CORPORA
from corpusmill.operators.text.language_codes import code_of
from corpusmill.operators.text.scripts import script_of

EXCLUDED = ("code", "eips", "peps")  # English, and what is no prose


def documents(corpora: Path = CORPORA) -> Iterator[tuple[str, str]]:
    """(language, text) of each document whose path tells its language, `cmn_Hani` by the script of its letters."""
    for path in sorted((corpora / "docs").glob("*.jsonl.gz")):
        if path.name.removesuffix(".jsonl.gz") in EXCLUDED:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row.get("lang_path"):
                    yield code_of(row["lang_path"].partition("-")[0], script_of(row["text"])), row["text"]


def by_language(most: int, corpora: Path = CORPORA) -> dict[str, list[str]]:
    """At most so many documents of each language."""
    found: dict[str, list[str]] = defaultdict(list)
    for language, text in documents(corpora):
        if len(found[language]) < most:
            found[language].append(text)
    return dict(sorted(found.items()))


def declarations(corpora: Path = CORPORA) -> dict[str, str]:
    """The Universal Declaration of Human Rights as far as the corpus has it, by language and script.

    Mostly its preamble and first articles, 3,000 characters. Of several versions of a language the first.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    with gzip.open(corpora / "langid" / "udhr.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            parts[row["variant"]].append(row["text"])
    found: dict[str, str] = {}
    for variant, each in sorted(parts.items()):
        text = "\n".join(each)
        found.setdefault(code_of(variant.partition("_")[0], script_of(text)), text)
    return found
