"""Personal data in every document of a batch: patterns, run only where the scan points."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from corpusmill.operators.rewrite.personal import scan
from corpusmill.operators.rewrite.personal.find import (
    BANK_CARD,
    CALLED,
    CARD,
    CREDIT,
    EMAIL,
    IBAN,
    IPV4,
    IPV6,
    MOBILE,
    PHONE,
    PLATE,
    RESIDENT,
    SECRET,
    Finding,
    Rule,
    national_rule,
    passes,
    without_overlaps,
)
from corpusmill.operators.text.spans import Spans

LOOKAHEAD = 2  # bytes that a pattern reads past its match
CREDIT_BEHIND = 20  # bytes: a credit code begins with seven digits, or one before them, and ends in letters
ONE_MATCH: dict[int, Rule] = {
    scan.SECRET: SECRET,
    scan.EMAIL: EMAIL,
    scan.IBAN: IBAN,
    scan.IPV6: IPV6,
    scan.PLATE: PLATE,
}
MIN_PHONE_BYTES, MIN_CARD_BYTES, MIN_CREDIT_BYTES = 8, 13, 18
IPV4_DOTS = 3
LONG_NUMBERS = (BANK_CARD, RESIDENT, MOBILE)  # as scan.LONG_DIGITS


def find_all(texts: Spans, languages: Sequence[frozenset[str]] | None = None) -> dict[int, list[Finding]]:
    """The findings of each document that has any, by its place in the batch; `find.find` is the specification.

    languages: of each document, as far as known.
    """
    places = scan.places(texts)
    columns = zip(*(c.tolist() for c in (places.documents, places.begins, places.ends, places.codes)), strict=True)
    found = {}
    for document, group in groupby(columns, key=lambda place: place[0]):
        text = np.asarray(texts.data[texts.starts[document] : texts.ends[document]]).tobytes()
        spoken = frozenset() if languages is None else languages[document]
        if findings := _in_document(text, [(begin, end, code) for _, begin, end, code in group], spoken):
            found[document] = findings
    return found


def _in_document(text: bytes, places: list[tuple[int, int, int]], languages: frozenset[str]) -> list[Finding]:
    findings = []
    read_to = dict.fromkeys(ONE_MATCH, 0)
    in_groups = national_rule(languages)
    for begin, end, code in places:
        if (rule := ONE_MATCH.get(code)) is not None:
            match = rule.pattern.match(text, begin) if begin >= read_to[code] else None
            if match is not None:
                read_to[code] = match.end()
                findings += _passing(rule, (match,), text)
            continue
        for rule in _rules_of(text, begin, end, code, in_groups):
            findings += _passing(rule, rule.pattern.finditer(text, begin, end + LOOKAHEAD), text)
        if end - begin >= MIN_CREDIT_BYTES or text[end : end + 1].isupper():
            findings += _passing(CREDIT, CREDIT.pattern.finditer(text, max(begin - 1, 0), end + CREDIT_BEHIND), text)
    return without_overlaps(findings)


def _rules_of(text: bytes, begin: int, end: int, code: int, in_groups: Rule) -> Iterator[Rule]:
    """The rules that a run of digits of this length can match."""
    yield CALLED
    if end - begin >= MIN_PHONE_BYTES:
        yield PHONE
        yield in_groups
    if end - begin >= MIN_CARD_BYTES:
        yield CARD
    if text.count(b".", begin, end) >= IPV4_DOTS:
        yield IPV4
    if code == scan.LONG_NUMBER:
        yield from LONG_NUMBERS


def _passing(rule: Rule, matches: Iterable[re.Match[bytes]], text: bytes) -> list[Finding]:
    return [
        Finding(kind=rule.kind, begin=match.start(), end=match.end()) for match in matches if passes(rule, match, text)
    ]
