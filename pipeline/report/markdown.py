"""Puts values that come from data into Markdown and YAML, where they can be nothing but text."""

import json
import re
from typing import Any

from corpusmill.pipeline.execution.terminal import one_line

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "@": "&#64;"}
MARKS = re.compile(r"([\\`*_\[\]|~$#!])")
ADDRESS = re.compile(r":(?=//)|(?i:\bwww)(\.)")  # what renderers turn into a link although nothing marks it


def escaped(value: object) -> str:
    """A value as plain text in a paragraph, list or table cell of Markdown, also where HTML is rendered.

    >>> escaped("<img src=x> a|b"), escaped("https://a.org"), escaped("en_Latn")
    ('&lt;img src=x&gt; a\\\\|b', 'https&#58;//a.org', 'en\\\\_Latn')
    """
    text = one_line(str(value)).replace("\\n", " ")
    text = "".join(ENTITIES.get(c, c) for c in MARKS.sub(r"\\\1", text))
    return ADDRESS.sub(lambda found: "&#58;" if found.group() == ":" else found.group()[:-1] + "&#46;", text)


def yaml_value(value: Any) -> str:
    """A value on one line of YAML: JSON, which every YAML reader takes, with nothing a terminal would act on.

    >>> print(yaml_value({"name": 'a: "b"', "tags": ["x"]}))
    {"name": "a: \\"b\\"", "tags": ["x"]}
    """
    return json.dumps(value, ensure_ascii=True)


def code(name: str) -> str:
    """A name as Markdown code, in which a backslash is one and nothing else has a meaning.

    >>> code("decide.gopher_quality"), code("a`b")
    ('`decide.gopher_quality`', "`a'b`")
    """
    return f"`{' '.join(name.replace('`', chr(39)).split())}`"
