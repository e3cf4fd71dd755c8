"""Recognises SPDX licence expressions in what people write for a licence."""

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

USUAL = {
    "cc0": "CC0-1.0",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "mit license": "MIT",
    "odc-by": "ODC-By-1.0",
    "gfdl": "GFDL-1.3-or-later",
}
CREATIVE_COMMONS = re.compile(r"cc[ -]?by((?:[ -](?:nc|nd|sa))*)[ -]v?(\d\.\d)(?: [a-z ]+)?", re.IGNORECASE)


def spdx(words: str) -> str | None:
    """The SPDX expression that is meant, in its usual spelling; null where the words are none.

    >>> spdx("cc by-sa 4.0"), spdx("apache-2.0 or mit"), spdx("see LICENSES.md"), spdx("CC0")
    ('CC-BY-SA-4.0', 'Apache-2.0 OR MIT', None, 'CC0-1.0')
    """
    told = words.strip()
    if found := CREATIVE_COMMONS.fullmatch(told):
        told = f"CC-BY{found[1].upper().replace(' ', '-')}-{found[2]}"
    try:
        return str(canonicalize_license_expression(USUAL.get(told.lower(), told)))
    except InvalidLicenseExpression:
        return None
