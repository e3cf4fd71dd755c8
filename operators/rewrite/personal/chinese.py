"""Numbers of persons and firms in China: identity numbers, credit codes, bank cards, mobile telephones, number plates.

Source:   GB 11643-1999 (resident identity numbers; check digit by ISO 7064, MOD 11-2), GB 32100-2015 (unified social
          credit codes; check character modulo 31), GB/T 2260 (codes of provinces), GA 36-2018 (number plates);
          ranges of mobile numbers by phonenumbers.
Deviates: eleven digits of a mobile number need Chinese text within CONTEXT_BYTES: elsewhere they may be any number.
"""

import functools
import re
from datetime import date

from corpusmill.operators.rewrite.personal.numbers import digits_of, has_luhn_digit

PROVINCES = frozenset(
    b"11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
RESIDENT = re.compile(rb"(?<![0-9A-Za-z_.])[1-9](?:[0-9]{16}[0-9Xx]|[0-9]{14})(?![0-9A-Za-z_]|[.,][0-9])")
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = b"10X98765432"
OLD_DIGITS = 15  # numbers given out before 1999 have no check digit
FIRST_YEAR, LAST_YEAR = 1880, 2040  # guess: born when
RESIDENT_BEFORE = re.compile("(?:身份证|身份證|证件|證件)(?:[^0-9]|1[58]位){0,24}$".encode())

CREDIT = re.compile(rb"(?<![0-9A-Za-z_])[1-9A-HJ-NPQRTUWXY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z_])")
CREDIT_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"

MOBILE = re.compile(
    rb"(?<![0-9A-Za-z_.+*-])(?<![0-9][ (])(?:\(86\)[ -]?|86[ -])?"
    rb"1[3-9][0-9](?:[0-9]{8}|-[0-9]{4}-[0-9]{4}| [0-9]{4} [0-9]{4})(?![0-9A-Za-z_%*]|[.,:/-][0-9]| [0-9])"
)
HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
NO_TELEPHONE_BEFORE = re.compile(
    "(?:(?:单|單|编|編|序|证|證|批|货|貨|工|学|學|股|流水|代|型|版本|文|户|戶|期)(?:号|號|码|碼)"
    "|条码|条形码|邮编|群号?|专利|金额|价格|总计|共计?|约|(?i:id|qq|no|isbn|sku|uid|pid)"
    "|№|¥|￥|\\$|€|=)(?:[ .:#]|：|为|是)*$".encode()
)
TELEPHONE_EQUALS = re.compile("(?i:phone|tel|mobile|mob|cell|手机|电话|手機|電話)[\"']?=[\"']?$".encode())
COUNTED_AFTER = re.compile(
    " ?(?:元|(?:港|欧|日|韩|美)元|多|人|次|个|個|万|萬|亿|億|台|吨|米|字|位|件|股|年|円|行|条"
    "|(?i:b|kb|mb|bytes)(?![A-Za-z]))".encode()
)

BANK_CARD = re.compile(
    rb"(?<![0-9A-Za-z.,_+/-])(?:[0-9]{16,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?)"
    rb"(?![0-9A-Za-z_]|[.,/-][0-9])"
)
BANK_CARD_BEFORE = re.compile("(?:卡|卡号|卡號|账号|账户|帐号|帐户|帳號|帳戶)[^0-9]{0,18}$".encode())

PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE = re.compile(
    f"(?:{'|'.join(PLATE_PROVINCES)})[A-HJ-NP-Z](?:·|•| )?".encode()
    + "(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}(?:挂|学|警|港|澳))(?![0-9A-Za-z])".encode()
)
MIN_PLATE_DIGITS = 3  # GA 36: at most two letters behind the dot, or one before and one behind on large electric cars


def is_resident_number(found: bytes, before: bytes) -> bool:
    """Whether a match of RESIDENT names a province and a day, and has its check digit.

    Without one, in the form of 15 digits, the words before it must say what it is.

    >>> [is_resident_number(n, b"") for n in (b"11010519491231002X", b"110105194912310021", b"110105491231002")]
    [True, False, False]
    >>> is_resident_number(b"110105491231002", "身份证号：".encode())
    True
    """
    if found[:2] not in PROVINCES:
        return False
    old = len(found) == OLD_DIGITS
    year = 1900 + int(found[6:8]) if old else int(found[6:10])
    month, day = (int(found[at : at + 2]) for at in ((8, 10) if old else (10, 12)))
    if not (FIRST_YEAR <= year <= LAST_YEAR and _is_day(year, month, day)):
        return False
    if old:
        return RESIDENT_BEFORE.search(before) is not None
    total = sum((byte - 48) * weight for byte, weight in zip(found[:17], RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11] == found[17:].upper()[0]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_credit_code(found: bytes, after: bytes) -> bool:
    """Whether a match of CREDIT has the check character of a unified social credit code, and ends where it does.

    >>> [is_credit_code(n, b"") for n in (b"91350100M000100Y43", b"91350100M000100Y44", b"999999999999999999")]
    [True, False, False]
    """
    if re.match(rb"[0-9A-Za-z_]", after) or len(set(found)) < 4:
        return False
    total = sum(CREDIT_ALPHABET.index(byte) * pow(3, place, 31) for place, byte in enumerate(found[:17]))
    return CREDIT_ALPHABET[(31 - total % 31) % 31] == found[17]


def is_mobile(found: bytes, before: bytes, after: bytes) -> bool:
    """Whether a match of MOBILE is a mobile number among Chinese words, and not an order, an amount or a count.

    >>> [is_mobile(b"13812345678", w.encode(), b"") for w in ("请打", "订单号：", "", "x = ", "张三 mobile=")]
    [True, False, False, False, True]
    >>> is_mobile(b"13800000000", "约".encode(), "元".encode())
    False
    """
    if not _mobile_range().match(digits_of(found)[-11:]):
        return False
    if not (HAN.search(before) or HAN.search(after)) or COUNTED_AFTER.match(after):
        return False
    return TELEPHONE_EQUALS.search(before) is not None or NO_TELEPHONE_BEFORE.search(before) is None


@functools.cache
def _mobile_range() -> re.Pattern[bytes]:
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region("CN")
    assert metadata is not None
    assert metadata.mobile is not None
    return re.compile(f"(?:{metadata.mobile.national_number_pattern})\\Z".encode())


def is_bank_card(found: bytes, before: bytes) -> bool:
    """Whether a match of BANK_CARD has its check digit and is named a card or an account.

    Banks of China have issued numbers outside the ranges of `numbers.ISSUERS`.

    >>> [is_bank_card(b"9558820200012345678", word.encode()) for word in ("卡号：", "订单：")]
    [False, False]
    >>> is_bank_card(b"9558820200012345676", "卡号：".encode())
    True
    """
    digits = digits_of(found)
    return len(set(digits)) > 2 and has_luhn_digit(digits) and BANK_CARD_BEFORE.search(before) is not None


def is_plate(found: bytes) -> bool:
    """Whether a match of PLATE has as many digits as a number plate.

    >>> [is_plate(text.encode()) for text in ("京A12345", "粤B·F12345", "沪ABCDEF")]
    [True, True, False]
    """
    return len(digits_of(found)) >= MIN_PLATE_DIGITS
