"""Telephone numbers as they are written inside a country: grouped as its numbering plan groups them.

Source:   national numbering plans as libphonenumber's metadata holds them (ranges, groups, trunk prefixes), by
          phonenumbers; the same check as its PhoneNumberMatcher with leniency EXACT_GROUPING.
Deviates: numbers without a trunk prefix ("512 345 678") look like any number: they count only in a text of a language
          of that country. Numbers in one piece count only behind a word such as "Tel." (numbers.CALLED).
"""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from corpusmill.operators.rewrite.personal.numbers import DATE, NOT_FOLLOWED, NOT_INSIDE, digits_of, is_among_pairs

# Languages of each country whose forms are looked for, ISO 639; numbers without a trunk prefix need one of them.
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "AE": ("ar",), "AR": ("es",), "AT": ("de",), "AU": ("en",), "BD": ("bn",), "BE": ("nl", "fr"), "BG": ("bg",),
    "BR": ("pt",), "BY": ("be", "ru"), "CH": ("de", "fr", "it"), "CL": ("es",), "CN": ("zh",), "CO": ("es",),
    "CZ": ("cs",), "DE": ("de",), "DK": ("da",), "EG": ("ar",), "ES": ("es", "ca", "eu", "gl"), "FI": ("fi", "sv"),
    "FR": ("fr",), "GB": ("en", "cy"), "GR": ("el",), "HK": ("zh", "yue"), "HR": ("hr",), "HU": ("hu",),
    "ID": ("id",), "IE": ("en", "ga"), "IL": ("he",), "IN": ("hi", "bn", "ta", "te", "mr", "gu", "kn", "ml", "pa"),
    "IT": ("it",), "JP": ("ja",), "KE": ("sw",), "KR": ("ko",), "KZ": ("kk",), "MX": ("es",), "MY": ("ms",),
    "NG": ("ha", "yo", "ig"), "NL": ("nl",), "NO": ("no", "nb", "nn"), "NZ": ("en", "mi"), "PE": ("es",),
    "PH": ("tl", "fil"), "PK": ("ur",), "PL": ("pl",), "PT": ("pt",), "RO": ("ro",), "RS": ("sr",), "RU": ("ru",),
    "SA": ("ar",), "SE": ("sv",), "SG": ("ms",), "SK": ("sk",), "TH": ("th",), "TR": ("tr",), "TW": ("zh",),
    "UA": ("uk",), "VN": ("vi",), "ZA": ("af", "zu", "xh"),
}  # fmt: skip

