"""Personal data in every document of a batch: patterns, run only where the scan points."""

from itertools import groupby

import numpy as np

from corpusmill.operators.rewrite.personal import scan
from corpusmill.operators.rewrite.personal.find import (
    CALLED,
    CARD,
    EMAIL,
    IBAN,
    IPV4,
    IPV6,
    PHONE,
    SECRET,
    Finding,
    Rule,
    passes,
    without_overlaps,
)
from corpusmill.operators.text.spans import Spans

LOOKAHEAD = 2  # bytes that a pattern reads past its match
RULES: dict[int, tuple[Rule, ...]] = {
    scan.SECRET: (SECRET,),
    scan.EMAIL: (EMAIL,),
    scan.IBAN: (IBAN,),
    scan.NUMBER: (CARD, IPV4, PHONE, CALLED),
    scan.IPV6: (IPV6,),
}


def find_all(texts: Spans) -> dict[int, list[Finding]]:
    """The findings of each document that has any, by its place in the batch; `find.find` is the specification."""
    places = scan.places(texts)
    columns = zip(*(c.tolist() for c in (places.documents, places.begins, places.ends, places.codes)), strict=True)
    found = {}
    for document, group in groupby(columns, key=lambda place: place[0]):
        text = np.asarray(texts.data[texts.starts[document] : texts.ends[document]]).tobytes()
        if findings := _in_document(text, [(begin, end, code) for _, begin, end, code in group]):
            found[document] = findings
    return found


def _in_document(text: bytes, places: list[tuple[int, int, int]]) -> list[Finding]:
    findings = []
    read_to = {id(rule): 0 for rules in RULES.values() for rule in rules}
    for begin, end, code in places:
        for rule in RULES[code]:
            if code == scan.NUMBER:
                matches = rule.pattern.finditer(text, begin, end + LOOKAHEAD)
            else:
                match = rule.pattern.match(text, begin) if begin >= read_to[id(rule)] else None
                matches = () if match is None else (match,)
            for match in matches:
                read_to[id(rule)] = match.end()
                if passes(rule, match, text):
                    findings.append(Finding(kind=rule.kind, begin=match.start(), end=match.end()))
    return without_overlaps(findings)
