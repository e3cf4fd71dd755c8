"""Credit card numbers, IBANs and telephone numbers.

Source:   ISO/IEC 7812 (Luhn check; issuer ranges as the networks publish them), ISO 13616 (IBAN lengths and check),
          ITU-T E.164 (at most 15 digits), North American Numbering Plan.
"""

import re

CARD = re.compile(
    rb"(?<![0-9A-Za-z.,_+/-])"
    rb"(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})"
    rb"(?![0-9A-Za-z_]|[.,/-][0-9])"
)
IBAN = re.compile(
    rb"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![0-9A-Za-z])"
)
NOT_INSIDE = rb"(?<![0-9A-Za-z.,_/=#$+)\]*^-])(?<![0-9][ (])"
NOT_FOLLOWED = rb"(?![0-9A-Za-z_*^%]|[.,:/-][0-9])"
PHONE = re.compile(
    NOT_INSIDE + rb"(?:"
    rb"\+[1-9][0-9]{0,2}(?:[ .-]?(?:\([0-9]{1,5}\)|[0-9]{1,12})){1,6}"  # international
    rb"|00[1-9][0-9]{0,2}(?:[ ./-]\(?[0-9]{1,8}\)?){2,5}"  # international, dialled
    rb"|(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[ .-][0-9]{4}"  # North America
    rb"|0[1-9](?:[ .-][0-9]{2}){4}"  # pairs, as in France
    rb"|\(?0[1-9][0-9]{1,3}\)?[ /-]{1,3}[0-9]{5,8}"  # area code and number
    rb"|0[1-9][0-9]{0,3}-[0-9]{2,4}-[0-9]{4}"  # as in Japan and Korea
    rb"|0[1-9][0-9]{2,3} [0-9]{3} [0-9]{3,4}|02[0-9] [0-9]{4} [0-9]{4}"  # as in Great Britain
    rb")" + NOT_FOLLOWED
)
CALLED = re.compile(NOT_INSIDE + rb"(?:\(?[0-9]{1,5}\)?(?:[ ./-]{1,3}[0-9]{2,8}){1,4}|[0-9]{6,12})" + NOT_FOLLOWED)
PAIRS = re.compile(rb"0[1-9](?:[ .-][0-9]{2}){4}$")
FRENCH_WORDS = (b"de", b"ce")  # "01 42 68 53 00 de 10 h à 18 h": hexadecimal digits, but words
FRACTION = re.compile(rb"\+[0-9]{1,3}\.[0-9]+$")
FRACTION_BEFORE = re.compile(rb"[0-9]\.[0-9]{2,}[ ,;/]{1,3}$")
FRACTION_AFTER = re.compile(rb"[ ,;/]{1,3}[+-]?[0-9]{1,3}\.[0-9]{2}")
COORDINATES = re.compile(rb"\+[0-9]{1,3}\.[0-9]{2,}[ -]{1,2}[0-9]{1,3}\.[0-9]{2,}$")  # ISO 6709
THOUSANDS = re.compile(rb" [0-9]{3}(?![0-9])")
MIN_NATIONAL = 8  # digits behind the country in the form of RFC 5733; coordinates have up to 7 decimals (guess)
_CALLS = (
    "tel|telephone|phone|ph|fax|mobile|mob|cell|call|calling|whatsapp|telefon|telefax|handy|mobil|tlf|tfn"
    "|telefone|telefono|tfno|telepon|cellulare|celular|movil|móvil|telemóvel|komórka|puh|puhelin|telefonszám"
    "|tél|téléphone|teléfono|điện thoại|sđt|đt|тел|телефон|моб|факс|τηλ|τηλέφωνο|电话|電話|电话号码|電話號碼|電話番号"
    "|传真|傳真"
    "|手机|手機|手机号|手机号码|手機號碼|热线|熱線|座机|联系方式|聯絡方式|携帯|携帯電話"
    "|전화|전화번호|휴대폰|연락처|هاتف|جوال|טלפון|फ़ोन|मोबाइल|โทร|โทรศัพท์"
)
CALLED_BEFORE = re.compile(
    rb"(?i:(?<![A-Za-z])(?:" + _CALLS.encode() + rb"|" + _CALLS.title().encode() + rb"))"
    rb"(?i:(?: (?:us|me|at|on|no|nr|number|numbers)){0,2}(?:[ .:\t#]|" + "：|是|为|為".encode() + rb"){0,4}\(?$)"
)
DATE = re.compile(
    rb"(?:(?:19|20)[0-9]{2}[ ./-][0-9]{1,2}[ ./-][0-9]{1,2}|[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](?:19|20)[0-9]{2})$"
)

# ITU-T E.164, assigned country codes
COUNTRIES = re.compile(
    rb"[17]|2(?:[07]|1[1-368]|[2-6][0-9]|9[0-17-9])|3(?:[0-469]|5[0-9]|7[0-8]|8[0-35-79])|4(?:[013-9]|2[013])"
    rb"|5(?:[1-8]|0[0-9]|9[0-9])|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])|8(?:[1246]|00|5[02356]|80|86)"
    rb"|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68])"
)
# length by country, ISO 13616 registry
IBAN_LENGTHS = dict(
    part.split(b":")
    for part in (
        b"AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 "
        b"DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 "
        b"IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 "
        b"MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 "
        b"SC:31 SE:24 SI:19 SK:24 SM:27 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 "
    ).split()
)
# first digits and lengths, as the networks publish them
ISSUERS = re.compile(
    rb"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})$|(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)[0-9]+$|3[47][0-9]{13}$"
    rb"|(?:6011|64[4-9]|65)[0-9]+$|3(?:0[0-5]|[68][0-9])[0-9]{11}$|35(?:2[89]|[3-8][0-9])[0-9]{12}$|62[0-9]{14,17}$"
)


