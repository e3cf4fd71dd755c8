"""What a page says of its use: a Creative Commons licence, and wishes of robots and AI kinds.

Source:   ccREL (https://www.w3.org/Submission/ccREL/), rel="license" (microformats); robots meta tag (as search
          engines define it); noai/noimageai as DeviantArt introduced them; TDM Reservation Protocol (W3C CG).
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal

DEED = re.compile(
    rb"creativecommons\.org/(?:licenses/(?P<terms>[a-z]{2}(?:-[a-z]{2}){0,2}|[a-z-]{2,20})/(?P<version>[0-9]\.[0-9])"
    rb"|publicdomain/(?P<public>zero|mark)/(?P<pd>[0-9]\.[0-9]))",
    re.IGNORECASE,
)
TAG = re.compile(rb"<(?:a|link|meta)\b[^<>]{0,2000}>", re.IGNORECASE)
DECLARES = re.compile(
    rb"\brel\s*=\s*[\"']?[^\"'<>]{0,100}\blicense\b|\bname\s*=\s*[\"']?(?:dc\.rights|dcterms\.license)", re.I
)
META = re.compile(rb"<meta\b[^<>]{0,2000}>", re.IGNORECASE)
ROBOTS = re.compile(rb"\bname\s*=\s*[\"']?(?:robots|googlebot|tdm-reservation)\b", re.IGNORECASE)
TERMS = frozenset(b"by by-sa by-nd by-nc by-nc-sa by-nc-nd".split())
NEVER_LONGER = 4_000_000  # bytes of a page that are looked at; heads and footers of real pages end before


@dataclass(frozen=True, kw_only=True)
class Said:
    """licence: "cc-by-sa-4.0", "cc0-1.0", "pdm-1.0" or None.

    declared: by rel=license or a rights tag, and not by a mere link.
    """

    licence: str | None = None
    declared: bool = False
    noindex: bool = False
    noai: bool = False


def said(page: bytes) -> Said:
    """What a page says of its use. Several different licences that are only linked tell nothing: None.

    >>> said(b'<a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC</a>').licence
    'cc-by-sa-4.0'
    >>> said(b'<meta name="robots" content="noindex, noai">')
    Said(licence=None, declared=False, noindex=True, noai=True)
    """
    page = page[:NEVER_LONGER]
    tags = [tag[0] for tag in TAG.finditer(page)]
    declared = {deed for tag in tags if DECLARES.search(tag) and (deed := deed_in(tag))}
    linked = {deed for tag in tags if (deed := deed_in(tag))}
    found = declared or linked
    wishes = b" ".join(tag[0].lower() for tag in META.finditer(page) if ROBOTS.search(tag[0]))
    return Said(
        licence=min(found) if len(found) == 1 else None,
        declared=len(declared) == 1,
        noindex=bool(re.search(rb"\b(?:noindex|none)\b", wishes)),
        noai=bool(re.search(rb"\b(?:noai|noimageai)\b|tdm-reservation[\"'][^<>]*content\s*=\s*[\"']?1", wishes)),
    )


def deed_in(tag: bytes) -> str | None:
    """The short name of the licence that a tag points to."""
    match = DEED.search(tag)
    if match is None:
        return None
    if match["public"]:
        return f"{'cc0' if match['public'].lower() == b'zero' else 'pdm'}-{match['pd'].decode()}"
    terms = match["terms"].lower()
    return f"cc-{terms.decode()}-{match['version'].decode()}" if terms in TERMS else None


@dataclass(frozen=True, kw_only=True)
class Licence(Signal):
    """Adds `licence`, `licence_declared`, `noindex`, `noai` from the bytes of the page; a null page says nothing."""

    reads: ClassVar[Columns] = {"content": pa.large_binary()}
    adds: ClassVar[Columns] = {
        "licence": pa.string(),
        "licence_declared": pa.bool_(),
        "noindex": pa.bool_(),
        "noai": pa.bool_(),
    }

    def measure(self, batch: Batch) -> Arrays:
        pages = batch.column("content")
        worth = np.zeros(len(pages), np.bool_)
        for word in ("creativecommons.org/", "robots", "googlebot", "tdm-reservation"):
            found = pc.match_substring(pages, word, ignore_case=True)
            worth |= found.fill_null(False).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(worth)
        told = [Said()] * len(pages)
        for row, page in zip(rows, pages.take(pa.array(rows, pa.int64())).to_pylist(), strict=True):
            told[row] = said(bytes(page or b""))
        return {
            "licence": pa.array([one.licence for one in told], pa.string()),
            "licence_declared": pa.array([one.declared for one in told], pa.bool_()),
            "noindex": pa.array([one.noindex for one in told], pa.bool_()),
            "noai": pa.array([one.noai for one in told], pa.bool_()),
        }
