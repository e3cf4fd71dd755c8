"""E-mail and public IP addresses.

Source:   RFC 5321 and 5322 (addresses), RFC 2606 and 6761 (reserved names), IANA special-purpose address registries;
          the Public Suffix List, https://publicsuffix.org, by publicsuffixlist (which top-level domains there are).
"""

import functools
import ipaddress
import re

from publicsuffixlist import PublicSuffixList

EMAIL = re.compile(
    rb"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+][A-Za-z0-9._%+-]{0,63}@"
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}(?:[A-Za-z]{2,24}|[Xx][Nn]--[A-Za-z0-9-]{2,59})(?![A-Za-z0-9-]|[._][A-Za-z0-9])"
)
IPV4 = re.compile(rb"(?<![0-9A-Za-z.-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9]|-[0-9A-Za-z])")
IPV6 = re.compile(rb"(?<![0-9A-Za-z:.])[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{1,34}(?![0-9A-Za-z:]|\.[0-9])")

RESERVED_HOSTS = (b"example", b"test", b"invalid", b"localhost", b"local")  # RFC 2606, 6761, 6762
RESERVED_DOMAINS = (b"example.com", b"example.org", b"example.net", b"example.edu")
# Top-level domains, and endings that could become some, which are those of files: icon@2x.png, left-pad@1.3.0.zip.
FILE_ENDINGS = frozenset(b"png jpg jpeg gif svg webp ico css js ts tsx jsx json html htm xml tgz gz zip pdf".split())
VERSION_BEFORE = re.compile(
    rb"(?i)(?:\bv|version|ver\.?|release|firmware|build|section|sec\.|chapter|clause|\xc2\xa7)[ \t:=]*$"
)

COMMON_ENDINGS = (b"com", b"net", b"org")
VERSION = re.compile(rb"[0-9]+(?:\.[0-9]+)+\.[a-z]+$")  # pkg@1.2.dev; 163.com has one number
CALL_AFTER = re.compile(rb"\([)a-z0-9_'\"-]")  # q@k.to(device): a method of a product of matrices
PATH_AFTER = re.compile(rb":[~/]")  # scp jo@host.de:/srv
URL_BEFORE = re.compile(rb"://[^\s/@]*$")  # user:password@host
MIN_OCTET = 64  # four smaller numbers are a version or a section; of public addresses 0.4 % look so, (64 / 256) ** 4
MIN_GROUPS = 3  # "2006::" ends a line of reStructuredText
# IPv4 that is nobody's: https://www.iana.org/assignments/iana-ipv4-special-registry, and 224.0.0.0/3.
PRIVATE_V4 = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
    )
)  # fmt: skip
PRIVATE_V6 = tuple(ipaddress.IPv6Network(net) for net in ("2001:db8::/32", "2001::/23", "2002::/16", "3fff::/20"))


def is_email(found: bytes, before: bytes, after: bytes) -> bool:
    """Whether a match of EMAIL is an address that may be somebody's, and not code, a version or the password in a URL.

    >>> [is_email(a, b"", b"") for a in (b"jo@mail.de", b"a@example.com", b"icon@2x.png", b"a..b@mail.de")]
    [True, False, False, False]
    >>> is_email(b"getty@tty1.service", b"", b""), is_email(b"q@k.to", b"(", b"(device))")
    (False, False)
    """
    local, _, domain = found.lower().rpartition(b"@")
    labels = domain.split(b".")
    ending = found[-len(labels[-1]) :]
    mixed = not (ending.islower() or ending.isupper() or ending.istitle())  # q@k.mT
    reserved = labels[-1] in RESERVED_HOSTS or b".".join(labels[-2:]) in RESERVED_DOMAINS
    product = len(local) == len(labels[-2]) == 1 and len(labels) == 2 and labels[-1] not in COMMON_ENDINGS  # m@n.name
    if product or reserved or mixed or not is_top_level(labels[-1]) or VERSION.match(domain):
        return False
    if URL_BEFORE.search(before) or CALL_AFTER.match(after) or PATH_AFTER.match(after):
        return False
    return not (labels[-1] in FILE_ENDINGS or local == b"git" or b".." in local or local.endswith(b"."))


@functools.lru_cache(maxsize=4096)
def is_top_level(label: bytes) -> bool:
    """Whether there is such a top-level domain; label in lower case.

    >>> [is_top_level(label) for label in (b"de", b"museum", b"xn--p1ai", b"service", b"transpose")]
    [True, True, True, False, False]
    """
    return _suffixes().publicsuffix(f"a.{label.decode()}") is not None


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def is_public_ipv4(found: bytes, before: bytes) -> bool:
    """Whether a match of IPV4 is a public address and not a version or a section number.

    >>> [is_public_ipv4(a, b"") for a in (b"93.184.216.34", b"192.168.1.10", b"7.1.10.2", b"300.1.1.10", b"81.02.3.4")]
    [True, False, False, False, False]
    >>> is_public_ipv4(b"2.0.0.11", b"Firefox/"), is_public_ipv4(b"81.14.6.23", b"version ")
    (False, False)
    """
    parts = found.split(b".")
    if any((len(part) > 1 and part[:1] == b"0") or int(part) > 255 for part in parts):
        return False
    if all(int(part) < MIN_OCTET for part in parts) or VERSION_BEFORE.search(before):
        return False
    address = ipaddress.IPv4Address(found.decode())
    return not any(address in net for net in PRIVATE_V4)


def is_public_ipv6(found: bytes) -> bool:
    """Whether a match of IPV6 is a public address.

    >>> [is_public_ipv6(a) for a in (b"2a00:1450:4001:81b::200e", b"2001:db8::1", b"2024:10:20")]
    [True, False, False]
    """
    try:
        address = ipaddress.IPv6Address(found.decode())
    except ValueError:
        return False
    groups = sum(1 for group in found.split(b":") if group)
    return groups >= MIN_GROUPS and not any(address in net for net in PRIVATE_V6)
