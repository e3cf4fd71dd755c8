"""No text makes a regular expression of this project slow: each is linear, or runs on little."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.extract.pages.route import XML_ROOT, route
from corpusmill.operators.extract.wikitext import SPACES
from corpusmill.operators.readers.framing.http import CHARSET
from corpusmill.pipeline.config.base.secrets import redacted
from tests.unit.security import expressions

# ruff: noqa: E501  expressions as they stand in the code

# More than linear on long texts, and why they never get one.
BOUNDED = {
    "operators/readers/framing/arc_head.py AT": "each repetition is bounded, the longest by 6,000 bytes",
    "operators/readers/framing/arc_head.py LINE": "as AT",
    "operators/readers/framing/nested.py TOKEN": "a type in a job file",
    r"""operators/signals/licence.py re.search b'\\b(?:noai|noimageai)\\b|tdm-reservation[\\"\'][^<>]*content\\s*=\\s*[\\"\']?1'""": "tags of 2,000 bytes at most",
    "operators/text/charset.py FIRST_TAG['utf-16-be']": "the first 1,024 bytes of a page",
    "operators/text/charset.py FIRST_TAG['utf-16-le']": "the first 1,024 bytes of a page",
    "operators/text/charset.py META": "as far into a page as a declaration counts, and each repetition is bounded by 400",
    "operators/text/charset.py NO_TAGS": "as far into a page as a declaration counts",
    "pipeline/config/base/environment.py VARIABLE": "a value of a job file",
    "pipeline/config/base/secrets.py _S3_USER": "each repetition is bounded, the longest by 1,000 characters",
    "pipeline/config/build/overrides.py PART": "an argument of the command line",
}

# Put together by a function, and of what. A plain word has no repetition; models of expressions run in kernels.
MADE_OF = {
    "operators/readers/framing/wiki_pages.py PAGE": "a plain word",
    "operators/rewrite/personal/chinese.py f'(?:{metadata.mobile.national_number_pattern})\\\\Z'.encode()": "digits "
    "that another expression found, 15 at most",
    """operators/rewrite/personal/national.py f"(?:{'|'.join((pattern for pattern in kinds if pattern))})\\\\Z".encode()""": "digits that another expression found",
    "operators/rewrite/personal/national.py f'(?:{lead})'.encode()": "digits that another expression found",
    "operators/rewrite/personal/numbers.py b'(?:' + between + b'[0-9A-Fa-f]{2}(?![0-9A-Za-z]))*'": "a few bytes around",
    "operators/rewrite/personal/numbers.py b'(?:(?<![0-9A-Za-z])[0-9A-Fa-f]{2}' + between + b')*$'": "a few bytes around",
    """operators/rewrite/refined/line_rules.py f"\\\\s*(?:{'|'.join(map(re.escape, rules.anywhere))})\"""": "the plain "
    "form that tests compare the kernel with",
    "operators/rewrite/refined/line_rules.py f'\\\\W*[0-9][0-9.,]*[kmb]?\\\\s+(?:{nouns})\\\\W*'": "the plain form, too",
    "operators/rewrite/unicode.py f'([{re.escape(marks)}]{{{MOST_MARKS}}})[{re.escape(marks)}]+'": "a set, some times, "
    "and the same set: whatever follows, there is one way to match",
    "operators/rewrite/urls.py ADDRESS": "the plain form that tests compare RE2 with",
    "operators/tokens/chat/encoder.py '|'.join(map(re.escape, longest)) or '(?!)'": "plain words",
    "operators/tokens/chat/form.py f'\\\\s*(?:{special.pattern})'": "plain words, tried at one place",
    "operators/tokens/chat/odd.py mark": "a plain word",
    "operators/tokens/control.py b'|'.join(map(re.escape, longest_first))": "plain words",
    "pipeline/inputs/patterns.py glob_translate(pattern.below)": "a pattern of a job file, on names of files",
}


@pytest.mark.thorough
def test_every_expression_is_linear_or_runs_on_little():
    found = expressions.of_modules() | expressions.inline()
    assert len(found) > 100
    slow = {name: text for name, each in found.items() if (text := expressions.superlinear(each))}
    assert slow.keys() <= BOUNDED.keys(), {name: text for name, text in slow.items() if name not in BOUNDED}
    assert BOUNDED.keys() <= found.keys()


@pytest.mark.thorough
def test_every_expression_that_is_put_together_is_listed():
    assert expressions.dynamic() == MADE_OF.keys()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "pattern", [r"(?:<!--.*?-->\s*)*<rss", r"[ \t]*\n", r"charset=\s*[\"']?\s*x", r"\b[a-z][a-z-]*:", r"(a|a)*b"]
)
def test_slow_ones_are_found(pattern):
    assert expressions.superlinear(expressions.Expression(re.compile(pattern), anchored=False))


def test_a_page_of_comments_is_read_at_once():
    """Its 300 comments can be ended in 2^300 ways."""
    assert route(b"<!---->" * 300 + b"<p>text</p>", "text/html") == "html"
    assert route(b"<?xml version='1.0'?><!-- a --><!-- b --> <rss>", "text/html").startswith("not_html")


def test_secrets_are_looked_for_in_linear_time():
    assert redacted("a-" * 100_000 + "token=abc") == "a-" * 100_000 + "token=***"


@given(st.text(" \t\na", max_size=12))
def test_blanks_around_line_feeds_go_as_before(text):
    assert SPACES.sub("|", text) == re.sub(r"[ \t]*\n[ \t]*", "|", text)


@given(st.text(" ='\"ax", max_size=10))
def test_charsets_are_found_as_before(text):
    header = f"charset={text}".encode()
    before = re.search(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", header)
    now = CHARSET.search(header)
    assert (now and now[1]) == (before and before[1])


@given(st.lists(st.sampled_from(["<!--", "-->", " ", "a", "<rss>"]), max_size=9))
def test_roots_behind_comments_are_found_as_before(parts):
    page = "".join(parts).encode()
    before = re.match(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(rss|feed)[\s>:]", page, re.DOTALL)
    assert bool(XML_ROOT.match(page)) == bool(before)
