"""Where a text holds personal data: the plain specification, over the bytes of one document."""

import bisect
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from corpusmill.operators.rewrite.personal import addresses, chinese, national, numbers, secrets

CONTEXT_BYTES = 40  # how far back and on a check reads, for words such as "Tel." and for rows of numbers


class Kind(Enum):
    """What is masked. In this order: where two overlap the first wins."""

    SECRET = "secret"
    EMAIL = "email"
    IBAN = "iban"
    RESIDENT = "resident_id"
    CREDIT = "credit_code"
    CARD = "card"
    IP = "ip"
    PHONE = "phone"
    PLATE = "plate"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Bytes begin to end of a document, which are personal data of one kind."""

    kind: Kind
    begin: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A pattern and the check that its matches must pass, given the match, what stands before it and what after."""

    kind: Kind
    pattern: re.Pattern[bytes]
    holds: Callable[[bytes, bytes, bytes], bool]


def _alone(check: Callable[[bytes], bool]) -> Callable[[bytes, bytes, bytes], bool]:
    return lambda found, before, after: check(found)


def _behind(check: Callable[[bytes, bytes], bool]) -> Callable[[bytes, bytes, bytes], bool]:
    return lambda found, before, after: check(found, before)


SECRET = Rule(kind=Kind.SECRET, pattern=secrets.SECRET, holds=_alone(secrets.is_secret))
EMAIL = Rule(kind=Kind.EMAIL, pattern=addresses.EMAIL, holds=addresses.is_email)
IBAN = Rule(kind=Kind.IBAN, pattern=numbers.IBAN, holds=_alone(numbers.is_iban))
CARD = Rule(kind=Kind.CARD, pattern=numbers.CARD, holds=_alone(numbers.is_card))
IPV4 = Rule(kind=Kind.IP, pattern=addresses.IPV4, holds=_behind(addresses.is_public_ipv4))
IPV6 = Rule(kind=Kind.IP, pattern=addresses.IPV6, holds=_alone(addresses.is_public_ipv6))
PHONE = Rule(kind=Kind.PHONE, pattern=numbers.PHONE, holds=numbers.is_phone)
CALLED = Rule(kind=Kind.PHONE, pattern=numbers.CALLED, holds=_behind(numbers.is_called))
MOBILE = Rule(kind=Kind.PHONE, pattern=chinese.MOBILE, holds=chinese.is_mobile)
RESIDENT = Rule(kind=Kind.RESIDENT, pattern=chinese.RESIDENT, holds=_behind(chinese.is_resident_number))
CREDIT = Rule(
    kind=Kind.CREDIT, pattern=chinese.CREDIT, holds=lambda found, before, after: chinese.is_credit_code(found, after)
)
BANK_CARD = Rule(kind=Kind.CARD, pattern=chinese.BANK_CARD, holds=_behind(chinese.is_bank_card))
PLATE = Rule(kind=Kind.PLATE, pattern=chinese.PLATE, holds=_alone(chinese.is_plate))


@functools.cache
def national_rule(languages: frozenset[str]) -> Rule:
    """The rule for telephone numbers in national form, in a text of these languages."""
    return Rule(
        kind=Kind.PHONE,
        pattern=national.NATIONAL,
        holds=lambda found, before, after: national.is_national(found, before, after, languages),
    )


ALWAYS = (SECRET, EMAIL, IBAN, RESIDENT, CREDIT, CARD, BANK_CARD, IPV4, IPV6, PHONE, CALLED, MOBILE, PLATE)


def find(text: bytes, languages: frozenset[str] = frozenset()) -> list[Finding]:
    """Everything personal in one document, in order, nothing overlapping. languages: of the text, as far as known.

    >>> [(f.kind.value, f.begin) for f in find(b"Mail jo@mail.de, tel. 030 / 901820, not 1.2.3.4 or 2024-05-12.")]
    [('email', 5), ('phone', 22)]
    """
    return without_overlaps(
        Finding(kind=rule.kind, begin=match.start(), end=match.end())
        for rule in (*ALWAYS, national_rule(languages))
        for match in rule.pattern.finditer(text)
        if passes(rule, match, text)
    )


def passes(rule: Rule, match: re.Match[bytes], text: bytes) -> bool:
    begin, end = match.span()
    return rule.holds(match[0], text[max(0, begin - CONTEXT_BYTES) : begin], text[end : end + CONTEXT_BYTES])


def without_overlaps(found: Iterable[Finding]) -> list[Finding]:
    """The findings in order; of two that overlap the one whose kind comes first in `Kind` stays, then the earlier."""
    order = {kind: place for place, kind in enumerate(Kind)}
    kept: list[Finding] = []
    for one in sorted(found, key=lambda f: (order[f.kind], f.begin, f.end)):
        place = bisect.bisect_left(kept, one.begin, key=lambda f: f.begin)
        free_before = place == 0 or kept[place - 1].end <= one.begin
        if free_before and (place == len(kept) or one.end <= kept[place].begin):
            kept.insert(place, one)
    return kept