def digits_of(found: bytes) -> bytes:
    return bytes(byte for byte in found if 48 <= byte <= 57)


def is_card(found: bytes) -> bool:
    """Whether a match of CARD has the first digits and the check digit of a card.

    >>> is_card(b"4111 1111 1111 1111"), is_card(b"4111 1111 1111 1112"), is_card(b"0000000000000000")
    (True, False, False)
    """
    digits = digits_of(found)
    if not ISSUERS.match(digits) or (digits[0] in b"256" and len(digits) != 16 and digits[:2] != b"62"):
        return False
    return has_luhn_digit(digits)


def has_luhn_digit(digits: bytes) -> bool:
    """Whether the last of these ASCII digits is the check digit of the others (ISO/IEC 7812-1, annex B).

    >>> has_luhn_digit(b"79927398713"), has_luhn_digit(b"79927398710")
    (True, False)
    """
    doubled = [byte - 48 if place % 2 == 0 else (byte - 48) * 2 for place, byte in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_iban(found: bytes) -> bool:
    """Whether a match of IBAN has the length of its country and a right check sum.

    >>> is_iban(b"DE89 3704 0044 0532 0130 00"), is_iban(b"DE88370400440532013000"), is_iban(b"XX89370400440532013000")
    (True, False, False)
    """
    plain = found.replace(b" ", b"")
    if len(plain) != int(IBAN_LENGTHS.get(plain[:2], b"0")):
        return False
    return int("".join(str(int(chr(byte), 36)) for byte in plain[4:] + plain[:4])) % 97 == 1


def is_phone(found: bytes, before: bytes, after: bytes) -> bool:
    """Whether a match of PHONE has as many digits as a telephone number, a country that exists, and is none of others.

    Dates, fractions, coordinates, binary numbers and stretches of hexadecimal dumps look like telephone numbers.

    >>> [is_phone(n, b"", b"") for n in (b"+49 30 1234567", b"+1 2 3", b"+4294967296", b"01.05.2024")]
    [True, False, False, False]
    >>> is_phone(b"+51.477928", b"", b" -0.001545"), is_phone(b"01 23 45 67 89", b"", b" ab cd ef")
    (False, False)
    """
    digits = digits_of(found)
    international = found[:1] == b"+" or found[:2] == b"00"
    if international and not COUNTRIES.match(digits.removeprefix(b"00")):
        return False
    if not 8 <= len(digits) <= 16 or DATE.match(found) or set(digits) <= {48, 49}:
        return False
    if THOUSANDS.search(found) and THOUSANDS.match(after):
        return False
    return not (is_decimal(found, before, after) or is_among_pairs(found, before, after))


def is_decimal(found: bytes, before: bytes, after: bytes) -> bool:
    """Whether +51.477928 is a fraction, by itself or one of a pair. +49.301234567 is how registries write telephones.

    >>> [is_decimal(n, b"", b"") for n in (b"+51.477928", b"+40.2036-075.0042", b"+49.301234567", b"+33.1.23.45.67.89")]
    [True, True, False, False]
    """
    if COORDINATES.match(found):
        return True
    if not FRACTION.match(found):
        return False
    places = len(found) - found.index(b".") - 1
    return places < MIN_NATIONAL or bool(FRACTION_BEFORE.search(before) or FRACTION_AFTER.match(after))


def is_among_pairs(found: bytes, before: bytes, after: bytes) -> bool:
    """Whether five pairs of digits, as French telephone numbers, go on as pairs of hexadecimal or other digits.

    >>> [is_among_pairs(b"01 42 68 53 00", b"", rest) for rest in (b" de 10 h", b" 9f 3a", b" 11 12")]
    [False, True, True]
    """
    if not PAIRS.match(found):
        return False
    between = re.escape(found[2:3])
    behind = re.match(rb"(?:" + between + rb"[0-9A-Fa-f]{2}(?![0-9A-Za-z]))*", after)
    ahead = re.search(rb"(?:(?<![0-9A-Za-z])[0-9A-Fa-f]{2}" + between + rb")*$", before)
    following = re.findall(rb"[0-9A-Fa-f]{2}", behind[0] if behind else b"")
    around = [*following, *re.findall(rb"[0-9A-Fa-f]{2}", ahead[0] if ahead else b"")]
    if found[2:3] != b" ":
        return bool(around)
    telling = [pair for pair in around if not pair.isdigit() and pair.lower() not in FRENCH_WORDS]
    numbers = next((i for i, pair in enumerate(following) if not pair.isdigit()), len(following))
    return (len(around) > 1 and bool(telling)) or numbers % 5 != 0


def is_called(found: bytes, before: bytes) -> bool:
    """Whether a match of CALLED is a telephone number: only the word before it tells.

    >>> is_called(b"555 1234", b"Tel.: "), is_called(b"555 1234", b"part "), is_called(b"12.05.2024", b"call ")
    (True, False, False)
    """
    if not 6 <= len(digits_of(found)) <= 15 or DATE.match(found):
        return False
    return CALLED_BEFORE.search(before) is not None