NATIONAL = re.compile(
    NOT_INSIDE
    + rb"(?:\([0-9]{1,5}(?: [0-9])?\) ?-?|[0-9]{1,6}(?:[ .-]|/| [/-] ))(?:\([0-9]{1,5}\) ?-?)?"
    + rb"[0-9]{1,8}(?:[ .-][0-9]{2,8}){0,4}"
    + NOT_FOLLOWED
    + rb"(?! [0-9])"
)
MIN_DIGITS, MAX_DIGITS = 8, 13  # with the trunk prefix
UNSPOKEN_DIGITS = 10  # at least, in a text of another language or of none that is known (guess)
NOT_ALONE = 3  # groups that numbers with full stops need: "01.234" is a number
KINDS = ("fixed_line", "mobile", "toll_free", "shared_cost", "voip", "personal_number", "uan")
GROUP = re.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
IN_ORDER = re.compile(r"\\1(?:[^\\]*\\\d)*$")


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to group the digits of a country's numbers.

    prefix: the trunk prefix as it is written, b"" for none. brackets: whether the first group stands in brackets, and
    that alone marks it a telephone number. leading, valid: what the digits behind the prefix must match.
    """

    region: str
    prefix: bytes
    brackets: bool
    leading: re.Pattern[bytes] | None
    valid: re.Pattern[bytes]


def is_national(found: bytes, before: bytes, after: bytes, languages: frozenset[str]) -> bool:
    """Whether a match of NATIONAL is a valid number of a country, in the groups in which that country writes it.

    languages: of the text, for numbers without a trunk prefix.

    >>> [is_national(n, b"", b"", frozenset()) for n in (b"0664 123456", b"0664 12 3456", b"8 (912) 345-67-89")]
    [True, False, True]
    >>> [is_national(b"512 345 678", b"", b"", frozenset(spoken)) for spoken in ((), ("pl",))]
    [False, True]
    """
    groups = tuple(re.findall(rb"[0-9]+", found))
    digits = digits_of(found)
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS or (b"." in found and len(groups) < NOT_ALONE):
        return False
    if DATE.match(found) or is_among_pairs(found, before, after) or all(group.startswith(b"0") for group in groups):
        return False
    return any(
        _fits(form, digits, languages, bracketed=found.startswith(b"("))
        for form in _forms().get(tuple(map(len, groups)), ())
    )


def _fits(form: Form, digits: bytes, languages: frozenset[str], *, bracketed: bool) -> bool:
    if not digits.startswith(form.prefix):
        return False
    if languages.isdisjoint(LANGUAGES[form.region]):
        marked = form.prefix or (form.brackets and bracketed)
        if not marked or len(digits) < UNSPOKEN_DIGITS:
            return False
    national = digits[len(form.prefix) :]
    return bool((form.leading is None or form.leading.match(national)) and form.valid.match(national))


@functools.cache
def _forms() -> Mapping[tuple[int, ...], tuple[Form, ...]]:
    """By the lengths of the groups of digits as they are written: the forms that have them."""
    found: dict[tuple[int, ...], dict[Form, None]] = {}
    for region in LANGUAGES:
        for lengths, form in _forms_of(region):
            found.setdefault(lengths, {})[form] = None
    return {lengths: tuple(forms) for lengths, forms in found.items()}


def _forms_of(region: str) -> Iterator[tuple[tuple[int, ...], Form]]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
    from phonenumbers.data import _ALT_NUMBER_FORMATS  # as PhoneNumberMatcher reads them

    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None, region
    kinds = [desc.national_number_pattern for name in KINDS if (desc := getattr(metadata, name)) is not None]
    valid = re.compile(f"(?:{'|'.join(pattern for pattern in kinds if pattern)})\\Z".encode())
    trunk, code = metadata.national_prefix, metadata.country_code or 0
    main = PhoneMetadata.metadata_for_region(COUNTRY_CODE_TO_REGION_CODE[code][0])
    own = metadata.number_format or (main.number_format if main else [])  # Kazakhstan writes as Russia does
    rules = [each.national_prefix_formatting_rule for each in own]
    usual = next((rule for rule in rules if rule and trunk and trunk in rule), None)
    others = _ALT_NUMBER_FORMATS.get(code, ())
    for written, rule in (*zip(own, rules, strict=True), *((other, usual) for other in others)):
        lead = written.leading_digits_pattern[-1] if written.leading_digits_pattern else None
        pattern = written.pattern or ""
        if GROUP.sub("", pattern) or not IN_ORDER.match(written.format or ""):
            continue  # as in Argentina: digits change places
        leading = re.compile(f"(?:{lead})".encode()) if lead else None
        for lengths in _lengths(pattern):
            prefixes = _prefixes(rule, trunk)
            if written.national_prefix_optional_when_formatting and (b"", False) not in prefixes:
                prefixes.append((b"", False))
            for prefix, apart in prefixes:
                shape = (len(prefix), *lengths) if apart else (len(prefix) + lengths[0], *lengths[1:])
                brackets = not prefix and rule is not None and rule.startswith("(\\1")
                if len(shape) > 1:
                    form = Form(region=region, prefix=prefix, brackets=brackets, leading=leading, valid=valid)
                    yield shape, form


def _lengths(pattern: str) -> Iterator[tuple[int, ...]]:
    r"""The lengths that the groups of a pattern can have.

    >>> list(_lengths(r"(\d{2})(\d)(\d{3,4})"))
    [(2, 1, 3), (2, 1, 4)]
    """
    spans = [(int(least or 1), int(most or least or 1)) for least, most in GROUP.findall(pattern)]
    yield from itertools.product(*(range(least, most + 1) for least, most in spans))


def _prefixes(rule: str | None, prefix: str | None) -> list[tuple[bytes, bool]]:
    r"""How the trunk prefix is written by a formatting rule: its digits, and whether it is a group of its own.

    >>> _prefixes(r"0\1", "0"), _prefixes(r"8 (\1)", "8"), _prefixes(None, None)
    ([(b'0', False)], [(b'8', True)], [(b'', False)])
    """
    written = re.sub(r"[^0-9]", "", rule.replace("\\1", "")) if rule else ""
    if not written or not prefix:
        return [(b"", False)]
    return [(written.encode(), not re.search(r"[0-9]\\1", rule or ""))]
