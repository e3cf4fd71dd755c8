"""Pages made to hurt: unclosed, endless, nested, senseless. Each as (name, bytes)."""

from collections.abc import Iterator

import numpy as np

MB = 1_000_000


def pathological(size: int) -> Iterator[tuple[str, bytes]]:
    """About fifty pages of up to `size` bytes, and one of twice that."""
    repeated = {
        "less-than signs": b"<",
        "open paragraphs": b"<p>",
        "open paragraphs with a letter": b"<p>a",
        "nested div": b"<div>",
        "nested div with text": b"<div>a ",
        "nested tables": b"<table><tr><td>a",
        "nested lists": b"<ul><li>a",
        "nested definitions": b"<dl><dt>a<dd>b",
        "open links": b"<a href=x>a ",
        "open emphasis": b"<b><i>a ",
        "headings": b"<h1>a<h2>b",
        "line breaks": b"a<br>",
        "double breaks": b"a<br><br>",
        "rules": b"a<hr>",
        "references": b"&amp;",
        "broken references": b"&ampx&#x&#99999999999;",
        "longest reference": b"&CounterClockwiseContourIntegral;",
        "ampersands": b"&",
        "end tags": b"</div>",
        "end tags without name": b"</>",
        "comments": b"<!-- a -->",
        "open comments": b"<!--",
        "declarations": b"<!x>",
        "quotes": b"<p a='",
        "no-break spaces": "\u00a0".encode(),
        "exotic spaces": "\u3000\u2003\u200b".encode(),
        "NUL": b"\0",
        "spaces": b" ",
        "long word": b"a",
        "ideographs": "日".encode(),
        "cells": b"<td>a",
        "rows": b"<tr>",
        "svg": b"<svg>a",
        "closed svg": b"<svg>a</svg>b",
        "pre": b"<pre> a\n",
        "class words": b"<p class='a-b c_d eF'>a",
        "titles": b"<title>a</title>",
        "times": b"<time datetime=2020-01-01>a",
        "metas": b"<meta name=date content=x>",
        "superscripts": b"<sup>1",
        "open formulas": b"<math><mfrac>a",
        "formulas": b"<math><msup>a</math>",
        "drawn formulas": b"<span class=MathJax_Preview>",
        "drawn formulas, closed": b"<span class=MathJax></span>",
        "line numbers that never end": b"<div class=gutter>",
        "pictures of formulas": b"<img class=tex alt=x>",
        "json-ld without end": b"<script type=application/ld+json>",
        "json-ld": b'<script type=application/ld+json>{"@type":"datePublished":</script>',
    }
    for name, piece in repeated.items():
        yield name, b"<html><body>" + piece * (size // len(piece))
    yield "one attribute", b"<p class='" + b"a-" * (size // 2)
    yield "one tag name", b"<" + b"a" * size
    yield "one script", b"<html><script>" + b"</scrip " * (size // 8)
    yield (
        "json-ld before open scripts",
        b"<html><script type=application/ld+json>{}</script>" + b"<script " * (size // 8),
    )
    article = b'<script type=application/ld+json>{"articleBody": "'
    yield "article body of references", b"<html>" + article + b"&amp;lt;p&amp;gt;a " * (size // 18) + b'"}</script>'
    yield "article bodies of tags", b"<html>" + (article + b"<p " * 20_000 + b'"}</script>') * max(1, size // 60_000)
    yield "paragraphs deep in an item", b"<ul><li>" + b"<div>" * 580 + b"<p>a" * (size // 4)
    yield "cells deep in a row", b"<table><tr>" + b"<td>a<td>" * (size // 9)
    yield "rows deep in a table", b"<table>" + b"<div>" * 600 + b"<tr>" * (size // 4)
    yield "items deep in a list", b"<ul><li><ul>" + b"<div>" * 600 + b"<li>" * (size // 4)
    yield "cells shut off", b"<table><tr><td><table>" + b"<div>" * 600 + b"</td>" * (size // 5)
    yield "one reference", b"<p>&#" + b"1" * size
    yield "random bytes", b"<html>" + np.random.default_rng(7).bytes(size)
    yield "random ASCII", b"<html>" + bytes(np.random.default_rng(8).integers(32, 127, size, np.uint8))
    yield "old encoding", b"<html><p>" + "Größe, déjà vu ".encode("cp1252") * (size // 15)
    yield (
        "ideographs in an old encoding",
        b"<html><meta charset=gb18030><p>" + "人人生而自由".encode("gb18030") * (size // 12),
    )
    yield "UTF-16", ("<html><p>a日" * (size // 40)).encode("utf-16")
    yield "twice the size", b"<html>" + b"<p>one more paragraph of a page without end" * (2 * size // 43)


def mutated(page: bytes, random: np.random.Generator) -> bytes:
    """The page with stretches cut, doubled, swapped, overwritten: one to eight times."""
    for _ in range(int(random.integers(1, 9))):
        if not page:
            break
        a, b = sorted(random.integers(0, len(page) + 1, 2).tolist())
        b = min(b, a + int(random.integers(1, 2000)))
        how = int(random.integers(5))
        if how == 0:
            page = page[:a] + page[b:]
        elif how == 1:
            page = page[:b] + page[a:]
        elif how == 2:
            page = page[:a] + random.bytes(b - a) + page[b:]
        elif how == 3:
            page = (
                page[:a] + random.choice([b"<", b">", b"&", b"</", b"<!--", b"'", b"<table>", b"\xe2\x80"]) + page[a:]
            )
        else:
            page = page[:a] + page[a:b][::-1] + page[b:]
    return page
