"""Text that a page carries as data for machines: the body or description in its JSON-LD.

Source: schema.org, properties articleBody, text, reviewBody and description; JSON-LD 1.1 (@graph).
"""

import html
import re
from collections.abc import Iterator

import orjson

SCRIPT = re.compile(
    rb"<script[^>]*type\s*=\s*[\"']?application/ld\+json[\"']?[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL
)
PROPERTIES = ("articleBody", "text", "reviewBody", "description")
MOST_SCRIPTS, MOST_DEPTH = 16, 12
_TAG = re.compile(r"<[^<>]{0,500}>")
_PARAGRAPH_END = re.compile(r"</p\s*>|<br\s*/?>|</li\s*>", re.IGNORECASE)


def described(page: bytes) -> str:
    """The longest body or description in the JSON-LD of a page (UTF-8), mark-up removed; "" when there is none.

    >>> described(b'<script type="application/ld+json">{"@graph": [{"articleBody": "<p>A b.</p>C"}]}</script>')
    'A b.\\n\\nC'
    """
    texts = []
    for script in list(SCRIPT.finditer(page))[:MOST_SCRIPTS]:
        try:
            data = orjson.loads(script.group(1).strip())
        except orjson.JSONDecodeError:
            continue
        texts += _texts(data, 0)
    return max((_plain(text) for text in texts), key=len, default="")


def _texts(data: object, depth: int) -> Iterator[str]:
    if depth > MOST_DEPTH:
        return
    if isinstance(data, list):
        for one in data:
            yield from _texts(one, depth + 1)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in PROPERTIES and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from _texts(value, depth + 1)


def _plain(text: str) -> str:
    """Without tags and references; paragraphs a blank line apart."""
    text = html.unescape(_TAG.sub(" ", _PARAGRAPH_END.sub("\n", html.unescape(text))))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n\n".join(line for line in lines if line)
