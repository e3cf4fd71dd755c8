"""The list of every page the model learned from: where from, under which licence, and hashes of bytes and text.

A page of WCXB has its web address. A page of a manual has the name of the Debian package that holds it, and after the
first "/" its path in the package; version and sha256 of the package are in packages.tsv.
"""

import csv
import hashlib
from pathlib import Path

from training.extract.pages import GoldPage
from training.extract.teacher import packages

MANIFEST = Path(__file__).with_name("manifest.tsv")
LABELS_OF_WCXB = "CC-BY-4.0 (labels), WCXB"  # the pages are their authors' own, and no part of the project
COLUMNS = ("host", "kind", "address", "licence", "sha256_of_utf8", "sha256_of_text")


def write_manifest(pages: list[GoldPage]) -> None:
    """Writes manifest.tsv, one row a page, in the order given."""
    licences = {package.family: package.licence for package in packages()}
    with MANIFEST.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(COLUMNS)
        for page in pages:
            rows.writerow(
                (
                    page.host,
                    page.page_type,
                    page.url,
                    licences.get(page.host, LABELS_OF_WCXB),
                    hashlib.sha256(page.utf8).hexdigest(),
                    hashlib.sha256(page.text.encode()).hexdigest(),
                )
            )
