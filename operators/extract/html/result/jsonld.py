"""Text that a page carries as data for machines: the body or description in its JSON-LD.

Source:   schema.org, properties articleBody, text, reviewBody and description; JSON-LD 1.1 (@graph).
Deviates: control characters inside strings are let pass, since pages write line ends so; what the site says of itself
          (`site_types`) is no text of the page.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpusmill.operators.extract.html.result.site_types import is_of_site

BODY = "articleBody"
OTHERS = ("text", "reviewBody", "description")
MOST_DEPTH = 12
MOST_BYTES = 1_000_000  # of all scripts of a page; those that would go beyond are passed over; a guess
_TAG = re.compile(r"<[^<>]{0,500}>")
_PARAGRAPH_END = re.compile(r"</p\s*>|<br\s*/?>|</li\s*>", re.IGNORECASE)
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{20,}")  # no character, and more digits than Python reads as a number


@dataclass(frozen=True, kw_only=True)
class Described:
    """The longest of each kind, mark-up removed; "" where there is none."""

    body: str = ""  # articleBody: the main text, says the page
    other: str = ""  # a description, a review, a posting


def described(scripts: Iterable[bytes]) -> Described:
    r"""What JSON-LD scripts (UTF-8) tell of the page. Scripts that are no JSON tell nothing.

    >>> described([b'{"@graph": [{"articleBody": "<p>A\tb.</p>C"}, {"@type": "WebSite", "description": "All of it"}]}'])
    Described(body='A b.\n\nC', other='')
    """
    found: dict[bool, list[str]] = {True: [], False: []}
    left = MOST_BYTES
    for script in scripts:
        if len(script) > left:
            continue
        left -= len(script)
        try:
            data = json.loads(script.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            continue
        for key, text in _texts(data, 0):
            found[key == BODY].append(text)
    longest = {is_body: max(map(_plain, texts), key=len, default="") for is_body, texts in found.items()}
    return Described(body=longest[True], other=longest[False])


def _texts(data: object, depth: int) -> Iterator[tuple[str, str]]:
    """(property, value) of all texts of the page in a JSON value."""
    if depth > MOST_DEPTH:
        return
    if isinstance(data, list):
        for one in data:
            yield from _texts(one, depth + 1)
    elif isinstance(data, dict):
        of_site = is_of_site(data.get("@type"))
        for key, value in data.items():
            if isinstance(value, str):
                if key == BODY or (key in OTHERS and not of_site):
                    yield key, value
            elif isinstance(value, dict | list):
                yield from _texts(value, depth + 1)


def _plain(text: str) -> str:
    """Without tags and references; paragraphs a blank line apart. Half surrogate pairs become U+FFFD."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _unescaped(_TAG.sub(" ", _PARAGRAPH_END.sub("\n", _unescaped(text))))
    return "\n\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)


def _unescaped(text: str) -> str:
    return html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))
