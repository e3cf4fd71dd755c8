"""Further pages in many languages, with another extractor as the teacher: manuals as Debian packages ship them.

The packages are listed in packages.tsv with their place in the Debian archive, licence and sha256. Neither the packages
nor their pages are part of the project. A package family counts as one host: its pages share their templates.
"""

import csv
import hashlib
import io
import lzma
import re
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from corpusmill.operators.text.charset import decoded, detect
from training.extract.pages import GoldPage

PACKAGES = Path(__file__).with_name("packages.tsv")
TRUST = 0.4  # a guess: less than people's labels, enough to be heard
FROM_BYTES, TO_BYTES = 4_000, 400_000
LEAST_CHARACTERS = 300  # of the teacher's text
_PAGE = re.compile(r"\.x?html?(\.[a-z]{2}(_[A-Z]{2})?)?$")
_LANGUAGE = re.compile(rb"<html[^>]*?lang=[\"']?([A-Za-z]{2,3})", re.IGNORECASE)
_IN_PATH = re.compile(
    r"/(?:html|help|FAQ|installation-guide-amd64|developers-reference)/([a-z]{2,3})(?:[-_][A-Za-z]+)?/"
)


@dataclass(frozen=True, kw_only=True)
class Package:
    """One row of packages.tsv."""

    family: str
    package: str
    version: str
    licence: str
    pages: int  # how many are taken, spread over its languages
    sha256: str
    path: str  # in the Debian archive


def packages() -> list[Package]:
    """The packages pages are taken from."""
    with PACKAGES.open(encoding="utf-8", newline="") as file:
        return [Package(**{**row, "pages": int(row["pages"])}) for row in csv.DictReader(file, delimiter="\t")]


def deb_of(package: Package, folder: Path) -> Path:
    """The package's file in `folder`: called as `apt-get download` calls it, with the epoch, or as the archive does.

    FileNotFoundError: there is neither.
    """
    archive = Path(package.path).name
    apt = f"{package.package}_{package.version.replace(':', '%3a')}_{archive.rpartition('_')[2]}"
    found = next((folder / name for name in (apt, archive) if (folder / name).exists()), None)
    if found is None:
        fetch = f"apt-get download {package.package}={package.version}"
        raise FileNotFoundError(f"expected {apt} or {archive} in {folder}, found neither; fetch it: {fetch}")
    return found


def members(deb: bytes) -> dict[str, bytes]:
    """The HTML pages in a Debian package, by path."""
    at, found = 8, {}
    while at + 60 <= len(deb):  # an ar archive: headers of 60 bytes, bodies padded to even length
        name, size = deb[at : at + 16].strip(), int(deb[at + 48 : at + 58])
        if name.startswith(b"data.tar"):
            body = deb[at + 60 : at + 60 + size]
            data = lzma.decompress(body) if name.startswith(b"data.tar.xz") else body
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for member in tar:
                    file = tar.extractfile(member) if member.isfile() and _PAGE.search(member.name) else None
                    if file and FROM_BYTES <= member.size <= TO_BYTES:
                        found[member.name.lstrip("./")] = file.read()
        at += 60 + size + size % 2
    return found


def language(path: str, page: bytes) -> str:
    """The primary language tag of the page or of its path, "en" when neither tells."""
    told = _LANGUAGE.search(page[:2000])
    if told:
        return told.group(1).decode().lower()
    in_path = _IN_PATH.search(path)
    return in_path.group(1) if in_path else "en"


def chosen(pages: dict[str, bytes], count: int) -> list[str]:
    """Paths of `count` pages, as many of each language as can be, by hash and so always the same."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for path in sorted(pages, key=lambda p: hashlib.sha256(p.encode()).digest()):
        by_language[language(path, pages[path])].append(path)
    most = max(map(len, by_language.values()), default=0)
    turns = [paths[k] for k in range(most) for _, paths in sorted(by_language.items()) if k < len(paths)]
    return turns[:count]


def taught_pages(folder: Path) -> list[GoldPage]:
    """Pages of the packages in `folder` with the teacher's text; raises when a package is not the one listed."""
    found = []
    for package in packages():
        deb = deb_of(package, folder).read_bytes()
        if hashlib.sha256(deb).hexdigest() != package.sha256:
            raise ValueError(f"{package.package}: the file in {folder} is not the one listed in {PACKAGES.name}")
        pages = members(deb)
        for path in chosen(pages, package.pages):
            text = decoded(pages[path], detect(pages[path]))
            taught = trafilatura.extract(text) or ""
            if len(taught) < LEAST_CHARACTERS:
                continue
            found.append(
                GoldPage(
                    url=f"{package.package}/{path}",
                    host=package.family,
                    page_type=f"manual:{language(path, pages[path])}",
                    utf8=text.encode(),
                    text=taught,
                    trust=TRUST,
                )
            )
    return found
