"""Recognises SPDX licence expressions in what people write for a licence.

Words that leave the version open, such as GPLv3 (only that, or later ones too?), are none.
"""

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

USUAL = {
    "cc0": "CC0-1.0",
    "cc0 1.0": "CC0-1.0",
    "cc0 1.0 universal": "CC0-1.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mit license": "MIT",
    "odc-by": "ODC-By-1.0",
    "odbl": "ODbL-1.0",
    "pddl": "PDDL-1.0",
}
CREATIVE_COMMONS = re.compile(r"cc[ -]?by((?:[ -](?:nc|nd|sa))*)[ -]v?(\d\.\d)(?:[ -]([a-z]+))?(?: licen[sc]e)?", re.I)
EVERYWHERE = ("international", "unported", "generic")  # other words name a country, whose licence is another one
ADDRESS = re.compile(r"https?://creativecommons\.org/licenses/(by[a-z-]*)/(\d\.\d)(?:/([a-z]{2,3}))?(?:/.*)?", re.I)
ZERO = re.compile(r"https?://creativecommons\.org/publicdomain/zero/1\.0(?:/.*)?", re.I)
# The list of SPDX has these as older names of -only and -or-later.
GNU = re.compile(r"(?<![\w-])((?:[AL]?GPL|GFDL)-\d\.\d)(\+?)(?![\w.+-])")


def spdx(words: str) -> str | None:
    """The SPDX expression that is meant, in its usual spelling; null where the words are none.

    >>> spdx("cc by-sa 4.0"), spdx("apache-2.0 or mit"), spdx("see LICENSES.md"), spdx("CC0")
    ('CC-BY-SA-4.0', 'Apache-2.0 OR MIT', None, 'CC0-1.0')
    >>> spdx("CC BY-SA 3.0 DE"), spdx("https://creativecommons.org/licenses/by/4.0/deed.en"), spdx("GPL-3.0+")
    ('CC-BY-SA-3.0-DE', 'CC-BY-4.0', 'GPL-3.0-or-later')
    """
    told = words.strip()
    if found := CREATIVE_COMMONS.fullmatch(told):
        told = _creative_commons(f"BY{found[1].replace(' ', '-')}", found[2], found[3])
    elif found := ADDRESS.fullmatch(told):
        told = _creative_commons(found[1], found[2], found[3])
    elif ZERO.fullmatch(told):
        told = "CC0-1.0"
    try:
        named = str(canonicalize_license_expression(USUAL.get(told.lower(), told)))
    except InvalidLicenseExpression:
        return None
    return GNU.sub(lambda old: f"{old[1]}-{'or-later' if old[2] else 'only'}", named)


def _creative_commons(kind: str, version: str, country: str | None) -> str:
    place = "" if country is None or country.lower() in EVERYWHERE else f"-{country}"
    return f"CC-{kind}-{version}{place}"
