"""Pages of MediaWiki dumps are documents, however the streams of bzip2 divide them; wikitext becomes text."""

import bz2
import json
import time
from itertools import pairwise
from pathlib import Path

import pytest

from corpusmill.operators.extract.wikitext import plain
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.wiki_pages import page_of
from tests.contract.files import read, reader_of

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/readers/readers.mediawiki.json").read_text(encoding="utf-8"))
DUMP = GOLDEN["bytes"].encode("latin-1")
HEAD, _, REST = DUMP.partition(b"  <page>")
PAGE = ("  <page>" + REST.decode().partition("</page>\n")[0] + "</page>\n").encode()
MANY = HEAD + b"".join(PAGE.replace(b"<id>7", b"<id>%d" % n) for n in range(100, 140)) + b"</mediawiki>\n"


def documents(data: bytes, span: Span | None = None):
    rows = read(reader_of("readers.mediawiki", {}), data, span)
    return [row for row in rows if row["skipped"] not in ("other_span", "compression")]


@pytest.mark.parametrize("step", [700, 4001, 10_000])
def test_pages_that_streams_divide_are_whole_and_read_once(step):
    packed = b"".join(bz2.compress(MANY[at : at + step]) for at in range(0, len(MANY), step))
    whole = documents(packed)
    assert [row["source_id"] for row in whole if row["content"]] == [str(n) for n in range(100, 140)]
    edges = [0, len(packed) // 3, len(packed) // 2, len(packed) - 5, len(packed)]
    parts = [row for a, b in pairwise(edges) for row in documents(packed, Span(a, b))]
    assert parts == whole
    assert {row["link_prefixes"] for row in parts if row["content"]} == {"Datei|Kategorie|File|Image|Category"}


def test_a_damaged_stream_loses_its_pages_alone():
    streams = [bz2.compress(MANY[at : at + 5000]) for at in range(0, len(MANY), 5000)]
    harmed = streams[1][:30] + bytes(9) + streams[1][39:]
    rows = documents(b"".join([streams[0], harmed, *streams[2:]]))
    assert 15 < len([row for row in rows if row["content"]]) < 40
    assert [row["failure"].partition(":")[0] for row in rows if row["failure"]] == [
        "broken_off",
        "bad_bz2",
        "broken_off",
    ]


@pytest.mark.parametrize("number", ["²", "--1", "9" * 5000])
def test_a_namespace_that_is_no_plain_number_fails_its_page_alone(number):
    odd = f"<page><title>A</title><ns>{number}</ns><revision><text>a</text></revision></page>".encode()
    assert page_of(odd).failure == "missing_field: title, ns or revision"


WIKITEXT = """{{Infobox|name=X}}
'''Tea''' is a [[drink]]<ref>{{cite|a}}</ref> from [[Camellia sinensis|a plant]].[[Datei:x.jpg|mini|A [[cup]]]]

== Kinds ==
* ''Green'' [http://e.org tea] <!-- note -->
{| class="wikitable"
! a
|-
| b || c
|}
See [[:Kategorie:Tea]], [[Tea: A History]]. H<sub>2</sub>O. __NOTOC__
[[Kategorie:Drinks]]"""


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("one<p>two</p>three<div>four [[x|a<br>b]]</div>five", "one\ntwo\nthree\nfour a\nb\nfive"),
        ("''a<br>b''", "a\nb"),
        ("a<ref>b<br>c</ref>d<sup>2</sup> <span>e</span>", "ad2 e"),
        ("* one\n* two", "one\ntwo"),
    ],
)
def test_what_ends_a_line_in_html_does_so_in_the_text(wikitext, text):
    assert plain(wikitext, "").replace(" \n", "\n") == text


@pytest.mark.thorough
def test_a_page_of_many_references_takes_as_long_as_it_is_large():
    page = "[[File:a.jpg]]tea<ref>a</ref> {{b}}\n"
    took = []
    for count in (1000, 4000):
        tries = []
        for _ in range(3):  # other processes may be in the way
            begin = time.process_time()
            plain(page * count, "File")
            tries.append(time.process_time() - begin)
        took.append(min(tries))
    assert took[1] < 8 * took[0]


def test_wikitext_becomes_what_is_read():
    assert plain(WIKITEXT, "Datei|Kategorie|File") == (
        "Tea is a drink from a plant.\n\nKinds\nGreen tea\n\nSee Kategorie:Tea, Tea: A History. H2O."
    )
